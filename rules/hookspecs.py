"""Every hook a plugin may offer. The docstrings are the manual; rules/README.md leads through them.

Describe hooks run once, when a rulebook is built. Judge hooks run once for one whole assessment, never for one answer.
Inputs are frozen. A hook returns data; it never writes, sends or sees another program. Wrappers are refused.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from rules.answers import Answer
    from rules.catalogue import Catalogue
    from rules.facts import CycleFacts, ProgramFacts
    from rules.policy import Policy
    from rules.results import Scorecard, Tier

PROJECT = "nqms"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def nqms_policy(policy: "Policy") -> Mapping[str, Any]:
    """Describe: return the policy values this partnership sets differently.

    `policy` is what the plugins before this one made of it. Example: `return {"review_kind": "meeting"}`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_tiers() -> "Sequence[Tier]":
    """Describe: return the tiers, in place of those of the plugins before this one.

    Example: `return [Tier("quality", "Quality Partner", 1, ("submitted", "reviewed"))]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_eligibility(facts: "ProgramFacts", policy: "Policy", today: date) -> Sequence[Mapping[str, Any]]:
    """Judge: return one verdict per fact: rule, met (True, False), sentence, and `met_from` (a date) when time will mend it.

    Example: `return [{"rule": "area", "met": facts.in_service_area, "sentence": "It is in our area."}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_findings(
    catalogue: "Catalogue", answers: "Mapping[str, Answer]", facts: "ProgramFacts"
) -> Sequence[Mapping[str, Any]]:
    """Judge: return what the rule noticed: rule, kind (safety_gap, safety_note, note), practices, sentence.

    Example: `return [{"rule": "two-references", "kind": "note", "practices": ("B.2.5",), "sentence": "Ask two."}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_tier_conditions(scorecard: "Scorecard", cycle: "CycleFacts") -> Sequence[Mapping[str, Any]]:
    """Judge: return conditions that tiers may name: key, title, met (True, False), sentence, practices.

    Example: `return [{"key": "signed", "title": "Signed", "met": True, "sentence": "It is signed.", "practices": ()}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_priorities(
    catalogue: "Catalogue", answers: "Mapping[str, Answer]", scorecard: "Scorecard"
) -> Sequence[Mapping[str, Any]]:
    """Judge: propose priorities: rule, title, practices, why, safety (True, False), rank (lower comes first).

    Example: `return [{"rule": "gap", "title": "References", "practices": ("B.2.5",), "why": "One is asked.", "safety": True, "rank": 0}]`.
    """
    raise AssertionError("a specification is never called")
