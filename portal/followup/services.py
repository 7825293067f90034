"""Logging check-ins."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused

from .models import CheckIn

WAYS = ("e-mail", "phone", "visit")


def log_check_in(cycle_id: int, month: int | None, done_on: date | None, how: str, notes: str, by_id: int) -> CheckIn:
    """Store one check-in. Raises OutOfOrder before the plan is issued, and Refused with every problem."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if cycle.plan_issued_on is None:
            raise OutOfOrder("Check-ins begin after the plan is issued. Nothing was stored.")
        months = rulebook_of(cycle).policy.check_in_months
        known = db.session.scalar(select(CheckIn).where(CheckIn.cycle_id == cycle.id, CheckIn.month == month))
        problems = []
        if month not in months:
            problems.append(
                Problem("month", f"Choose one of the check-ins after {', '.join(map(str, months))} months.")
            )
        elif known is not None:
            if (known.done_on, known.how, known.notes, known.logged_by_id) == (done_on, how, notes, by_id):
                return known  # the same form sent twice
            problems.append(Problem("month", f"The {month}-month check-in is logged already."))
        if done_on is None:
            problems.append(Problem("done_on", "Enter the day of the check-in."))
        elif not cycle.plan_issued_on <= done_on <= local_today(cycle):
            problems.append(Problem("done_on", "The day has to be after the plan was issued, and not in the future."))
        if how not in WAYS:
            problems.append(Problem("how", "Choose e-mail, phone or visit."))
        if len(notes) > 10_000 or "\x00" in notes:
            problems.append(Problem("notes", "Notes can hold 10,000 characters."))
        if problems or month is None or done_on is None:
            raise Refused(problems)
        made = CheckIn(cycle_id=cycle.id, month=month, done_on=done_on, how=how, notes=notes,
                       logged_at=clock.now(), logged_by_id=by_id)  # fmt: skip
        db.session.add(made)
        audit.record("check-in logged", person_id=by_id, cycle_id=cycle.id, month=month)
    return made
