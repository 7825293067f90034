"""What every practice said before: each version with what changed in it, and the answers no rule asks for any more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import moves_of, rulebook_of
from portal.foundation.database import db
from portal.partnerships.queries import rulebook_of_record
from rules.answers import Answer, Status
from rules.catalogue import Practice, UnknownPractice

from .models import AnswerVersion, StoredAnswer

PAGE = 20  # versions shown at once
NEAR = 12  # words shown on either side of a change; longer stretches that stayed are left out
MOST = 1_500_000  # words of one text times words of the other
WORDS, SENTENCES, WHOLE = r"\s*\S+|\s+$", r"\s*[^.!?\n]*[.!?\n]+|\s*[^.!?\n]+", r"(?s)\A.+\Z"

STATUS_WORDS = {
    Status.IN_PRACTICE: "in practice",
    Status.NOT_IN_PRACTICE: "not in practice",
    Status.NOT_APPLICABLE: "not applicable",
    None: "no answer",
}
TEXTS = (("na_reason", "Reason"), ("own_minimum", "Own minimum"), ("notes", "Notes"))


class VersionUnknown(LookupError):
    """This practice has no version with this number."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of words that stayed, was added or was taken away; `kind` is "", "ins", "del" or "gap"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one part of an answer: two values, or for a text its words one by one."""

    title: str
    before: str = ""
    after: str = ""
    words: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionShown:
    """One version, and what is different in it from the version its writer saw."""

    row: AnswerVersion
    answer: Answer
    first: bool
    newest: bool
    same_as_now: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Versions of one practice, newest first; `older` is where the next page begins, None at the end."""

    code: str
    practice: Practice | None  # None when no rules of this cycle ever asked for it under this code
    asked: bool
    stored: StoredAnswer | None
    versions: tuple[VersionShown, ...]
    older: int | None


def history_of(cycle: Cycle, code: str, before: int | None = None) -> History:
    """Return a page of versions, also of a practice that is not asked any more. Raises UnknownPractice."""
    practice, asked = practice_once_asked(cycle, code)
    if practice is None and not code.isprintable():  # PostgreSQL cannot even be asked for a NUL
        raise UnknownPractice("There is no such practice in this self-assessment.")
    mine = (AnswerVersion.cycle_id == cycle.id, AnswerVersion.practice_code == code)
    found = select(AnswerVersion).where(*mine).options(joinedload(AnswerVersion.saved_by))
    if before is not None:
        found = found.where(AnswerVersion.id < before)
    rows = list(db.session.scalars(found.order_by(AnswerVersion.id.desc()).limit(PAGE + 1)))
    if practice is None and not rows:
        raise UnknownPractice(f"There is no practice {code} in this self-assessment.")
    stored = db.session.scalar(
        select(StoredAnswer).where(StoredAnswer.cycle_id == cycle.id, StoredAnswer.practice_code == code)
    )
    shown = rows[:PAGE]
    seen = select(AnswerVersion.version, AnswerVersion.content).where(*mine, AnswerVersion.refused.is_(False))
    wanted = seen.where(AnswerVersion.version.in_({row.version - 1 for row in shown}))
    bases = {row.version: row.content for row in db.session.execute(wanted)}
    return History(
        code, practice, asked, stored, tuple(_shown(row, bases.get(row.version - 1), stored, practice) for row in shown),
        shown[-1].id if len(rows) > PAGE else None,
    )  # fmt: skip


def _shown(
    row: AnswerVersion, base: dict[str, object] | None, stored: StoredAnswer | None, practice: Practice | None
) -> VersionShown:
    answer = Answer.from_dict(row.content)
    before = Answer(row.practice_code) if base is None else Answer.from_dict(base)
    return VersionShown(
        row, answer, base is None, stored is not None and not row.refused and row.version == stored.version,
        stored is not None and row.content == stored.content, tuple(changes_between(before, answer, practice)),
    )  # fmt: skip


def version_of(cycle_id: int, code: str, version_id: int) -> AnswerVersion:
    """Return one text that arrived for this practice. Raises VersionUnknown."""
    row = db.session.get(AnswerVersion, version_id)
    if row is None or (row.cycle_id, row.practice_code) != (cycle_id, code):
        raise VersionUnknown(code)
    return row


def practice_once_asked(cycle: Cycle, code: str) -> tuple[Practice | None, bool]:
    """Return the practice and whether it is asked now; one that a move took away as it was worded before."""
    catalogue = rulebook_of(cycle).catalogue
    if code in catalogue:
        return catalogue.practice(code), True
    for move in moves_of(cycle):
        for record in (move.before, move.after):
            earlier = rulebook_of_record(record).catalogue
            if code in earlier:
                return earlier.practice(code), False
    return None, False


def unasked(cycle: Cycle, answers: dict[str, Answer]) -> list[tuple[str, Practice | None, Answer]]:
    """Return the answers that the cycle's rules do not ask for, each with its practice as it was worded."""
    catalogue = rulebook_of(cycle).catalogue
    left = sorted(code for code in answers if code not in catalogue)
    return [(code, practice_once_asked(cycle, code)[0], answers[code]) for code in left]


def changes_between(before: Answer, after: Answer, practice: Practice | None) -> Iterator[Change]:
    """Tell part by part what is different."""
    if before.status is not after.status:
        yield Change("Answer", STATUS_WORDS[before.status], STATUS_WORDS[after.status])
    if before.rating != after.rating:
        yield Change("Rating", str(before.rating or "none"), str(after.rating or "none"))
    if before.sub_items != after.sub_items:
        yield Change("Ticked", _ticks(before, practice), _ticks(after, practice))
    for name, title in TEXTS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change(title, words=tuple(word_changes(old, new)))


def _ticks(answer: Answer, practice: Practice | None) -> str:
    names = {item.letter: item.text.rstrip(".") for item in practice.sub_items} if practice else {}
    return "; ".join(f"{letter}. {names.get(letter, '')}".strip() for letter in answer.sub_items) or "none"


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
        yield Stretch("", space)
        gone, come = gone[len(space) :], come[len(space) :]
    yield from (Stretch(kind, text) for kind, text in (("del", gone), ("ins", come)) if text)


def _stayed(words: Sequence[str], *, first: bool, last: bool) -> Iterator[Stretch]:
    if not words:
        return
    keep_left, keep_right = 0 if first else NEAR, 0 if last else NEAR
    if len(words) <= keep_left + keep_right + 4:
        yield Stretch("", "".join(words))
        return
    if keep_left:
        yield Stretch("", "".join(words[:keep_left]))
    yield Stretch("gap", f"{len(words) - keep_left - keep_right} words unchanged")
    if keep_right:
        yield Stretch("", "".join(words[-keep_right:]))
