"""Says what is different between two answers to one practice: field by field, long texts word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from rules.answers import Answer, Status
from rules.practice import Practice

WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+\Z")
STATUS = {
    Status.IN_PRACTICE: "In practice",
    Status.NOT_IN_PRACTICE: "Not in practice",
    Status.NOT_APPLICABLE: "Not applicable",
    None: "Not answered",
}
TEXTS = (("na_reason", "Why it does not apply"), ("own_minimum", "Own minimum"), ("notes", "Notes"))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words that are in both texts ("same"), only in the earlier ("gone") or only in the later ("new")."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One part of an answer that is different; `pieces` are there for texts and hold both of them word by word."""

    field: str
    title: str
    before: str
    after: str
    pieces: tuple[Piece, ...] = ()


def answer_changes(
    practice: Practice, before: Answer | None, after: Answer | None, labels: Mapping[int, str]
) -> tuple[FieldChange, ...]:
    """Return what is different from one answer to another, in the order of the form; None stands for no answer."""
    old, new = before or Answer(practice.code), after or Answer(practice.code)
    return tuple(_changes(practice, old, new, labels))


def _changes(practice: Practice, old: Answer, new: Answer, labels: Mapping[int, str]) -> Iterator[FieldChange]:
    if old.status is not new.status:
        yield FieldChange("status", "Answer", STATUS[old.status], STATUS[new.status])
    if old.rating != new.rating:
        yield FieldChange("rating", "Rating", _rating(old.rating, labels), _rating(new.rating, labels))
    if old.sub_items != new.sub_items:
        texts = {item.letter: f"{item.letter}. {item.text.rstrip('.')}" for item in practice.sub_items}
        was, now = ("; ".join(texts.get(one, one) for one in side.sub_items) or "nothing" for side in (old, new))
        yield FieldChange("sub_items", "Covered", was, now)
    for field, title in TEXTS:
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            yield FieldChange(field, title, was, now, word_changes(was, now))


def _rating(rating: int | None, labels: Mapping[int, str]) -> str:
    return "none" if rating is None else f"{rating} ({labels[rating]})" if rating in labels else str(rating)


def word_changes(before: str, after: str) -> tuple[Piece, ...]:
    """Return both texts in pieces: the "same" and "gone" ones are the earlier text, the "same" and "new" ones the later."""
    old, new = WORD.findall(before), WORD.findall(after)
    pieces = []
    for what, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        if gone := "".join(old[a:b]):
            pieces.append(Piece("gone", gone))
        if added := "".join(new[c:d]):
            pieces.append(Piece("new", added))
    return tuple(pieces)
