"""The way into the next cycle: the invitation, once and on the right day, and beginning the renewal."""

from __future__ import annotations

import logging

from sqlalchemy import select

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import cycles_of, load_for_change, local_today, open_duties
from portal.cycles.services import CycleUnderWay, grant_access
from portal.foundation import audit, jobs
from portal.foundation.database import reading, unit_of_work
from portal.foundation.errors import OutOfOrder
from portal.foundation.outbox import address_of
from portal.programs.mails import tell_administrators
from portal.programs.models import Program
from rules.discovery import UnknownPlugin
from rules.rulebook import RulebookNotBuilt

log = logging.getLogger("portal.followup")

INVITATION = "renewal_invitation"


def invite_due() -> int:
    """Invite every program whose day has come where it is, each once; return how many. Called again, it invites nobody twice."""
    waiting = select(Cycle.id).where(Cycle.state == CycleState.RECOGNIZED, Cycle.renewal_invited_on.is_(None))
    with reading() as session:
        ids = list(session.scalars(waiting.order_by(Cycle.id)))
        due = [one for one in ids if _is_due(session.get_one(Cycle, one))]
    return sum(bool(jobs.attempt(f"the invitation of cycle {one}", _invite, one)) for one in due)


def _is_due(cycle: Cycle) -> bool:
    today = local_today(cycle)
    try:
        duties = open_duties(cycle)
    except (UnknownPlugin, RulebookNotBuilt):
        log.exception("the rules of cycle %s cannot be read, so nobody knows when it is to be renewed", cycle.id)
        return False
    return any(one.kind == INVITATION and one.on <= today for one in duties)


def _invite(cycle_id: int) -> bool:
    """Invite one program in a transaction of its own; the row says that it is done, and the mail's key that it is one mail."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if cycle.renewal_invited_on is not None or cycle.state is not CycleState.RECOGNIZED:
            return False
        program = cycle.program
        cycle.renewal_invited_on = local_today(cycle)
        link = address_of(f"/cycles/{cycle.id}/renewal")
        tell_administrators(program, f"renewal:{cycle.id}", "renewal", link=link)
        audit.record("renewal invited", cycle_id=cycle.id, program_id=program.id)
    return True


def why_not_yet(cycle: Cycle) -> str:
    """Say why the renewal of this cycle cannot begin here, empty when it can."""
    if cycles_of(cycle.program_id)[0].id != cycle.id:
        return "The next self-assessment has begun already."
    if cycle.state is not CycleState.RECOGNIZED:
        return "A renewal follows a recognition."
    if cycle.renewal_invited_on is None:
        return "The invitation to renew comes some months before the recognition ends. Earlier, you can ask your partnership for access."
    return ""


def begin_renewal(cycle_id: int, by_id: int, base_url: str) -> Cycle:
    """Open the next self-assessment and close this cycle. Raises OutOfOrder, or what opening one raises.

    Pressed twice, it opens one; answers of last time wait at each practice, and count once somebody confirms them.
    """
    with reading() as session:
        cycle = session.get_one(Cycle, cycle_id)
        newest, sentence = cycles_of(cycle.program_id)[0], why_not_yet(cycle)
        program = session.get_one(Program, cycle.program_id)
    if newest.number == cycle.number + 1 and newest.state is CycleState.IN_PROGRESS:
        return newest
    if sentence:
        raise OutOfOrder(f"{sentence} Nothing was changed.")
    try:
        return grant_access(program, by_id, base_url=base_url)
    except CycleUnderWay:  # a colleague was quicker
        with reading():
            return cycles_of(program.id)[0]
