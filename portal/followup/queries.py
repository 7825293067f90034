"""Reads check-ins."""

from __future__ import annotations

from sqlalchemy import select

from portal.cycles.models import Cycle
from portal.foundation.database import db

from .models import CheckIn


def check_ins_of(cycle: Cycle) -> list[CheckIn]:
    """Return the check-ins logged for this cycle, in order."""
    return list(db.session.scalars(select(CheckIn).where(CheckIn.cycle_id == cycle.id).order_by(CheckIn.month)))


def months_done(cycle: Cycle) -> tuple[int, ...]:
    """Return the months whose check-in is logged."""
    return tuple(one.month for one in check_ins_of(cycle))
