"""A program's appeal against what was said of its recognition, and the partnership's answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from portal.cycles.queries import load_for_change, local_today
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.typed import text_problems
from portal.programs.mails import tell_managers

from .changing import load_award, reinstate, until_problems
from .history import followed, note, tell_program
from .models import Award, AwardEvent, EventKind, Standing
from .terms import policy_of

K = EventKind
SAID = (K.AWARDED, K.MOVED_UP, K.STEPPED_DOWN, K.NOTICE, K.ANNOUNCED, K.LAPSED, K.EXPIRED, K.WITHDRAWN)
LOST = (K.NOTICE, K.ANNOUNCED, K.LAPSED, K.EXPIRED, K.WITHDRAWN)  # of SAID: an end; the others say which tier it is
SETTLED = (K.APPEAL_DECIDED, K.REINSTATED, K.EXTENDED)  # after these, what was said before stands no more or for good
LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Appealable:
    """What a program may appeal against now, and until when."""

    event: AwardEvent
    until: date


def appealable(award: Award) -> Appealable | None:
    """Return what the program may appeal against: the last thing said of its recognition, once, within the policy's days."""
    days = policy_of(award).appeal_days
    if award.appeal_open or award.standing is Standing.FOLLOWED or not days:
        return None
    mine = select(AwardEvent).where(AwardEvent.award_id == award.id, AwardEvent.kind.in_((*SAID, *SETTLED)))
    last = db.session.scalar(mine.order_by(AwardEvent.id.desc()).limit(1))
    if last is None or last.kind in SETTLED:
        return None
    until = last.on + timedelta(days=days)
    return Appealable(last, until) if local_today(award.cycle) <= until else None


def open_appeal(award: Award) -> AwardEvent | None:
    """Return the appeal that waits for an answer."""
    if not award.appeal_open:
        return None
    mine = select(AwardEvent).where(AwardEvent.award_id == award.id, AwardEvent.kind == K.APPEAL_MADE)
    return db.session.scalar(mine.order_by(AwardEvent.id.desc()).limit(1))


def is_about_a_loss(made: AwardEvent | None) -> bool:
    """Tell whether an appeal was made against an end that was announced or came, and not against the tier that was given."""
    if made is None:
        return False
    mine = select(AwardEvent.kind).where(AwardEvent.award_id == made.award_id, AwardEvent.kind.in_(SAID))
    return db.session.scalar(mine.where(AwardEvent.id < made.id).order_by(AwardEvent.id.desc()).limit(1)) in LOST


def appeal(cycle_id: int, text: str, by_id: int, base_url: str) -> None:
    """Store an appeal and tell who decides on it. Raises Refused, or OutOfOrder when it comes too late."""
    if problems := text_problems(text, "text", "text", LONGEST, needed="Say what should be looked at again, and why."):
        raise Refused(problems)
    with unit_of_work():
        load_for_change(cycle_id)
        award = db.session.scalars(
            select(Award)
            .where(Award.cycle_id == cycle_id)
            .with_for_update(of=Award)
            .execution_options(populate_existing=True)
        ).one()
        known = open_appeal(award)
        if known is not None and (known.by_id, known.reason) == (by_id, text):
            return  # pressed twice
        if known is not None:
            raise OutOfOrder("An appeal of your program waits for an answer already. Nothing was stored.")
        if followed(award) or appealable(award) is None:
            raise OutOfOrder("There is nothing to appeal against now, or the time for it is over. Nothing was stored.")
        award.appeal_open = True
        made = note(award, K.APPEAL_MADE, by_id=by_id, reason=text, decision=award.decision)
        program = award.cycle.program
        tell_managers(program, f"appeal:{made.id}", "appeal", link=f"{base_url}/cycles/{cycle_id}/recognition")


def decide_appeal(
    cycle_id: int, granted: bool | None, reason: str, until: date | None, seen: int, by_id: int, base_url: str
) -> None:
    """Answer an appeal with a reason. Raises Refused, OutOfOrder or StaleVersion.

    Granted, an announced loss is called off, and what has ended is given back to the new last day.
    """
    with unit_of_work():
        award = load_award(cycle_id, seen, changes=granted is not False)
        if not award.appeal_open:
            raise OutOfOrder("No appeal waits for an answer. Nothing was changed.")
        today = local_today(award.cycle)
        problems = [Problem("granted", "Choose whether you grant the appeal.")] if granted is None else []
        if granted and (award.expires_on < today or until is not None):
            problems += [
                Problem("until_day", one.sentence) for one in until_problems(until, max(award.expires_on, today), today)
            ]
        problems += text_problems(reason, "why", "reason", LONGEST, needed="Say to the program why you decide so.")
        if problems:
            raise Refused(problems)
        award.appeal_open = False
        tell_program(
            note(
                award, K.APPEAL_DECIDED, by_id=by_id, reason=f"{'Granted' if granted else 'Not granted'}: {reason}",
                decision=award.decision,
            ), base_url,
        )  # fmt: skip
        if granted and (award.standing is not Standing.HELD or award.ending_on is not None or until is not None):
            held = award.standing is Standing.HELD and award.ending_on is None
            reinstate(award, until)
            note(award, K.EXTENDED if held else K.REINSTATED, by_id=by_id, reason=reason, decision=award.decision)
