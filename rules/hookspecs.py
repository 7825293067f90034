"""Every hook a plugin may offer. The docstrings are the reference; rules/README.md leads through them.

Describe hooks run once, when a rulebook is built. Judge hooks run once for one whole assessment, never for one answer.
Inputs are frozen. A hook returns plain data; it never writes, sends or sees another program. Wrappers are refused.

A plugin takes the arguments it needs, by name, and may leave out the others. `settings` holds what the partnership set
for this plugin. Every row says in a sentence why, and in `practices` the codes it rests on: all of them, and () where it
rests on no answer. `previous` is the program's cycle before this one, or None.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from rules.answers import Answer
    from rules.asking import PreviousCycle
    from rules.catalogue import Catalogue
    from rules.facts import CycleFacts, ProgramFacts
    from rules.policy import Policy
    from rules.results import Scorecard, Tier

PROJECT = "nqms"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
DESCRIBE = (
    "nqms_catalogue", "nqms_practices", "nqms_policy", "nqms_tiers", "nqms_benefits", "nqms_resources", "nqms_texts",
)  # fmt: skip
JUDGE = ("nqms_eligibility", "nqms_adjust_score", "nqms_findings", "nqms_tier_conditions", "nqms_priorities")
HOOKS = frozenset({*DESCRIBE, *JUDGE})


@hookspec
def nqms_catalogue(settings: Mapping[str, Any]) -> str:
    """Describe, when the rulebook is built: return the edition to assess by; the last plugin on the list decides.

    Example: `return "eepm4"`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_practices(catalogue: "Catalogue", settings: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Describe, when the rulebook is built: return changes to the practices: change, practices, sentence.

    A change is drop, adjust (with `set`: help, evidence, kind, safety, na, own_minimum, rated, needs_notes, tags),
    section (key, area, title, aim) or add (section, practice; its code begins with X.). Questions are never reworded:
    answers to them would no longer compare. Example: `return [{"change": "drop", "practices": ("E.1.1",),
    "sentence": "We do not ask for this one."}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_policy(policy: "Policy", settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Describe, when the rulebook is built: return the policy values this partnership sets differently.

    `policy` is what the plugins before this one made of it. Example: `return {"review_kind": "meeting"}`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_tiers(tiers: "Sequence[Tier]", settings: Mapping[str, Any]) -> "Sequence[Tier]":
    """Describe, when the rulebook is built: return the tiers, in place of those of the plugins before this one.

    Example: `return [Tier("quality", "Quality Partner", 1, ("submitted", "reviewed"))]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_benefits(tiers: "Sequence[Tier]", settings: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Describe, when the rulebook is built: return what a tier brings its holders: tier, text.

    Example: `return [{"tier": tiers[0].key, "text": "A place on our list of partners."}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_resources(catalogue: "Catalogue", settings: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Describe, when the rulebook is built: return guides that help with practices: title, address, practices.

    A row may also have publisher, about, language (en) and audience.
    Example: `return [{"title": "Ten questions", "address": "https://example.org/ten", "practices": ("B.2.5",)}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_texts(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """Describe, when the rulebook is built: return texts of the partnership by name; the names are in texts.py.

    Example: `return {"welcome": "We are glad that you are here. Call us when you are stuck."}`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_eligibility(
    facts: "ProgramFacts", policy: "Policy", today: date, settings: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """Judge, when a program asks to begin: return one verdict per fact: rule, met (True, False), sentence, facts.

    `facts` of a row are names of fields of ProgramFacts. Add `met_from`, a date, to a verdict that is not met yet and
    that time alone will mend. Example: `return [{"rule": "area", "met": facts.in_service_area,
    "sentence": "It is in our area.", "facts": ("in_service_area",)}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_adjust_score(
    catalogue: "Catalogue",
    answers: "Mapping[str, Answer]",
    facts: "ProgramFacts",
    scorecard: "Scorecard",
    previous: "PreviousCycle | None",
    settings: Mapping[str, Any],
) -> Sequence[Mapping[str, Any]]:
    """Judge, when an assessment is scored: count practices as something else: rule, practice, counts_as, practices, sentence.

    counts_as is in_practice, not_in_practice or not_applicable. `scorecard` is the one before any adjustment, and where
    two plugins adjust the same practice, the later one on the list counts. Example: `return [{"rule": "low",
    "practice": "B.2.5", "counts_as": "not_in_practice", "practices": ("B.2.5",), "sentence": "A rating of 1 is no."}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_findings(
    catalogue: "Catalogue",
    answers: "Mapping[str, Answer]",
    facts: "ProgramFacts",
    scorecard: "Scorecard",
    previous: "PreviousCycle | None",
    settings: Mapping[str, Any],
) -> Sequence[Mapping[str, Any]]:
    """Judge, when an assessment is scored: return what was noticed: rule, kind, practices, sentence.

    A kind is safety_gap, safety_note or note.

    Example: `return [{"rule": "two-references", "kind": "note", "practices": ("B.2.5",), "sentence": "Ask two."}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_tier_conditions(
    catalogue: "Catalogue",
    answers: "Mapping[str, Answer]",
    facts: "ProgramFacts",
    scorecard: "Scorecard",
    cycle: "CycleFacts",
    policy: "Policy",
    previous: "PreviousCycle | None",
    settings: Mapping[str, Any],
) -> Sequence[Mapping[str, Any]]:
    """Judge, when a tier is decided: return conditions that tiers may name: key, title, met, sentence, practices.

    A key belongs to the first plugin on the list that uses it; a second condition with the same key is refused.

    Example: `return [{"key": "song", "title": "Sung", "met": True, "sentence": "It was sung.", "practices": ()}]`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def nqms_priorities(
    catalogue: "Catalogue",
    answers: "Mapping[str, Answer]",
    facts: "ProgramFacts",
    scorecard: "Scorecard",
    previous: "PreviousCycle | None",
    settings: Mapping[str, Any],
) -> Sequence[Mapping[str, Any]]:
    """Judge, when a plan is begun: propose priorities: rule, title, practices, why, safety (True, False), rank.

    Safety comes first, then the lower rank. Example: `return [{"rule": "gap", "title": "References", "practices":
    ("B.2.5",), "why": "One reference is asked for.", "safety": True, "rank": 0}]`.
    """
    raise AssertionError("a specification is never called")
