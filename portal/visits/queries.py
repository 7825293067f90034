"""Reads visits: the one of a cycle, and what happened to it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.foundation.database import db

from .models import Visit, VisitEvent


def visit_of(cycle: Cycle) -> Visit | None:
    """Return the cycle's visit, once somebody began to plan it."""
    return db.session.scalar(select(Visit).where(Visit.cycle_id == cycle.id))


def events_of(visit: Visit | None) -> list[VisitEvent]:
    """Return everything that happened to a visit, newest first."""
    if visit is None:
        return []
    mine = select(VisitEvent).where(VisitEvent.visit_id == visit.id).order_by(VisitEvent.id.desc())
    return list(db.session.scalars(mine.options(joinedload(VisitEvent.by))))
