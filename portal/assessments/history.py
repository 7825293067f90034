"""What every practice said before: each version with what changed in it, and the answers no rule asks for any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, moves_of, rulebook_of
from portal.foundation.database import db
from portal.partnerships.queries import rulebook_of_record
from rules.answers import Answer
from rules.catalogue import Practice, UnknownPractice

from .changes import FieldChange, answer_changes
from .models import AnswerVersion, StoredAnswer

PAGE = 20  # versions shown at once


class VersionUnknown(LookupError):
    """This practice has no version with this number."""


@dataclass(frozen=True, slots=True)
class VersionShown:
    """One version, and what is different in it from the version its writer saw."""

    row: AnswerVersion
    answer: Answer
    first: bool
    newest: bool
    same_as_now: bool
    changes: tuple[FieldChange, ...]


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
    labels = labels_of(rulebook_of(cycle))
    bases = {row.version: row.content for row in db.session.execute(wanted)}
    return History(
        code, practice, asked, stored,
        tuple(_shown(row, bases.get(row.version - 1), stored, practice, labels) for row in shown),
        shown[-1].id if len(rows) > PAGE else None,
    )  # fmt: skip


def _shown(
    row: AnswerVersion, base: dict[str, object] | None, stored: StoredAnswer | None, practice: Practice | None,
    labels: Mapping[int, str],
) -> VersionShown:  # fmt: skip
    answer = Answer.from_dict(row.content)
    before = None if base is None else Answer.from_dict(base)
    return VersionShown(
        row, answer, base is None, stored is not None and not row.refused and row.version == stored.version,
        stored is not None and row.content == stored.content, answer_changes(practice, before, answer, labels),
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
