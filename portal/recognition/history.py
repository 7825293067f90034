"""Writes and reads what became of a recognition; nothing here changes or removes a row."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import local_today
from portal.foundation import audit, clock
from portal.foundation.database import db
from portal.programs.mails import tell_administrators
from rules.tiers import Decision

from .models import Award, AwardEvent, EventKind, Listing, Standing

K = EventKind
APPEAL_OVER = "The appeal that waited for an answer ended with it."


def note(
    award: Award, kind: EventKind, *, by_id: int | None = None, reason: str = "", decision: str = "", key: str | None = None,
    on: date | None = None, overridden: bool = False,
) -> AwardEvent:  # fmt: skip
    """Add a row with the recognition as it stands now, and the deed to the audit, in the running transaction."""
    made = AwardEvent(
        award_id=award.id, kind=kind, key=key, on=on or local_today(award.cycle), at=clock.now(), by_id=by_id,
        reason=reason, tier_key=award.tier_key, tier_name=award.tier_name, standing=award.standing,
        expires_on=award.expires_on, overridden=overridden, decision=decision,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    first = "recognition overridden" if overridden else "recognition confirmed"
    audit.record(
        first if kind is K.AWARDED else f"recognition {kind.value}", person_id=by_id, cycle_id=award.cycle_id, tier=award.tier_key, event=made.id,
        against_the_rules=overridden, reason=reason,
    )  # fmt: skip
    return made


def begin(award: Award, by_id: int | None, reason: str = "") -> AwardEvent:
    """Write the first row of a new recognition, end the one it follows, and give the program its public address.

    What an earlier one still waits for ends with it: an appeal that is answered later could bring two back at once.
    """
    program_id = award.cycle.program_id
    mine = select(Award).join(Cycle).where(Cycle.program_id == program_id, Award.id != award.id).order_by(Award.id)
    for earlier in db.session.scalars(mine.with_for_update(of=Award).execution_options(populate_existing=True)).all():
        waited, earlier.appeal_open = earlier.appeal_open, False
        if earlier.standing is Standing.HELD:
            earlier.standing, earlier.ending_on, earlier.ending_tier = Standing.FOLLOWED, None, ""
        elif not waited:
            continue
        note(earlier, K.FOLLOWED, by_id=by_id, on=award.awarded_on, reason=APPEAL_OVER if waited else "")
    if db.session.scalar(select(Listing.id).where(Listing.program_id == program_id)) is None:
        db.session.add(Listing(program_id=program_id, address=secrets.token_hex(8), listed=False))
    return note(
        award, K.AWARDED, by_id=by_id, reason=reason, decision=award.decision, on=award.awarded_on,
        overridden=bool(award.override_reason),
    )  # fmt: skip


def newest_event(award: Award) -> int:
    """Return the number of the newest row: a form says which one its page showed."""
    return db.session.scalar(select(func.max(AwardEvent.id)).where(AwardEvent.award_id == award.id)) or 0


def tell_program(event: AwardEvent, base_url: str) -> None:
    """Mail the program's administrators that there is news; what it is stands on the page alone."""
    program = event.award.cycle.program
    link = f"{base_url}/programs/{program.id}/recognition"
    tell_administrators(program, f"recognition:{event.id}", "recognized", link=link)


@dataclass(frozen=True, slots=True)
class EventShown:
    """One row as pages show it; `rules` is what the rules decided then, empty where they were not asked."""

    event: AwardEvent
    cycle_number: int
    rules: str
    tier_by_rules: str


def events_of_program(program_id: int) -> list[EventShown]:
    """Return what became of all recognitions of a program, the newest first."""
    mine = select(AwardEvent).join(Award).join(Cycle).where(Cycle.program_id == program_id)
    people = (joinedload(AwardEvent.by), joinedload(AwardEvent.award).joinedload(Award.cycle))
    rows = db.session.scalars(mine.options(*people).order_by(AwardEvent.on.desc(), AwardEvent.id.desc()))
    return [_shown(one) for one in rows]


def _shown(event: AwardEvent) -> EventShown:
    decision = Decision.from_json(event.decision) if event.decision else None
    tier = decision.tier.name if decision and decision.tier else ""
    return EventShown(event, event.award.cycle.number, decision.sentence if decision else "", tier)


def followed(award: Award) -> bool:
    """Tell whether a later cycle of the program was recognized."""
    later = select(Award.id).join(Cycle).where(Cycle.program_id == award.cycle.program_id)
    return db.session.scalar(later.where(Cycle.number > award.cycle.number).limit(1)) is not None


def newest_award(program_id: int) -> Award | None:
    """Return the recognition a program holds, else the one it held last."""
    mine = select(Award).join(Cycle).where(Cycle.program_id == program_id)
    return db.session.scalar(mine.order_by(Cycle.number.desc()).limit(1))
