"""The first contact: recorded with its day, which moves the cycle on. The visit is in portal/visits."""

from __future__ import annotations

from datetime import date

from portal.cycles.models import CycleState
from portal.cycles.queries import load_for_change, local_today
from portal.cycles.services import advance
from portal.foundation import audit
from portal.foundation.database import unit_of_work
from portal.foundation.errors import Problem, Refused

from .services import begin


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


def _text_problems(**typed: tuple[str, int]) -> list[Problem]:
    """Name the fields whose text is too long, or holds a character that no database keeps."""
    return [
        Problem(field, f"This field can hold {longest:,} characters of plain text.")
        for field, (text, longest) in typed.items()
        if len(text) > longest or "\x00" in text
    ]


def _day_problems(field: str, what: str, on: date | None, first: date | None, today: date, since: str) -> list[Problem]:
    if on is None:
        return [Problem(field, f"Enter {what}.")]
    if on > today:
        return [Problem(field, f"{what[0].upper()}{what[1:]} cannot be in the future.")]
    if first is not None and on < first:
        return [Problem(field, f"{what[0].upper()}{what[1:]} cannot be before {since}.")]
    return []
