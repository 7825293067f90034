"""Reads visits: the one of a cycle, and what happened to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.programs.models import Program

from .models import Visit, VisitEvent, VisitState
from .times import local_date


def visit_of(cycle: Cycle) -> Visit | None:
    """Return the cycle's visit, once somebody began to plan it."""
    return db.session.scalar(select(Visit).where(Visit.cycle_id == cycle.id))


def events_of(visit: Visit | None) -> list[VisitEvent]:
    """Return everything that happened to a visit, newest first."""
    if visit is None:
        return []
    mine = select(VisitEvent).where(VisitEvent.visit_id == visit.id).order_by(VisitEvent.id.desc())
    return list(db.session.scalars(mine.options(joinedload(VisitEvent.by))))


def agreed_days(cycle_ids: Collection[int]) -> dict[int, date]:
    """Return the agreed day of each visit that is planned, by its cycle's id, in one query."""
    planned = (
        select(Visit.cycle_id, Visit.starts_at, Partnership.time_zone)
        .join(Cycle, Visit.cycle_id == Cycle.id)
        .join(Program, Cycle.program_id == Program.id)
        .join(Partnership, Program.partnership_id == Partnership.id)
        .where(Visit.cycle_id.in_(cycle_ids), Visit.state == VisitState.PLANNED, Visit.starts_at.is_not(None))
    )
    rows = db.session.execute(planned)
    return {cycle_id: local_date(starts_at, zone) for cycle_id, starts_at, zone in rows if starts_at}
