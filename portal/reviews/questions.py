"""Questions to the program about single practices: asking, answering, closing, each stored once and never changed.

Everything in a thread is read by the program. Private notes, drafts of questions and second opinions never come here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_cycle, load_for_change, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.access import Action, Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused, Stranger
from portal.foundation.typed import text_problems
from portal.foundation.versions import own_id, renamed, save_key
from rules.answers import MAX_TEXT

from .models import EntryKind, Question, QuestionEntry, ReplyDraft
from .replies import ReplyChanged, draft_text, keep_reply, sent
from .standing import Standing
from .telling import tell_answered, tell_asked

ACCEPTED = "“Not applicable” is accepted after all."
LONGEST = MAX_TEXT  # characters of a question or an answer


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question nobody closed yet; `answered_at` is when the program spoke last, None while it is its turn."""

    id: int
    practice_code: str
    text: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None
    about_na: bool = False


def open_questions(cycle: Cycle) -> tuple[OpenQuestion, ...]:
    """Return what is still asked, in the catalogue's order, then in the order of asking."""
    found = select(Question).where(Question.cycle_id == cycle.id, Question.closed_at.is_(None))
    rows = db.session.scalars(found.options(joinedload(Question.asked_by)).order_by(Question.id)).all()
    places = {practice.code: at for at, practice in enumerate(rulebook_of(cycle).catalogue.practices)}
    return tuple(
        _open(row) for row in sorted(rows, key=lambda row: (places.get(row.practice_code, len(places)), row.id))
    )


def _open(row: Question) -> OpenQuestion:
    asked_by = row.asked_by.name if row.asked_by else "Somebody"
    return OpenQuestion(row.id, row.practice_code, row.text, row.asked_at, asked_by, row.answered_at, row.about_na)


def questions_of(cycle: Cycle) -> list[Question]:
    """Return every question of the cycle with its thread, in the catalogue's order, then in the order of asking."""
    people = selectinload(Question.entries).joinedload(QuestionEntry.by)
    found = select(Question).where(Question.cycle_id == cycle.id).order_by(Question.id)
    rows = db.session.scalars(
        found.options(people, joinedload(Question.asked_by), joinedload(Question.closed_by))
    ).all()
    places = {practice.code: at for at, practice in enumerate(rulebook_of(cycle).catalogue.practices)}
    return sorted(rows, key=lambda row: (places.get(row.practice_code, len(places)), row.id))


def load_question(person: Person, question_id: int, action: Action) -> tuple[Question, frozenset[Role]]:
    """Return a question and the roles held at its cycle. Raises Stranger or NotAllowed."""
    found = db.session.get(Question, question_id)
    if found is None:
        raise Stranger
    _, roles = load_cycle(person, found.cycle_id, action)
    return found, roles


def ask(
    cycle: Cycle, code: str, text: str, save_id: str, by_id: int, base_url: str, about_na: bool = False
) -> Question:
    """Ask the program, and tell it. Part of the caller's transaction; the same save asks once. Raises Refused."""
    if problems := text_problems(text.strip(), "question", "question", LONGEST, needed="Write your question first."):
        raise Refused(problems)
    mine = select(Question).where(Question.cycle_id == cycle.id)
    known = db.session.scalar(mine.where(Question.save_id == save_id))
    if known is not None:
        return known
    made = Question(
        cycle_id=cycle.id, practice_code=code, about_na=about_na, text=text.strip(), asked_at=clock.now(),
        asked_by_id=by_id, save_id=save_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record("question asked", person_id=by_id, cycle_id=cycle.id, practice=code, question=made.id)
    tell_asked(cycle, made, base_url)
    return made


def save_reply(
    question_id: int, raw: Mapping[str, Any], version: object, save_id: object, by_id: int, unanswered: object = ""
) -> ReplyDraft:
    """Store what is typed under a question, to be sent later. Raises Refused, SaveNotReadable, OutOfOrder or ReplyChanged."""
    key = save_key(version, save_id, unanswered)
    with unit_of_work():
        _locked(question_id)
        kept = keep_reply(question_id, raw, key, by_id)
    if isinstance(kept, ReplyChanged):
        raise kept  # after the commit, so that the refused text is in the history
    return kept


def answer(question_id: int, typed: str | None, save_id: str, by_id: int, from_staff: bool, base_url: str) -> None:
    """Add to a thread and tell the other side; a closed one opens again. Raises Refused or OutOfOrder.

    None stands for the stored draft, which the script keeps up to date. The same save is stored once, and the draft is
    done with it.
    """
    with unit_of_work() as session:
        question, cycle = _locked(question_id)
        save_id = own_id(save_id)
        mine = select(QuestionEntry).where(QuestionEntry.question_id == question.id)
        known = session.scalar(mine.where(QuestionEntry.save_id == save_id))
        text = draft_text(question_id, by_id) if typed is None else typed
        if known is not None and typed is None and not text:
            return  # pressed twice: the first press sent the draft
        if problems := text_problems(text, "text", "text", LONGEST, needed="Write your answer first."):
            raise Refused(problems)
        sent(question_id, by_id)
        if known is not None and known.text != text:
            save_id = renamed(save_id, {"text": text})
            known = session.scalar(mine.where(QuestionEntry.save_id == save_id))
        if known is not None:
            return
        entry = _add(question, EntryKind.SAID, text, save_id, by_id, from_staff)
        question.answered_at = None if from_staff else entry.at
        question.closed_at = question.closed_by_id = None
        audit.record(
            "question added to" if from_staff else "question answered", person_id=by_id, cycle_id=cycle.id,
            practice=question.practice_code, question=question.id,
        )  # fmt: skip
        if from_staff:
            tell_asked(cycle, entry, base_url)
        else:
            tell_answered(cycle, entry, base_url)


def close(question_id: int, by_id: int) -> bool:
    """Close a thread; return whether it was open. A later message opens it again."""
    with unit_of_work():
        question, cycle = _locked(question_id)
        return _close(question, cycle, by_id)


def _close(question: Question, cycle: Cycle, by_id: int, why: str = "") -> bool:
    if question.closed_at is not None:
        return False
    entry = _add(question, EntryKind.CLOSED, why, own_id(""), by_id, from_staff=True)
    question.closed_at, question.closed_by_id = entry.at, by_id
    audit.record(
        "question closed", person_id=by_id, cycle_id=cycle.id, practice=question.practice_code, question=question.id
    )
    return True


def settle_na(cycle: Cycle, code: str, by_id: int) -> None:
    """Close what the program was asked about a "not applicable" that is accepted after all; in the caller's transaction."""
    question = na_question(cycle.id, code)
    if question is not None:
        _close(question, cycle, by_id, ACCEPTED)


def refuse_na(cycle: Cycle, code: str, reason: str, by_id: int, base_url: str) -> bool:
    """Tell the program why a "not applicable" was not accepted; return whether that is new. In the caller's transaction."""
    question = na_question(cycle.id, code)
    if question is None:
        ask(cycle, code, reason, f"not-applicable-{code}", by_id, base_url, about_na=True)
        return True
    if _is_told(question, reason):
        return False
    entry = _add(question, EntryKind.SAID, reason, own_id(""), by_id, from_staff=True)
    question.answered_at = question.closed_at = question.closed_by_id = None
    audit.record("question added to", person_id=by_id, cycle_id=cycle.id, practice=code, question=question.id)
    tell_asked(cycle, entry, base_url)
    return True


def untold(rows: Iterable[Standing], asked: Iterable[Question]) -> tuple[str, ...]:
    """Return the practices whose "not applicable" is refused and whose reason the program has not been told as it is now."""
    told = {one.practice_code: one for one in asked if one.about_na}
    refused = [(row.code, row.na_reason) for row in rows if row.refused]
    return tuple(code for code, reason in refused if code not in told or not _is_told(told[code], reason))


def na_question(cycle_id: int, code: str) -> Question | None:
    """Return the thread about the "not applicable" of a practice."""
    mine = select(Question).where(Question.cycle_id == cycle_id, Question.practice_code == code, Question.about_na)
    return db.session.scalar(mine)


def _is_told(question: Question, reason: str) -> bool:
    """Tell whether the program knows this reason, in a thread still open or closed by hand, not by accepting the N/A."""
    said = [one.text for one in question.entries if one.from_staff and one.kind is EntryKind.SAID]
    accepted = bool(question.entries) and question.entries[-1].text == ACCEPTED
    return reason in (question.text, *said) and not accepted


def _locked(question_id: int) -> tuple[Question, Cycle]:
    """Read a question inside a write, its cycle locked first: everybody who writes there takes this order."""
    cycle_id = db.session.scalar(select(Question.cycle_id).where(Question.id == question_id))
    if cycle_id is None:
        raise Stranger
    cycle = load_for_change(cycle_id)
    if cycle.state is CycleState.CLOSED:
        raise OutOfOrder("This cycle is closed, so its questions can only be read. Nothing was stored.")
    return db.session.get_one(Question, question_id, populate_existing=True), cycle


def _add(question: Question, kind: EntryKind, text: str, save_id: str, by_id: int, from_staff: bool) -> QuestionEntry:
    made = QuestionEntry(
        question_id=question.id, kind=kind, text=text, at=clock.now(), by_id=by_id, from_staff=from_staff, save_id=save_id
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made
