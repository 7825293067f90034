"""Every hook a plugin may offer. The docstrings are the manual; rules/README.md leads through them.

Describe hooks run once, when a rulebook is built. Judge hooks run once for one whole assessment, never for one answer.
Inputs are frozen. A hook returns data; it never writes, sends or sees another program. Wrappers are refused.

A plugin takes the arguments it needs, by name, and may leave out the others. `settings` holds what the partnership set
for this plugin. `practices` of a row are codes of the catalogue, the ones the result rests on.
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
HOOKS = frozenset({
    "nqms_policy", "nqms_tiers", "nqms_eligibility", "nqms_findings", "nqms_tier_conditions", "nqms_priorities",
})  # fmt: skip


@hookspec
def nqms_policy(policy: "Policy", settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Describe, when the rulebook is built: return the policy values this partnership sets differently.

    `policy` is what the plugins before this one made of it. Example: `return {"review_kind": "meeting"}`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_tiers(settings: Mapping[str, Any]) -> "Sequence[Tier]":
    """Describe, when the rulebook is built: return the tiers, in place of those of the plugins before this one.

    Example: `return [Tier("quality", "Quality Partner", 1, ("submitted", "reviewed"))]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_eligibility(
    facts: "ProgramFacts", policy: "Policy", today: date, settings: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """Judge, when a program asks to begin: return one verdict per fact: rule, met (True, False), sentence.

    Add `met_from`, a date, to a verdict that is not met yet and that time alone will mend.

    Example: `return [{"rule": "area", "met": facts.in_service_area, "sentence": "It is in our area."}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_findings(
    catalogue: "Catalogue", answers: "Mapping[str, Answer]", facts: "ProgramFacts", settings: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """Judge, when an assessment is scored: return what was noticed: rule, kind, practices, sentence.

    A kind is safety_gap, safety_note or note.

    Example: `return [{"rule": "two-references", "kind": "note", "practices": ("B.2.5",), "sentence": "Ask two."}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_tier_conditions(
    scorecard: "Scorecard", cycle: "CycleFacts", settings: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """Judge, when a tier is decided: return conditions that tiers may name: key, title, met, sentence, practices.

    A key belongs to the first plugin on the list that uses it; a second condition with the same key is refused.

    Example: `return [{"key": "signed", "title": "Signed", "met": True, "sentence": "It is signed.", "practices": ()}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_priorities(
    catalogue: "Catalogue", answers: "Mapping[str, Answer]", scorecard: "Scorecard", settings: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """Judge, when a plan is begun: propose priorities: rule, title, practices, why, safety (True, False), rank.

    Safety comes first, then the lower rank. Example: `return [{"rule": "gap", "title": "References", "practices":
    ("B.2.5",), "why": "One reference is asked for.", "safety": True, "rank": 0}]`.
    """
    raise AssertionError("a specification is never called")
