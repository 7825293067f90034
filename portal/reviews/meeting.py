"""The first contact and the review meeting: recorded with their days, which move the cycle on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.cycles.models import CycleState
from portal.cycles.queries import load_for_change, local_today
from portal.cycles.services import advance
from portal.foundation import audit
from portal.foundation.database import unit_of_work
from portal.foundation.errors import Problem, Refused, StaleVersion

from .queries import visit_mark
from .services import begin

MAX_VISIT_TEXT = 20_000


class VisitChanged(StaleVersion):
    """A colleague stored another text about the meeting after this page was loaded; nothing was overwritten."""

    def __init__(self) -> None:
        super().__init__(
            "A colleague changed the meeting while you were typing. Your text is still here, not yet saved."
        )


def record_contact(cycle_id: int, on: date | None, how: str, by_id: int) -> None:
    """Record the first contact after submitting. Raises Refused or OutOfOrder."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if on is not None and cycle.contacted_on == on and begin(cycle, by_id).contact_how == how.strip():
            return  # the same contact sent twice
        problems = _day_problems(
            "contact_on", "the day of the contact", on, cycle.submitted_on, local_today(cycle), "submitting"
        )
        problems += _text_problems(contact_how=(how, 200))
        if problems or on is None:
            raise Refused(problems)
        begin(cycle, by_id).contact_how = how.strip()
        advance(cycle, CycleState.CONTACTED, on)
        audit.record("contact recorded", person_id=by_id, cycle_id=cycle.id)


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the review meeting; `held_on` stays empty while it is only planned.

    `seen` is the mark (queries.visit_mark) of what the sender's page showed.
    """

    planned_on: date | None
    held_on: date | None
    place: str
    attendees: str
    notes: str
    seen: str = ""


def record_visit(cycle_id: int, visit: Visit, by_id: int) -> bool:
    """Store the plan of the visit, and the day it was held; return whether it was held.

    Raises Refused, OutOfOrder, or VisitChanged when a colleague stored other texts since the sender last looked.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        review = begin(cycle, by_id)
        problems = _text_problems(
            visit_place=(visit.place, 200),
            attendees=(visit.attendees, MAX_VISIT_TEXT),
            visit_notes=(visit.notes, MAX_VISIT_TEXT),
        )
        if visit.planned_on and cycle.submitted_on and visit.planned_on < cycle.submitted_on:
            problems.append(Problem("visit_planned_on", "The meeting cannot be before the program submitted."))
        if visit.held_on:
            first = cycle.contacted_on or cycle.submitted_on
            problems += _day_problems(
                "held_on", "the day it was held", visit.held_on, first, local_today(cycle), "the first contact"
            )
        if problems:
            raise Refused(problems)
        before = visit_mark(review)
        review.visit_planned_on, review.visit_place = visit.planned_on, visit.place.strip()
        review.attendees, review.visit_notes = _unix(visit.attendees), _unix(visit.notes)
        if visit.seen != before and visit_mark(review) != before:
            raise VisitChanged
        held = visit.held_on is not None and visit.held_on != cycle.visited_on
        if held and visit.held_on:
            advance(cycle, CycleState.VISITED, visit.held_on)
        audit.record("visit recorded", person_id=by_id, cycle_id=cycle.id, held=held)
    return held


def _text_problems(**typed: tuple[str, int]) -> list[Problem]:
    """Name the fields whose text is too long, or holds a character that no database keeps."""
    return [
        Problem(field, f"This field can hold {longest:,} characters of plain text.")
        for field, (text, longest) in typed.items()
        if len(text) > longest or "\x00" in text
    ]


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _day_problems(field: str, what: str, on: date | None, first: date | None, today: date, since: str) -> list[Problem]:
    if on is None:
        return [Problem(field, f"Enter {what}.")]
    if on > today:
        return [Problem(field, f"{what[0].upper()}{what[1:]} cannot be in the future.")]
    if first is not None and on < first:
        return [Problem(field, f"{what[0].upper()}{what[1:]} cannot be before {since}.")]
    return []
