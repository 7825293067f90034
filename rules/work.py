"""Pieces of work that judge many times over, done whole in the process where the plugins run."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rules.codec import to_plain
from rules.moveup import MOST, SECONDS, move_up
from rules.outcomes import outcome_of
from rules.probing import probe
from rules.rulebook import Rulebook
from rules.wire import unpack_assessment

Work = Callable[[Rulebook, Mapping[str, Any]], Any]


def outcomes(rules: Rulebook, given: Mapping[str, Any]) -> list[Any]:
    """Sum up what each of the given assessments comes to."""
    return [to_plain(outcome_of(unpack_assessment(one), rules)) for one in given["assessments"]]


def next_tier(rules: Rulebook, given: Mapping[str, Any]) -> Any:
    """Search for what would move the given assessment up, within `most` evaluations and `within` seconds."""
    most, within = given.get("most", MOST), given.get("within", SECONDS)
    return to_plain(move_up(unpack_assessment(given["assessment"]), rules, most, within))


WORK: Mapping[str, Work] = MappingProxyType({"outcomes": outcomes, "move_up": next_tier, "probe": probe})
