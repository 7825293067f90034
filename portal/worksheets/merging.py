"""Brings a worksheet's answers back, one by one: what is new, what changed on both sides, and what is kept.

Nothing is taken by itself. What is taken is stored like any other answer, over the version that was shown, under an id
made from what it says, so that sending the same choice twice stores it once.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.assessments.changes import FieldChange, answer_changes
from portal.assessments.models import AnswerVersion, StoredAnswer
from portal.assessments.services import AnswerChanged, record_answer
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, rulebook_of
from portal.foundation.database import db
from portal.foundation.errors import Problem
from portal.programs.queries import facts_of
from rules.answers import Answer, AnswerRefused, parse_answer
from rules.catalogue import Practice, Section


class Found(enum.StrEnum):
    """How a practice's answer in the worksheet stands to the stored one."""

    SAME = "same"
    NEW = "new"  # changed in the worksheet only
    BOTH = "both"  # changed in the worksheet and in the portal
    REFUSED = "refused"  # cannot be stored as typed


class Choice(enum.StrEnum):
    """What becomes of an answer that differs."""

    KEEP = "keep"
    TAKE = "take"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Row:
    """One practice: the stored answer, the worksheet's, what differs, and what was chosen."""

    practice: Practice
    found: Found
    stored: StoredAnswer | None
    stored_answer: Answer
    typed: Mapping[str, Any]
    answer: Answer | None
    base: int
    changes: tuple[FieldChange, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    choice: str = ""


def compared(
    cycle: Cycle, section: Section, answers: Mapping[str, Mapping[str, Any]], versions: Mapping[str, int]
) -> list[Row]:
    """Compare each answer of the worksheet with the stored one and with the one it was typed over."""
    codes, tags, labels = list(answers), facts_of(cycle.program).tags, labels_of(rulebook_of(cycle))
    stored = {
        row.practice_code: row
        for row in db.session.scalars(
            select(StoredAnswer)
            .where(StoredAnswer.cycle_id == cycle.id, StoredAnswer.practice_code.in_(codes))
            .options(joinedload(StoredAnswer.saved_by))
        )
    }
    shown = _shown(cycle.id, codes, set(versions.values()))
    rows = []
    for practice in section.practices:
        if practice.code in answers:
            base = versions[practice.code]
            seen = Answer(practice.code).as_dict() if base == 0 else shown.get((practice.code, base))
            rows.append(_row(practice, tags, stored.get(practice.code), answers[practice.code], base, seen, labels))
    return rows


def _shown(cycle_id: int, codes: list[str], versions: set[int]) -> dict[tuple[str, int], dict[str, Any]]:
    found = select(AnswerVersion).where(
        AnswerVersion.cycle_id == cycle_id, AnswerVersion.practice_code.in_(codes),
        AnswerVersion.version.in_(versions), AnswerVersion.refused.is_(False),
    )  # fmt: skip
    return {(row.practice_code, row.version): row.content for row in db.session.scalars(found)}


def _row(
    practice: Practice, tags: frozenset[str], stored: StoredAnswer | None, typed: Mapping[str, Any], base: int,
    seen: dict[str, Any] | None, labels: Mapping[int, str],
) -> Row:  # fmt: skip
    now = Answer.from_dict(stored.content) if stored else Answer(practice.code)
    try:
        answer = parse_answer(practice, tags, typed)
    except AnswerRefused as refusal:
        return Row(practice, Found.REFUSED, stored, now, typed, None, base, problems=refusal.problems)
    if answer in (now, None if seen is None else Answer.from_dict(seen)):
        return Row(practice, Found.SAME, stored, now, typed, answer, base)
    changes = answer_changes(practice, now, answer, labels)
    if seen is not None and now == Answer.from_dict(seen):
        return Row(practice, Found.NEW, stored, now, typed, answer, base, changes, choice=Choice.TAKE)
    return Row(practice, Found.BOTH, stored, now, typed, answer, base, changes)


def chosen(rows: list[Row], choices: Mapping[str, str]) -> list[Row]:
    """Note what was chosen for each answer that differs; a missing or unknown choice is a problem of its row."""
    found = []
    for row in rows:
        choice = choices.get(row.practice.code, "")
        allowed = {Choice.KEEP} if row.answer is None else set(Choice)
        if row.found is not Found.SAME and choice not in allowed:
            row = replace(row, problems=(*row.problems, Problem("choice", "Choose what to keep.")))
        found.append(replace(row, choice=choice))
    return found


def take(cycle: Cycle, row: Row, version: str | None, by_id: int) -> Row | None:
    """Store what was chosen for one practice; return the row with its problems when that could not be done."""
    raw = _with_both_notes(row) if row.choice == Choice.TOGETHER else dict(row.typed)
    sent = json.dumps([cycle.id, row.practice.code, version, raw], sort_keys=True)
    try:
        record_answer(cycle.id, row.practice.code, raw, version, hashlib.sha256(sent.encode()).hexdigest()[:40], by_id)
    except AnswerRefused as refusal:
        return replace(row, problems=refusal.problems)
    except AnswerChanged:
        changed = Problem("choice", "Somebody stored a newer answer in the meantime. Please choose again.")
        return replace(row, problems=(changed,), choice="")
    return None


def _with_both_notes(row: Row) -> dict[str, Any]:
    old, new = row.stored_answer.notes, str(row.typed["notes"]).replace("\r\n", "\n")
    both = old if new in old else new if old in new else f"{old}\n\n{new}"
    return {**row.typed, "notes": both}
