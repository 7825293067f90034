"""The goals of the cycle before, for whoever reviews this one."""

from __future__ import annotations

from sqlalchemy import select

from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.reviews.beside import Goal

from .models import Plan, Priority


def goals_before(cycle: Cycle) -> list[Goal]:
    """Return the priorities of the plan that was issued in the cycle before, in order; none in a first cycle."""
    if cycle.number == 1:
        return []
    found = (
        select(Priority)
        .join(Plan)
        .join(Cycle)
        .where(Cycle.program_id == cycle.program_id, Cycle.number == cycle.number - 1, Plan.issued_at.is_not(None))
        .order_by(Priority.position)
    )
    return [
        Goal(one.title, tuple(one.practice_codes), one.outcome.words if one.outcome else "")
        for one in db.session.scalars(found)
    ]
