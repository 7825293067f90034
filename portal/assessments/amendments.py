"""Reads what happened to the answers after submitting: requests, open practices, frozen copies, what is different."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, rulebook_of
from portal.evidence.queries import Record, record_of
from portal.foundation.database import db
from rules.answers import Answer, Problem, missing
from rules.practice import Practice
from rules.rulebook import Rulebook

from .changes import FieldChange, Pieces, answer_changes, pieces_changes
from .models import Amendment, AmendmentState, Submission
from .queries import frozen_answers, frozen_evidence, stored_answers, submission_of

UNDER_WAY = (AmendmentState.ASKED, AmendmentState.OPEN)


@dataclass(frozen=True, slots=True)
class Sent:
    """What one frozen copy says, or what the next one would say."""

    answers: Mapping[str, Answer]
    evidence: Record

    def of(self, code: str) -> tuple[Answer | None, list[Mapping[str, str]]]:
        """Return what it says of one practice; two of them are equal when nothing is different."""
        return self.answers.get(code), list(self.evidence.get(code, ()))


@dataclass(frozen=True, slots=True)
class Amended:
    """One practice whose answer is different in two copies, with what is different."""

    practice: Practice
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class OpenPractice:
    """One practice open for changes: what the program changed so far, and what the answer still lacks."""

    practice: Practice
    changes: tuple[FieldChange, ...]
    problems: tuple[Problem, ...]
    answer: Answer | None
    evidence: Pieces = ()  # attached now


@dataclass(frozen=True, slots=True)
class Copy:
    """One frozen copy, and the practices whose answers differ from the copy before."""

    submission: Submission
    amended: tuple[Amended, ...]


def closed_to_changes(cycle: Cycle) -> str:
    """Say why no answer of this cycle can be changed any more, empty when one can.

    Changes are possible from submitting until the recognition is confirmed, also after the plan was issued or the
    Statement signed: what was signed is bound to its copy, so the difference shows. The mini-review opens them once more;
    the recognition stays as it was decided.
    """
    if cycle.submitted_on is None:
        return "The self-assessment is still in progress. Its answers can simply be changed."
    if cycle.closed_on is not None or (cycle.awarded_on is not None and not cycle.in_mini_review):
        return "The recognition is confirmed. From then on the answers it rests on no longer change."
    return ""


def under_way(cycle: Cycle) -> Amendment | None:
    """Return the request that waits, or the round that is open."""
    mine = select(Amendment).where(Amendment.cycle_id == cycle.id, Amendment.state.in_(UNDER_WAY))
    return db.session.scalar(mine.order_by(Amendment.id.desc()).limit(1))


def under_way_in(cycle_ids: Iterable[int]) -> dict[int, Amendment]:
    """Return what is under way in these cycles, in one query."""
    mine = select(Amendment).where(Amendment.cycle_id.in_(list(cycle_ids)), Amendment.state.in_(UNDER_WAY))
    return {one.cycle_id: one for one in db.session.scalars(mine.order_by(Amendment.id))}


def rounds_of(cycle: Cycle) -> list[Amendment]:
    """Return every round of the cycle, newest first."""
    people = (joinedload(Amendment.asked_by), joinedload(Amendment.answered_by), joinedload(Amendment.ended_by))
    mine = select(Amendment).where(Amendment.cycle_id == cycle.id).options(*people, joinedload(Amendment.submission))
    return list(db.session.scalars(mine.order_by(Amendment.id.desc())))


def copies_of(cycle: Cycle) -> list[Submission]:
    """Return the frozen copies of the cycle in the order they were sent."""
    mine = select(Submission).where(Submission.cycle_id == cycle.id).options(joinedload(Submission.submitted_by))
    return list(db.session.scalars(mine.order_by(Submission.number)))


def copies_shown(cycle: Cycle) -> list[Copy]:
    """Return the frozen copies, newest first, each with what is different from the one before."""
    shown: list[Copy] = []
    before: Sent | None = None
    for copy in copies_of(cycle):
        sent = sent_in(copy)
        shown.append(Copy(copy, amended_between(before, sent, rulebook_of(cycle)) if before else ()))
        before = sent
    return shown[::-1]


def sent_in(copy: Submission) -> Sent:
    """Return what a frozen copy says."""
    return Sent(frozen_answers(copy), frozen_evidence(copy))


def amended_between(before: Sent, after: Sent, rulebook: Rulebook) -> tuple[Amended, ...]:
    """Return the practices of these rules of which the two say something different, in the order of the catalogue."""
    found = (Amended(one, changes_of(one, before, after, rulebook)) for one in rulebook.catalogue.practices)
    return tuple(one for one in found if one.changes)


def changes_of(practice: Practice, before: Sent, after: Sent, rulebook: Rulebook) -> tuple[FieldChange, ...]:
    """Return what is different of one practice: in the answer, then in what is attached to it."""
    (old, had), (new, has) = before.of(practice.code), after.of(practice.code)
    return answer_changes(practice, old, new, labels_of(rulebook)) + pieces_changes(had, has)


def open_practices(cycle: Cycle) -> list[OpenPractice]:
    """Return what is open for changes, as the program sees it; what it has not sent yet is its own."""
    rulebook, copy = rulebook_of(cycle), submission_of(cycle)
    if not cycle.reopened or copy is None:
        return []
    before, rows, attached = sent_in(copy), stored_answers(cycle.id), record_of(cycle.id)
    typed = Sent({code: Answer.from_dict(row.content) for code, row in rows.items()}, attached)
    found = []
    for practice in rulebook.catalogue.practices:
        if practice.code not in cycle.reopened:
            continue
        now, pieces = typed.of(practice.code)
        changes = changes_of(practice, before, typed, rulebook)
        found.append(OpenPractice(practice, changes, missing(practice, now), now, pieces))
    return found


def mark_of(practices: Iterable[OpenPractice]) -> str:
    """Return a mark of what the open answers say and what is attached, so that what is sent is what its sender saw."""
    said = [[one.answer.as_dict() if one.answer else one.practice.code, *map(dict, one.evidence)] for one in practices]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def working_answers(cycle: Cycle) -> dict[str, Answer]:
    """Return the answers as the program has them before it: the frozen ones, and those open for changes as typed."""
    copy, rows = submission_of(cycle), stored_answers(cycle.id)
    typed = {code: Answer.from_dict(row.content) for code, row in rows.items()}
    if copy is None:
        return typed
    return frozen_answers(copy) | {code: typed[code] for code in cycle.reopened if code in typed}


OVERTAKEN = {
    AmendmentState.ASKED: "The program's request waits for an answer",
    AmendmentState.OPEN: "The practices are open for changes",
    AmendmentState.SENT: "The changes were sent",
    AmendmentState.DECLINED: "The request was declined",
    AmendmentState.WITHDRAWN: "The program withdrew this",
    AmendmentState.CLOSED: "The partnership closed this",
}


def overtaken(round_: Amendment | None) -> str:
    """Say what is so by now, to somebody whose page showed something else."""
    now = OVERTAKEN[round_.state] if round_ else "Nothing is open or asked for"
    return f"{now} by now, so this step does not fit any more. Nothing was changed."
