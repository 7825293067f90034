"""Recording that the visit was held, which moves the cycle on, and correcting what was recorded."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today
from portal.cycles.services import advance, correct_day
from portal.foundation.database import unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.typed import text_problems
from portal.foundation.versions import own_id, renamed
from portal.reviews.queries import review_of
from rules.wording import say_date

from .forms import Held, read_reason
from .models import Visit, VisitDeed, VisitState
from .queries import visit_of
from .services import Sent, begun, fresh, note, withdraw
from .times import local_date

MOST_TEXT = 20_000


def hold(cycle_id: int, held: Held, sent: Sent, sure: bool = False) -> bool:
    """Record the day and who took part; return whether it was new. Raises Refused or OutOfOrder.

    `sure` says that the day is right although another one was planned; what was planned leaves all calendars then.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        review, on = review_of(cycle), held.on
        if on is not None and on == cycle.visited_on and review and review.attendees == held.took_part:
            return False  # the same sent twice
        problems = _problems(cycle, held)
        if not problems and not sure and cycle.visited_on is None and (words := _surprise(cycle, held)):
            problems = [Problem("sure", words)]
        if problems or on is None:
            raise Refused(problems)
        visit = begun(cycle, sent.by_id)
        advance(cycle, CycleState.VISITED, on)
        review = review_of(cycle)
        if review is not None:
            review.attendees, review.visit_place = held.took_part, held.place or visit.place[:200]
            review.visit_planned_on = review.visit_planned_on or on
        before = visit.starts_at
        _free_calendars(cycle, visit, on, sent.base_url)
        key = renamed(own_id(sent.save_id), {"what": "hold", "on": on.isoformat()})
        note(cycle, visit, VisitDeed.HELD, sent, key, before=before, held_on=on.isoformat())
    return True


def correct(cycle_id: int, held: Held, reason: str, sent: Sent) -> None:
    """Correct the day, the people or the place of a visit that was held, with a reason, until the plan is issued.

    Raises Refused, OutOfOrder or VisitChanged.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if cycle.plan_issued_on is not None or cycle.visited_on is None:
            why = "The plan is issued" if cycle.plan_issued_on else "It is not recorded as held yet"
            raise OutOfOrder(f"{why}, so there is nothing to correct here. Nothing was changed.")
        visit, review = begun(cycle, sent.by_id), review_of(cycle)
        key = fresh(visit, sent, "correct", held=_told(held), reason=reason)
        if key is None or review is None:
            return
        problems = _problems(cycle, held)
        stored = Held(cycle.visited_on, review.attendees, review.visit_place)
        if not problems and held == stored:
            problems = [Problem("held_on", "This is what is recorded already.")]
        if problems or held.on is None:
            raise Refused(problems)
        words = read_reason(reason, "correct_reason", "Say why it is corrected. Both sides read it.")
        before = visit.starts_at
        correct_day(cycle, CycleState.VISITED, held.on)
        review.attendees, review.visit_place = held.took_part, held.place
        _free_calendars(cycle, visit, held.on, sent.base_url)
        note(cycle, visit, VisitDeed.CORRECTED, sent, key, words, before, was=_told(stored), now=_told(held))


def _told(held: Held) -> dict[str, str]:
    return {**asdict(held), "on": held.on.isoformat() if held.on else ""}


def _planned_day(cycle: Cycle, visit: Visit | None) -> date | None:
    if visit is None or visit.starts_at is None or visit.state is not VisitState.PLANNED:
        return None
    return local_date(visit.starts_at, cycle.program.partnership.time_zone)


def _surprise(cycle: Cycle, held: Held) -> str:
    """Say what speaks against this day; nothing when it is the one that was planned, or when none was."""
    visit = visit_of(cycle)
    planned = _planned_day(cycle, visit)
    if held.on is None or visit is None or planned == held.on:
        return ""
    really = f"Tick if it was really held on {say_date(held.on)}."
    if planned is not None:
        return f"It was planned for {say_date(planned)}. {really}"
    return f"The program waits for other dates. {really}" if visit.state is VisitState.ASKED else ""


def _free_calendars(cycle: Cycle, visit: Visit, on: date, base_url: str) -> None:
    """Take what was planned for another day out of the calendars."""
    planned = _planned_day(cycle, visit)
    if planned is not None and planned != on:
        withdraw(cycle, visit, base_url)


def _problems(cycle: Cycle, held: Held) -> list[Problem]:
    first = cycle.contacted_on or cycle.submitted_on
    return [
        *_day_problems(held.on, first, local_today(cycle)),
        *text_problems(held.took_part, "took_part", "text", MOST_TEXT),
        *text_problems(held.place, "visit_place", "place", 200),
    ]


def _day_problems(on: date | None, first: date | None, today: date) -> list[Problem]:
    if on is None:
        return [Problem("held_on", "Enter the day it was held.")]
    if on > today:
        return [Problem("held_on", "The day it was held cannot be in the future.")]
    if first is not None and on < first:
        return [Problem("held_on", "The day it was held cannot be before the first contact.")]
    return []
