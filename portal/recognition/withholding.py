"""Withholding a recognition: no tier for now, with a reason that the program reads, until a later decision awards one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import cycles_of, load_for_change
from portal.foundation import audit
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.typed import text_problems
from portal.programs.mails import tell_administrators

from .services import LONGEST, WHY

DEED = "recognition withheld"
NO_TIER = "-"  # the choice beside the tiers; no tier's key can be this


@dataclass(frozen=True, slots=True)
class Withheld:
    """Who decided that there is no recognition for now, when, and why."""

    number: int
    on: date
    by: str
    reason: str


def withheld_of(cycle: Cycle) -> Withheld | None:
    """Return what is withheld now; a recognition that was confirmed afterwards takes it back."""
    found = _newest(cycle)
    if found is None:
        return None
    who = db.session.get(Person, found.person_id) if found.person_id else None
    on = found.at.astimezone(ZoneInfo(cycle.program.partnership.time_zone)).date()
    return Withheld(found.id, on, who.name if who else "a person who left", str(found.detail["reason"]))


def withheld_of_program(program_id: int) -> Withheld | None:
    """Return what is withheld in the program's newest cycle."""
    cycles = cycles_of(program_id)
    return withheld_of(cycles[0]) if cycles else None


def withheld_in(cycle_ids: Iterable[int]) -> frozenset[int]:
    """Return for which of these cycles it was ever withheld, in one query; only signed ones still are."""
    mine = select(AuditEntry.cycle_id).where(AuditEntry.deed == DEED, AuditEntry.cycle_id.in_(list(cycle_ids)))
    return frozenset(one for one in db.session.scalars(mine) if one is not None)


def _newest(cycle: Cycle) -> AuditEntry | None:
    if cycle.state is not CycleState.SIGNED:
        return None
    mine = select(AuditEntry).where(AuditEntry.cycle_id == cycle.id, AuditEntry.deed == DEED)
    return db.session.scalar(mine.order_by(AuditEntry.id.desc()).limit(1))


def withhold(cycle_id: int, reason: str, by_id: int, base_url: str) -> None:
    """Decide that there is no tier for now, and tell the program that there is news. Raises Refused or OutOfOrder.

    The cycle stays where it is, so that a later decision can award a tier.
    """
    if problems := text_problems(reason, "reason", "reason", LONGEST, needed=WHY):
        raise Refused(problems)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if cycle.state is not CycleState.SIGNED:
            raise OutOfOrder(
                "A recognition can be withheld from the signed Statement of Accuracy until it is confirmed. "
                f"The cycle is at “{cycle.state.words}”. Nothing was changed."
            )
        known = _newest(cycle)
        if known is not None and (known.person_id, known.detail["reason"]) == (by_id, reason):
            return  # pressed twice
        audit.record(DEED, person_id=by_id, program_id=cycle.program_id, cycle_id=cycle.id, reason=reason)
        db.session.flush()
        made = _newest(cycle)
        link = f"{base_url}/programs/{cycle.program_id}/recognition"
        tell_administrators(cycle.program, f"withheld:{made.id if made else cycle.id}", "recognized", link=link)


def stale_page(cycle: Cycle, shown: str, decides: bool) -> str:
    """Say why a confirmation has to wait, empty when it need not: it was withheld, and this page or person cannot undo that."""
    held = withheld_of(cycle)
    if held is None:
        return ""
    if not decides:
        return f"{held.by} withheld this recognition. Only a partnership administrator can award it now. Nothing was stored."
    if shown != str(held.number):
        return f"{held.by} withheld this recognition after your page was loaded. Nothing was stored; read why, then decide."
    return ""
