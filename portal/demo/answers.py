"""Turns a short sheet about one self-assessment into answers the rules accept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.answers import Answer, Status, parse_answer
from rules.catalogue import Catalogue, Practice


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is special in one self-assessment; every other practice is in practice with a usual rating.

    `usual` is walked through in the order of the practices. `sections` limits the sheet to sections begun (all when
    empty), `unrated` are in practice with the rating still open, `waiting` were not touched.
    """

    usual: tuple[int, ...]
    absent: frozenset[str] = frozenset()
    not_applicable: Mapping[str, str] = field(default_factory=dict)  # code -> reason
    ratings: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    own_minimum: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)  # code -> letters of parts that are not covered
    sections: frozenset[str] = frozenset()
    unrated: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()


def answers_from(sheet: Sheet, catalogue: Catalogue, tags: frozenset[str]) -> dict[str, Answer]:
    """Return the answers of a sheet. Raises AnswerRefused where the sheet breaks a rule of the catalogue."""
    found = {}
    for index, practice in enumerate(catalogue.practices):
        begun = not sheet.sections or practice.section in sheet.sections
        if not begun or practice.code in sheet.waiting:
            continue
        usual = sheet.usual[index % len(sheet.usual)]
        found[practice.code] = parse_answer(practice, tags, _raw(sheet, practice, usual))
    return found


def _raw(sheet: Sheet, practice: Practice, usual: int) -> dict[str, object]:
    code = practice.code
    texts: dict[str, object] = {"notes": sheet.notes.get(code, ""), "own_minimum": sheet.own_minimum.get(code, "")}
    if code in sheet.not_applicable:
        return texts | {"status": Status.NOT_APPLICABLE.value, "na_reason": sheet.not_applicable[code]}
    if code in sheet.absent:
        return texts | {"status": Status.NOT_IN_PRACTICE.value}
    letters = [part.letter for part in practice.sub_items if part.letter not in sheet.left_out.get(code, "")]
    rating = None if code in sheet.unrated else sheet.ratings.get(code, usual)
    return texts | {"status": Status.IN_PRACTICE.value, "rating": rating, "sub_items": letters}
