"""Recording that the visit was held, which moves the cycle on."""

from __future__ import annotations

from datetime import date

from portal.cycles.models import CycleState
from portal.cycles.queries import load_for_change, local_today
from portal.cycles.services import advance
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Problem, Refused
from portal.foundation.typed import text_problems
from portal.foundation.versions import own_id, renamed
from portal.reviews.queries import review_of

from .models import VisitDeed, VisitEvent
from .services import begun

MOST_TEXT = 20_000


def hold(cycle_id: int, on: date | None, took_part: str, place: str, save_id: str, by_id: int) -> bool:
    """Record the day and who took part; return whether it was new. Raises Refused or OutOfOrder."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        review = review_of(cycle)
        if on is not None and on == cycle.visited_on and review and review.attendees == took_part:
            return False  # the same sent twice
        first = cycle.contacted_on or cycle.submitted_on
        problems = _day_problems(on, first, local_today(cycle))
        problems += text_problems(took_part, "took_part", "text", MOST_TEXT)
        problems += text_problems(place, "visit_place", "place", 200)
        if problems or on is None:
            raise Refused(problems)
        visit = begun(cycle, by_id)
        advance(cycle, CycleState.VISITED, on)
        review = review_of(cycle)
        if review is not None:
            review.attendees, review.visit_place = took_part, place or visit.place[:200]
            review.visit_planned_on = review.visit_planned_on or on
        before, visit.version = visit.starts_at, visit.version + 1
        db.session.add(
            VisitEvent(
                visit_id=visit.id, at=clock.now(), by_id=by_id, deed=VisitDeed.HELD, before=before, after=visit.starts_at,
                reason="", detail={"held_on": on.isoformat()}, version=visit.version,
                save_id=renamed(own_id(save_id), {"what": "hold", "on": on.isoformat()}),
            )
        )  # fmt: skip
        audit.record("visit recorded", person_id=by_id, cycle_id=cycle.id, held=True)
    return True


def _day_problems(on: date | None, first: date | None, today: date) -> list[Problem]:
    if on is None:
        return [Problem("held_on", "Enter the day it was held.")]
    if on > today:
        return [Problem("held_on", "The day it was held cannot be in the future.")]
    if first is not None and on < first:
        return [Problem("held_on", "The day it was held cannot be before the first contact.")]
    return []
