"""What became of the demo's recognitions: one current and listed, one that ends soon, two that lapsed."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.recognition.models import Award, AwardEvent, EventKind, Listing, Standing
from portal.recognition.terms import ending_of, notice_from

from .clock import REFERENCE_DAY, at

K = EventKind
LISTED = {"harbor": ("Tom Adeyemi", date(2026, 3, 16))}


def add_recognized(cycles: dict[str, Cycle], people: dict[str, Person]) -> None:
    """Add the history of every award, and the public addresses, to the running transaction."""
    db.session.flush()
    awards = {one.cycle_id: one for one in db.session.scalars(select(Award))}
    known: set[int] = set()
    for key, cycle in sorted(cycles.items(), key=lambda one: (one[1].program_id, one[1].number)):
        if (award := awards.get(cycle.id)) is None:
            continue
        award.cycle, award.standing, award.appeal_open = cycle, Standing.HELD, False
        award.override_reason = award.ending_tier = ""
        _note(award, K.AWARDED, award.awarded_on, by_id=award.confirmed_by_id, decision=award.decision)
        _end(award)
        if cycle.program_id not in known:
            _add_listing(key.partition("-")[0], cycle, people)
        known.add(cycle.program_id)


def _end(award: Award) -> None:
    ending = ending_of(award)
    if award.last_day < REFERENCE_DAY:
        award.standing = ending.standing
        on, key = ending.last_day + timedelta(days=1), f"{award.id}:{ending.key}"
        _note(award, ending.kind, on, reason=ending.sentence, decision=award.decision, key=key)
    elif (on := notice_from(award)) <= REFERENCE_DAY:
        key = f"{award.id}:{award.expires_on}:notice"
        _note(award, K.NOTICE, on, reason=ending.sentence, decision=award.decision, key=key)


def _note(
    award: Award, kind: EventKind, on: date, *, by_id: int | None = None, reason: str = "", decision: str = "",
    key: str | None = None,
) -> None:  # fmt: skip
    db.session.add(
        AwardEvent(
            award_id=award.id, kind=kind, key=key, on=on, at=at(on, 13), by_id=by_id, reason=reason, decision=decision,
            tier_key=award.tier_key, tier_name=award.tier_name, standing=award.standing, expires_on=award.expires_on,
            overridden=False,
        )
    )  # fmt: skip


def _add_listing(key: str, cycle: Cycle, people: dict[str, Person]) -> None:
    name, day = LISTED.get(key, ("", None))
    db.session.add(
        Listing(
            program_id=cycle.program_id, address=secrets.token_hex(8), listed=day is not None,
            changed_at=at(day) if day else None, changed_by_id=people[name].id if name else None,
        )
    )  # fmt: skip
