"""Planning a visit: proposing, picking, setting, moving and cancelling its date, and who comes with what.

Every change names the version its page showed: of two people who move a visit at once, the second is told.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.queries import administrators_of_program
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused, StaleVersion
from portal.foundation.versions import own_id, renamed
from portal.reviews.queries import review_of
from portal.reviews.services import begin
from rules.wording import say_date

from . import mails
from .forms import read_reason
from .models import Visit, VisitDeed, VisitEvent, VisitState
from .queries import visit_of
from .times import usual_minutes


class VisitChanged(StaleVersion):
    """Somebody else changed the visit after this page was loaded; nothing was overwritten."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this while you had the page open. Yours is still here, not yet saved.")


@dataclass(frozen=True, slots=True)
class Sent:
    """What every form about a visit carries: the version its page showed, its id, and who sent it."""

    seen: int
    save_id: str
    by_id: int
    base_url: str


def begun(cycle: Cycle, by_id: int) -> Visit:
    """Return the cycle's visit, begun with what is usual. Part of the caller's transaction; raises OutOfOrder."""
    visit = visit_of(cycle)
    if visit is None:
        begin(cycle, by_id)
        policy, review = rulebook_of(cycle).policy, review_of(cycle)
        ours = [review.reviewer] if review and review.reviewer else []
        people = [("program", one) for one in administrators_of_program(cycle.program_id)]
        visit = Visit(
            cycle_id=cycle.id, uid=f"visit-{secrets.token_hex(12)}@nqms-portal", version=0, sequence=0,
            state=VisitState.OPEN, minutes=usual_minutes(policy), place=(review.visit_place if review else "") or "",
            materials=list(policy.visit_materials), proposals=[], asked="", invited=[],
            attendees=[{"side": side, "name": one.name, "email": one.email} for side, one in [*people, *(("partnership", one) for one in ours)]],
        )  # fmt: skip
        db.session.add(visit)
        db.session.flush()
    return visit


def propose(cycle_id: int, times: Sequence[datetime], sent: Sent) -> None:
    """Offer the program dates to choose from. Raises Refused, OutOfOrder or VisitChanged."""
    moments = [one.isoformat() for one in times]
    with unit_of_work():
        cycle, visit = _open(cycle_id, sent)
        if (key := fresh(visit, sent, "propose", times=moments)) is None:
            return
        if visit.state is VisitState.PLANNED:
            raise OutOfOrder("A date is set. Move it, or cancel it first. Nothing was changed.")
        visit.proposals, visit.state, visit.asked = moments, VisitState.PROPOSED, ""
        note(cycle, visit, VisitDeed.PROPOSED, sent, key, times=moments)
        mails.tell_proposals(cycle, visit, sent.base_url, sent.by_id)


def pick(cycle_id: int, moment: datetime, sent: Sent) -> None:
    """Let the program choose one of the proposed dates. Raises Refused, OutOfOrder or VisitChanged."""
    with unit_of_work():
        cycle, visit = _open(cycle_id, sent, starts=False)
        if (key := fresh(visit, sent, "pick", time=moment.isoformat())) is None:
            return
        if visit.state is not VisitState.PROPOSED or moment not in visit.times:
            raise Refused([Problem("pick", "Choose one of the dates your partnership offers.")])
        if moment <= clock.now():
            raise Refused([Problem("pick", "This date is over. Choose another one, or ask for others.")])
        _plan(cycle, visit, moment, VisitDeed.PICKED, sent, key)
        mails.tell_staff_picked(cycle, visit, sent.base_url, sent.by_id)


def ask_others(cycle_id: int, text: str, sent: Sent) -> None:
    """Let the program ask for other dates. Raises Refused, OutOfOrder or VisitChanged."""
    words = read_reason(text, "asked", "Say which days and times would suit you.")
    with unit_of_work():
        cycle, visit = _open(cycle_id, sent, starts=False)
        if (key := fresh(visit, sent, "ask", text=words)) is None:
            return
        if visit.state not in (VisitState.PROPOSED, VisitState.PLANNED):
            raise OutOfOrder("No date is offered at the moment. Nothing was sent.")
        if visit.state is VisitState.PROPOSED:
            visit.state = VisitState.ASKED
        visit.asked = words
        note(cycle, visit, VisitDeed.ASKED, sent, key, words)
        mails.tell_staff_asked(cycle, visit, sent.base_url, sent.by_id)


def set_date(cycle_id: int, moment: datetime, reason: str, sent: Sent) -> None:
    """Set the date, or move it with a reason. Raises Refused, OutOfOrder or VisitChanged."""
    with unit_of_work():
        cycle, visit = _open(cycle_id, sent)
        if (key := fresh(visit, sent, "date", time=moment.isoformat(), reason=reason)) is None:
            return
        moves, words = visit.state is VisitState.PLANNED, ""
        if moves:
            if visit.starts_at == moment:
                raise Refused([Problem("starts_at", "This is the date that is set already.")])
            words = read_reason(reason, "reason", "Say why it moves. Both sides read it.")
        _plan(cycle, visit, moment, VisitDeed.MOVED if moves else VisitDeed.SET, sent, key, words)


def cancel(cycle_id: int, reason: str, sent: Sent) -> None:
    """Cancel the date, or take proposals back, with a reason. Raises Refused, OutOfOrder or VisitChanged."""
    words = read_reason(reason, "cancel_reason", "Say why it is cancelled. Both sides read it.")
    with unit_of_work():
        cycle, visit = _open(cycle_id, sent)
        if (key := fresh(visit, sent, "cancel", reason=words)) is None:
            return
        if visit.state in (VisitState.OPEN, VisitState.CANCELLED):
            raise OutOfOrder("There is no date to cancel. Nothing was changed.")
        before = visit.starts_at
        withdraw(cycle, visit, sent.base_url)
        note(cycle, visit, VisitDeed.CANCELLED, sent, key, words, before)


@dataclass(frozen=True, slots=True)
class Details:
    """Where, how long, with whom, and what to bring."""

    minutes: int
    place: str
    attendees: list[dict[str, str]]
    materials: list[str]


def change_details(cycle_id: int, new: Details, sent: Sent) -> None:
    """Store where, how long, who comes and what to bring; calendars are told. Raises OutOfOrder or VisitChanged."""
    plain = {"minutes": new.minutes, "place": new.place, "attendees": new.attendees, "materials": new.materials}
    with unit_of_work():
        cycle, visit = _open(cycle_id, sent)
        if (key := fresh(visit, sent, "details", **plain)) is None:
            return
        changed = [name for name, value in plain.items() if getattr(visit, name) != value]
        if not changed:
            return
        for name in changed:
            setattr(visit, name, plain[name])
        note(cycle, visit, VisitDeed.DETAILS, sent, key, before=visit.starts_at, changed=changed, new=plain)
        if visit.state is VisitState.PLANNED and changed != ["materials"]:
            visit.sequence += 1
            mails.invite(cycle, visit, sent.base_url)


def withdraw(cycle: Cycle, visit: Visit, base_url: str) -> None:
    """End the date, and take it out of every calendar that has it. Part of the caller's transaction."""
    planned = visit.state is VisitState.PLANNED
    visit.state, visit.proposals, visit.asked = VisitState.CANCELLED, [], ""
    if planned:
        visit.sequence += 1
        mails.cancel_invitations(cycle, visit, base_url)
    visit.starts_at = None


def _plan(
    cycle: Cycle, visit: Visit, moment: datetime, deed: VisitDeed, sent: Sent, key: str, reason: str = ""
) -> None:
    before, told = visit.starts_at, bool(visit.sequence or visit.invited)
    visit.starts_at, visit.state, visit.proposals, visit.asked = moment, VisitState.PLANNED, [], ""
    visit.sequence += told
    note(cycle, visit, deed, sent, key, reason, before)
    mails.invite(cycle, visit, sent.base_url)


def _open(cycle_id: int, sent: Sent, starts: bool = True) -> tuple[Cycle, Visit]:
    """Lock the cycle and return its visit; only staff begin one. Raises OutOfOrder where the visit no longer changes."""
    cycle = load_for_change(cycle_id)
    title = rulebook_of(cycle).policy.review_title
    if cycle.plan_issued_on is not None:
        raise OutOfOrder(
            f"The plan was issued on {say_date(cycle.plan_issued_on)}, so the {title} does not move any more. Nothing was changed."
        )
    if cycle.visited_on is not None:
        raise OutOfOrder(
            f"The {title} was held on {say_date(cycle.visited_on)}, so it does not move any more. Nothing was changed."
        )
    visit = begun(cycle, sent.by_id) if starts else visit_of(cycle)
    if visit is None:
        raise OutOfOrder("No date is offered yet. Nothing was changed.")
    return cycle, visit


def fresh(visit: Visit, sent: Sent, what: str, **content: Any) -> str | None:
    """Return the id to store this form under, or None when it is what was stored last. Raises VisitChanged."""
    key = renamed(own_id(sent.save_id), {"what": what, **content})
    mine = select(VisitEvent.version).where(VisitEvent.visit_id == visit.id, VisitEvent.save_id == key)
    known = db.session.scalar(mine)
    if known is not None and known == visit.version:
        return None
    if known is not None or sent.seen != visit.version:
        raise VisitChanged
    return key


def note(
    cycle: Cycle, visit: Visit, deed: VisitDeed, sent: Sent, key: str, reason: str = "", before: datetime | None = None,
    **detail: Any,
) -> None:  # fmt: skip
    """Keep what was done to the visit, which is a new version of it. Part of the caller's transaction."""
    visit.version += 1
    db.session.add(
        VisitEvent(
            visit_id=visit.id, at=clock.now(), by_id=sent.by_id, deed=deed, before=before, after=visit.starts_at,
            reason=reason, detail=detail, version=visit.version, save_id=key,
        )
    )  # fmt: skip
    audit.record(f"visit {deed.value}", person_id=sent.by_id, cycle_id=cycle.id, version=visit.version)
