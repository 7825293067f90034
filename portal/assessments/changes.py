"""Says what is different between two answers to one practice: part by part, long texts word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rules.answers import Answer, Status
from rules.practice import Practice

NEAR = 12  # words shown on either side of a change; longer stretches that stayed are counted and left out
MOST = 1_500_000  # words of one text times words of the other
WORDS = r"\s*\w+|\s*[^\w\s]|\s+\Z"  # signs apart, so that a comma put in changes no word
SENTENCES, WHOLE = r"\s*[^.!?\n]*[.!?\n]+|\s*[^.!?\n]+", r"(?s)\A.+\Z"

STATUS = {
    Status.IN_PRACTICE: "In practice",
    Status.NOT_IN_PRACTICE: "Not in practice",
    Status.NOT_APPLICABLE: "Not applicable",
    None: "Not answered",
}
Pieces = Sequence[Mapping[str, str]]  # title, and the hash of a file or the address of a link
TEXTS = (("na_reason", "Why it does not apply"), ("own_minimum", "Own minimum"), ("notes", "Notes"))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of words in both texts ("same"), only in the earlier ("gone") or the later ("new"), or left out ("gap")."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One part of an answer that is different; a text has its `words` besides, both texts in one reading."""

    field: str
    title: str
    before: str
    after: str
    words: tuple[Stretch, ...] = ()


def answer_changes(
    practice: Practice | None, before: Answer | None, after: Answer | None, labels: Mapping[int, str]
) -> tuple[FieldChange, ...]:
    """Return what is different from one answer to another, in the order of the form; None stands for no answer.

    The practice is None where no rules at hand know it any more; then what was ticked is named by its letters.
    """
    blank = Answer("")
    return tuple(_changes(practice, before or blank, after or blank, labels))


def _changes(practice: Practice | None, old: Answer, new: Answer, labels: Mapping[int, str]) -> Iterator[FieldChange]:
    if old.status is not new.status:
        yield FieldChange("status", "Answer", STATUS[old.status], STATUS[new.status])
    if old.rating != new.rating:
        yield FieldChange("rating", "Rating", _rating(old.rating, labels), _rating(new.rating, labels))
    if old.sub_items != new.sub_items:
        yield FieldChange("sub_items", "Covered", _ticks(old, practice), _ticks(new, practice))
    for field, title in TEXTS:
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            yield FieldChange(field, title, was, now, tuple(word_changes(was, now)))


def pieces_changes(before: Pieces, after: Pieces) -> tuple[FieldChange, ...]:
    """Return what was attached and taken off, as frozen copies name files and links; nothing when they are the same."""
    if not (gone := [one for one in before if one not in after]) + [one for one in after if one not in before]:
        return ()
    found: list[Stretch] = []
    for one in (*before, *(one for one in after if one not in before)):
        kind = "gone" if one in gone else "same" if one in before else "new"
        found += [Stretch("same", ", "), Stretch(kind, one["title"])]
    was, now = (", ".join(one["title"] for one in side) for side in (before, after))
    return (FieldChange("evidence", "Files and links", was, now, tuple(found[1:])),)


def _rating(rating: int | None, labels: Mapping[int, str]) -> str:
    return "none" if rating is None else f"{rating} ({labels[rating]})" if rating in labels else str(rating)


def _ticks(answer: Answer, practice: Practice | None) -> str:
    texts = {item.letter: f"{item.letter}. {item.text.rstrip('.')}" for item in practice.sub_items} if practice else {}
    return "; ".join(texts.get(letter, letter) for letter in answer.sub_items) or "nothing"


def word_changes(old: str, new: str) -> Iterator[Stretch]:
    """Return the words of both texts in one reading: what stayed, what went, what came."""
    a, b, head, tail = _cut(old, new)
    middle = a[head : len(a) - tail], b[head : len(b) - tail]
    yield from _stayed(a[:head], first=True, last=False)
    for tag, i, j, k, end in SequenceMatcher(None, *middle).get_opcodes():
        if tag == "equal":
            yield from _stayed(middle[0][i:j], first=False, last=False)
            continue
        yield from _replaced("".join(middle[0][i:j]), "".join(middle[1][k:end]))
    yield from _stayed(a[len(a) - tail :], first=False, last=True)


def _cut(old: str, new: str) -> tuple[list[str], list[str], int, int]:
    """Return both texts in words, and how many of them are the same at the beginning and at the end.

    Where the rest would take long to compare, they are cut into sentences, or not at all.
    """
    for pattern in (WORDS, SENTENCES, WHOLE):
        a, b = re.findall(pattern, old), re.findall(pattern, new)
        head = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        rest = min(len(a), len(b)) - head
        tail = next((n for n in range(rest) if a[-1 - n] != b[-1 - n]), rest)
        if (len(a) - head - tail) * (len(b) - head - tail) <= MOST:
            break
    return a, b, head, tail


def _replaced(gone: str, come: str) -> Iterator[Stretch]:
    space = gone[: len(gone) - len(gone.lstrip())]
    if space and come[: len(come) - len(come.lstrip())] == space:  # the space between two words stayed
        yield Stretch("same", space)
        gone, come = gone[len(space) :], come[len(space) :]
    yield from (Stretch(kind, text) for kind, text in (("gone", gone), ("new", come)) if text)


def _stayed(words: Sequence[str], *, first: bool, last: bool) -> Iterator[Stretch]:
    if not words:
        return
    keep_left, keep_right = 0 if first else NEAR, 0 if last else NEAR
    if len(words) <= keep_left + keep_right + 4:
        yield Stretch("same", "".join(words))
        return
    if keep_left:
        yield Stretch("same", "".join(words[:keep_left]))
    left_out = words[keep_left : len(words) - keep_right]
    many = sum(any(map(str.isalnum, one)) for one in left_out) or len(left_out)
    yield Stretch("gap", f"{many} words unchanged")
    if keep_right:
        yield Stretch("same", "".join(words[-keep_right:]))
