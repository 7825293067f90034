"""What the calendar brings to recognitions: notice before one ends, and the end itself; each once, on the program's day.

The worker asks every minute. Whatever is due is worked out from the award and its rules, and written under a key that no
second row can have, so that a worker that was away for a week, or two workers, write the same rows.
"""

from __future__ import annotations

from datetime import date, timedelta

from flask import current_app
from sqlalchemy import func, select

from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, local_today
from portal.foundation import jobs
from portal.foundation.database import db, reading, unit_of_work
from portal.programs.mails import tell_staff

from .history import note, tell_program
from .models import Award, AwardEvent, EventKind, Standing
from .terms import ending_of, notice_from

K = EventKind
MOST_STEPS = 10  # of one award at once; a worker that was away for years goes on at its next turn


def take_due_steps() -> int:
    """Give notice where it is due, and move on what ended; return how many steps were taken."""
    with reading() as session:
        held = select(Award).join(Cycle).where(Award.standing == Standing.HELD)
        due = [one.cycle_id for one in session.scalars(held.order_by(Award.id)) if _due(one) is not None]
    return sum(jobs.attempt(f"the recognition of cycle {one}", _move_on, one) or 0 for one in due)


def _move_on(cycle_id: int) -> int:
    taken = 0
    with unit_of_work():
        cycle = load_for_change(cycle_id)  # whoever confirms or changes a recognition holds the same row
        award = db.session.scalars(
            select(Award).where(Award.cycle_id == cycle.id).execution_options(populate_existing=True)
        ).one()
        while taken < MOST_STEPS and (due := _due(award)) is not None:
            _take(award, due)
            taken += 1
    return taken


def _due(award: Award) -> EventKind | None:
    """Return the step that is due today where the partnership is, or None."""
    if award.standing is not Standing.HELD or award.appeal_open:
        return None  # while an appeal is open, the recognition stays as it was said
    today = local_today(award.cycle)
    if today > award.last_day:
        return ending_of(award).kind
    if award.ending_on is None and today >= notice_from(award) and not _written(_notice_key(award)):
        return K.NOTICE
    return None


def _notice_key(award: Award) -> str:
    return f"{award.id}:{award.expires_on}:notice"


def _written(key: str) -> bool:
    return db.session.scalar(select(AwardEvent.id).where(AwardEvent.key == key)) is not None


def _take(award: Award, kind: EventKind) -> None:
    base_url = current_app.config["BASE_URL"]
    ending = ending_of(award)
    if kind is K.NOTICE:
        event = note(award, K.NOTICE, key=_notice_key(award), reason=ending.sentence, decision=award.decision)
        tell_program(event, base_url)
        _tell_partnership(event, base_url)
        return
    said = _announcement(award)
    award.standing, award.ending_on, award.ending_tier = ending.standing, None, ""
    if ending.tier is not None:
        award.tier_key, award.tier_name, award.expires_on = ending.tier.key, ending.tier.name, ending.expires_on
        award.override_reason = said.reason if said and said.overridden else ""
    event = note(
        award, kind, key=f"{award.id}:{ending.key}", on=max(ending.last_day + timedelta(days=1), _decided_on(award)),
        reason=" ".join(filter(None, (ending.sentence, said.reason if said else ""))), decision=award.decision,
        overridden=bool(said and said.overridden),
    )  # fmt: skip
    tell_program(event, base_url)
    _tell_partnership(event, base_url)


def _announcement(award: Award) -> AwardEvent | None:
    """Return what announced the loss that is due, None where the recognition simply ended."""
    if award.ending_on is None or award.ending_on > award.expires_on:
        return None
    mine = select(AwardEvent).where(AwardEvent.award_id == award.id, AwardEvent.kind == K.ANNOUNCED)
    return db.session.scalar(mine.order_by(AwardEvent.id.desc()).limit(1))


def _decided_on(award: Award) -> date:
    """Return the day of the last decision on an appeal: until then the recognition stayed as it was."""
    decided = select(func.max(AwardEvent.on)).where(
        AwardEvent.award_id == award.id, AwardEvent.kind == K.APPEAL_DECIDED
    )
    return db.session.scalar(decided) or date.min


def _tell_partnership(event: AwardEvent, base_url: str) -> None:
    program = event.award.cycle.program
    link = f"{base_url}/programs/{program.id}/recognition"
    tell_staff(program, f"recognition-staff:{event.id}", "recognition-staff", link=link)
