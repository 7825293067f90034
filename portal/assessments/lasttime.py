"""What the program said in the cycle before: offered to confirm, never counted by itself.

Within one edition an answer can be confirmed, which stores it like any other. Across editions it is only shown where
the crosswalk leads, as something to read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, rulebook_of
from portal.partnerships.queries import rulebook_of_record
from portal.programs.queries import facts_of
from rules.answers import Answer
from rules.catalogue import Catalogue, CatalogueError, Practice
from rules.crosswalk import CrosswalkError, EditionsDiffer, Link, Relation, links_between, load_crosswalk

from .forms import problems_of
from .queries import submission_before

TEXTS = ("na_reason", "notes", "own_minimum")
RELATIONS = {
    Relation.SAME: "",
    Relation.REWORDED: "It is worded differently now.",
    Relation.SPLIT: "It was one practice then, and is asked in parts now.",
    Relation.MERGED: "It was asked apart then, and is part of a larger practice now.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the cycle before, with the practice it was given to."""

    practice: Practice
    answer: Answer


@dataclass(frozen=True, slots=True)
class LastTime:
    """What was said before of one practice; `still` can be confirmed, otherwise it is there to read only."""

    cycle_id: int
    year: int
    edition: str  # the earlier edition's title, empty when it is the same
    relation: str
    said: tuple[Said, ...]
    labels: Mapping[int, str]
    still: Answer | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    cycle_id: int
    year: int
    catalogue: Catalogue
    labels: Mapping[int, str]
    answers: Mapping[str, Answer]


def last_time(cycle: Cycle, practices: Iterable[Practice]) -> dict[str, LastTime]:
    """Return by code what the cycle before said of these practices; nothing in a first cycle."""
    before = _before(cycle)
    if before is None:
        return {}
    here, tags = rulebook_of(cycle).catalogue, facts_of(cycle.program).tags
    if before.catalogue.edition != here.edition:
        return _across(before, here, {practice.code for practice in practices})
    found = {}
    for practice in practices:
        answer = before.answers.get(practice.code)
        if answer is None or answer.status is None:
            continue
        still = None if problems_of(practice, tags, answer.as_dict()) else answer
        was = before.catalogue.practice(practice.code) if practice.code in before.catalogue else practice
        found[practice.code] = LastTime(
            before.cycle_id, before.year, "", "", (Said(was, answer),), before.labels, still
        )
    return found


def confirmed(last: LastTime | None, typed: Mapping[str, object]) -> dict[str, Any]:
    """Return last time's answer as an answer of today; what was typed into a text field now is kept."""
    if last is None or last.still is None:
        return dict(typed)
    plain = last.still.as_dict()
    return plain | {name: typed[name] for name in TEXTS if str(typed.get(name) or "").strip()}


def _across(before: _Before, here: Catalogue, codes: set[str]) -> dict[str, LastTime]:
    try:
        links = links_between(before.catalogue, here, load_crosswalk(before.catalogue.edition, here.edition))
    except (CrosswalkError, CatalogueError, EditionsDiffer):
        return {}  # nothing links the two editions, so there is nothing to say
    found: dict[str, LastTime] = {}
    for link in links:
        said = _said(before, link)
        if said:
            last = LastTime(
                before.cycle_id,
                before.year,
                before.catalogue.title,
                RELATIONS.get(link.relation, ""),
                said,
                before.labels,
            )
            found |= {code: last for code in link.new if code in codes}
    return found


def _said(before: _Before, link: Link) -> tuple[Said, ...]:
    given = [(code, before.answers.get(code)) for code in link.old]
    return tuple(Said(before.catalogue.practice(code), one) for code, one in given if one and one.status is not None)


def _before(cycle: Cycle) -> _Before | None:
    found = submission_before(cycle)
    if found is None:
        return None
    plain = json.loads(found.content)
    rulebook = rulebook_of_record(plain["rulebook"])
    answers = {code: Answer.from_dict(one) for code, one in plain["answers"].items()}
    day = found.cycle.submitted_on or found.submitted_at.date()
    return _Before(found.cycle_id, day.year, rulebook.catalogue, labels_of(rulebook), answers)
