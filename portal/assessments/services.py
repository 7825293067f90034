"""Recording answers and submitting. One function per use case; nothing typed is ever dropped.

The save protocol: a save names the version its sender last saw and an id made for this save alone.
The same id again gets the same result. A stale version raises AnswerChanged, and the refused text is kept in the
history. Version 0 means "nobody has answered yet".
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.cycles.models import Cycle, CycleMove, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.evidence.queries import record_of
from portal.evidence.services import seal
from portal.foundation import audit, clock
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, StaleVersion
from portal.foundation.versions import covers, renamed
from portal.programs.queries import facts_of
from portal.teamwork.sharing import open_again
from rules.answers import Answer, missing, parse_answer
from rules.scorecard import evaluate

from . import letters
from .models import AnswerVersion, Judgement, StoredAnswer, Submission
from .queries import assessment_of, content_at, gaps_in, is_newest_copy, judgement_of, stored_answers, submission_of

SAVE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class SaveNotReadable(DomainError):
    """A save without a usable version or id; only a broken or made-up request does this."""


class AnswersFrozen(OutOfOrder):
    """The assessment was submitted; its answers no longer change."""


class NotComplete(DomainError):
    """Submitting was tried while answers are missing."""


class AnswerChanged(StaleVersion):
    """Somebody stored a newer answer; both texts are kept."""

    def __init__(self, code: str, stored: StoredAnswer, typed: Answer) -> None:
        super().__init__(f"Somebody else saved {code} while you were typing. Both texts are kept.")
        self.code, self.stored, self.typed = code, stored, typed
        self.stored_answer = Answer.from_dict(stored.content)


@dataclass(frozen=True, slots=True)
class Saved:
    """What the page needs to know after a save."""

    code: str
    version: int
    saved_at: datetime
    answer: Answer


def record_answer(
    cycle_id: int, code: str, raw: Mapping[str, object], version: object, save_id: object, by_id: int
) -> Saved:
    """Store one answer. Raises UnknownPractice, AnswerRefused, SaveNotReadable, AnswersFrozen or AnswerChanged."""
    seen, key = save_key(version, save_id)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        outcome = _record(cycle, code, raw, seen, key, by_id)
    if isinstance(outcome, AnswerChanged):
        raise outcome  # after the commit, so that the refused text is in the history
    return outcome


def record_section(
    cycle_id: int, saves: Mapping[str, tuple[Mapping[str, object], object, object]], by_id: int
) -> list[AnswerChanged]:
    """Store every changed answer of a section sent as one form; return the conflicts, all others being stored."""
    conflicts = []
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        for code, (raw, version, save_id) in saves.items():
            seen, key = save_key(version, save_id)
            practice = rulebook_of(cycle).catalogue.practice(code)
            typed = parse_answer(practice, facts_of(cycle.program).tags, raw)
            if typed.as_dict() == content_at(cycle.id, code, seen):
                continue  # left as it was shown; a colleague's newer text stands
            outcome = _record(cycle, code, raw, seen, key, by_id)
            if isinstance(outcome, AnswerChanged):
                conflicts.append(outcome)
    return conflicts


def save_key(version: object, save_id: object) -> tuple[int, str]:
    """Read the version and the id a save came with. Raises SaveNotReadable."""
    if not isinstance(version, str) or not version.isascii() or not version.isdigit() or len(version) > 9:
        raise SaveNotReadable("This save came without its version. Load the page again; nothing was stored.")
    if not isinstance(save_id, str) or not SAVE_ID.fullmatch(save_id):
        raise SaveNotReadable("This save came without its id. Load the page again; nothing was stored.")
    return int(version), save_id


def _record(
    cycle: Cycle, code: str, raw: Mapping[str, object], version: int, save_id: str, by_id: int
) -> Saved | AnswerChanged:
    practice = rulebook_of(cycle).catalogue.practice(code)
    typed = parse_answer(practice, facts_of(cycle.program).tags, raw)
    row = db.session.scalar(
        select(StoredAnswer)
        .where(StoredAnswer.cycle_id == cycle.id, StoredAnswer.practice_code == code)
        .with_for_update(of=StoredAnswer)
    )
    again = _sent_before(cycle.id, code, save_id)
    if again is not None and again.content != typed.as_dict():
        save_id = renamed(save_id, typed.as_dict())
        again = _sent_before(cycle.id, code, save_id)
    if again is not None:
        if again.refused and row is not None:
            return AnswerChanged(code, row, Answer.from_dict(again.content))
        return Saved(code, again.version, again.saved_at, Answer.from_dict(again.content))
    if cycle.state is not CycleState.IN_PROGRESS and code not in cycle.reopened:
        raise AnswersFrozen(frozen_sentence(cycle, code))
    current = row.version if row is not None else 0
    if row is not None and version != current:
        if row.content == typed.as_dict():
            return Saved(code, current, row.saved_at, typed)  # the same words took another way; nothing to keep twice
        shown = content_at(cycle.id, code, version)
        if row.saved_by_id == by_id and shown is not None and covers(typed.as_dict(), row.content, shown):
            version = current  # the same person typed on while an earlier save was on its way
    refused = version != current
    moment = clock.now()
    db.session.add(
        AnswerVersion(
            cycle_id=cycle.id, practice_code=code, version=version + 1 if refused else current + 1, save_id=save_id,
            saved_at=moment, saved_by_id=by_id, content=typed.as_dict(), refused=refused,
        )
    )  # fmt: skip
    if refused:
        if row is None:
            raise SaveNotReadable("This save names a version that does not exist. Load the page again.")
        return AnswerChanged(code, row, typed)
    if row is None:
        row = StoredAnswer(cycle_id=cycle.id, practice_code=code)
        db.session.add(row)
    row.version, row.save_id, row.saved_at, row.saved_by_id, row.content = (
        current + 1, save_id, moment, by_id, typed.as_dict())  # fmt: skip
    if missing(practice, typed):
        open_again(cycle.id, practice.section, by_id)
    audit.record("answer saved", person_id=by_id, cycle_id=cycle.id, practice=code, version=row.version)
    return Saved(code, row.version, moment, typed)


def frozen_sentence(cycle: Cycle, code: str) -> str:
    """Say why an answer does not change, and which ones do."""
    if not cycle.reopened:
        return "This assessment was submitted, so its answers no longer change. Nothing was stored."
    return (
        f"{code} was submitted and is not open for changes; open now: {', '.join(sorted(cycle.reopened))}. "
        "Nothing was stored."
    )


def _sent_before(cycle_id: int, code: str, save_id: str) -> AnswerVersion | None:
    return db.session.scalar(
        select(AnswerVersion).where(
            AnswerVersion.cycle_id == cycle_id, AnswerVersion.practice_code == code, AnswerVersion.save_id == save_id
        )
    )


def freeze(cycle: Cycle, answers: Mapping[str, Answer]) -> tuple[str, str]:
    """Return the canonical JSON of all answers, with what is attached to them, and its SHA-256."""
    attached = record_of(cycle.id)
    content = json.dumps(
        {"rulebook": cycle.rulebook, "answers": {code: answers[code].as_dict() for code in sorted(answers)}}
        | ({"evidence": attached} if attached else {}),
        sort_keys=True, ensure_ascii=False, separators=(",", ":"),
    )  # fmt: skip
    return content, hashlib.sha256(content.encode()).hexdigest()


def submit(cycle_id: int, by_id: int, base_url: str) -> Submission:
    """Freeze the answers and tell everybody, then let the rules judge. Raises OutOfOrder or NotComplete.

    The rules come after the commit: whatever they do, what was submitted stays submitted, and the worker asks them again.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        rulebook, today = rulebook_of(cycle), local_today(cycle)
        answers = {code: Answer.from_dict(row.content) for code, row in stored_answers(cycle.id).items()}
        gaps = gaps_in(rulebook.catalogue, answers) if cycle.state is CycleState.IN_PROGRESS else ()
        if gaps:
            needy = "1 practice still needs" if len(gaps) == 1 else f"{len(gaps)} practices still need"
            raise NotComplete(f"{needy} an answer. Everything you typed is kept.")
        advance(cycle, CycleState.SUBMITTED, today)
        seal(cycle.id)
        content, digest = freeze(cycle, answers)
        submission = Submission(
            cycle_id=cycle.id, number=1, submitted_at=clock.now(), submitted_by_id=by_id, content=content,
            content_hash=digest,
        )  # fmt: skip
        db.session.add(submission)
        audit.record("assessment submitted", person_id=by_id, cycle_id=cycle.id, content_hash=digest)
        letters.tell_submitted(cycle, digest, base_url)
    judge(cycle_id, "submitted")
    return submission


def judge(cycle_id: int, cause: str) -> Judgement:
    """Let the rules judge the newest frozen copy; store what they say of it when that is not stored yet.

    Asks outside any transaction, since a rule may take seconds.
    """
    with reading() as session:
        cycle = session.get_one(Cycle, cycle_id)
        copy_id = copy.id if (copy := submission_of(cycle)) else None
        rulebook, assessment, began_with = rulebook_of(cycle), assessment_of(cycle), dict(cycle.rulebook)
    card = evaluate(assessment, rulebook)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        newest, text, record = judgement_of(cycle), card.to_json(), rulebook.record()
        known = newest is not None and newest.submission_id == copy_id
        if newest is not None and known and (newest.scorecard, newest.rulebook) == (text, record):
            return newest
        overtaken = cycle.rulebook != began_with or ((now := submission_of(cycle)) and now.id != copy_id)
        if newest is not None and (overtaken or (known and cycle.awarded_on is not None)):
            return newest  # moved, amended or recognized while the rules were asked: whoever did that has the last word
        made = Judgement(
            cycle_id=cycle_id, made_at=clock.now(), cause=cause, rulebook=record, scorecard=text,
            undetermined=bool(card.undetermined), submission_id=copy_id,
        )  # fmt: skip
        db.session.add(made)
    return made


def judge_again() -> int:
    """Ask the rules wherever they have not judged a submission yet or one could not; return how many are whole now.

    What is recognized stays as it was decided.
    """
    with reading() as session:
        newest = select(func.max(Judgement.id).label("id")).group_by(Judgement.cycle_id).subquery()
        last = select(Judgement).join(newest, Judgement.id == newest.c.id).subquery()
        moved = (  # by somebody whose request ended before the rules had answered
            select(CycleMove.id)
            .where(CycleMove.cycle_id == Submission.cycle_id)
            .where((CycleMove.moved_at > last.c.made_at) | (CycleMove.undone_at > last.c.made_at))
            .exists()
        )
        waiting = (
            select(Submission.cycle_id)
            .join(Cycle, Cycle.id == Submission.cycle_id)
            .join(last, last.c.cycle_id == Submission.cycle_id, isouter=True)
            .where(is_newest_copy(), Cycle.awarded_on.is_(None))
            .where(last.c.id.is_(None) | last.c.undetermined | moved | (last.c.submission_id != Submission.id))
        )
        # In no fixed order: fifty whose rules never answer must not keep all others waiting.
        ids = list(session.scalars(waiting.order_by(func.random()).limit(50)))
    return sum(not judge(cycle_id, "judged again").undetermined for cycle_id in ids)
