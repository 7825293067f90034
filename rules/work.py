"""Pieces of work that judge many times over, done whole in the process where the plugins run."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rules.codec import to_plain
from rules.outcomes import outcome_of
from rules.probing import probe
from rules.rulebook import Rulebook
from rules.wire import unpack_assessment

Work = Callable[[Rulebook, Mapping[str, Any]], Any]


def outcomes(rules: Rulebook, given: Mapping[str, Any]) -> list[Any]:
    """Sum up what each of the given assessments comes to."""
    return [to_plain(outcome_of(unpack_assessment(one), rules)) for one in given["assessments"]]


WORK: Mapping[str, Work] = MappingProxyType({"outcomes": outcomes, "probe": probe})
