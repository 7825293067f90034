"""Lets the rules judge what was sent, and again wherever they could not; each judgement that says something new is kept."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.cycles.models import Cycle, CycleMove
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import clock
from portal.foundation.database import db, reading, unit_of_work
from rules.scorecard import evaluate

from .models import Judgement, Submission
from .queries import assessment_of, is_newest_copy, judgement_of, submission_of


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

    What is recognized stays as it was decided; only a copy that was sent after that is still judged.
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
            .where(is_newest_copy(), Cycle.awarded_on.is_(None) | (last.c.submission_id != Submission.id))
            .where(last.c.id.is_(None) | last.c.undetermined | moved | (last.c.submission_id != Submission.id))
        )
        # In no fixed order: fifty whose rules never answer must not keep all others waiting.
        ids = list(session.scalars(waiting.order_by(func.random()).limit(50)))
    return sum(not judge(cycle_id, "judged again").undetermined for cycle_id in ids)
