"""What the mail of the day names of a partnership's duties."""

from __future__ import annotations

from datetime import date

from flask import Flask

from portal.cycles.models import CycleState
from portal.desk.todo import todo_of
from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.letters.daily import Todo
from portal.reviews.models import Review
from tests.factories import make_partnership, make_person

from .test_duties import cycle_at


def test_mail_of_the_day_names_what_is_late_or_due_this_week_to_whoever_has_to_do_it(app: Flask) -> None:
    here = make_partnership("here")
    cycle_at(here, CycleState.SUBMITTED, "Nobody's", submitted_on=date(2026, 9, 12))
    taken = cycle_at(here, CycleState.SUBMITTED, "Taken", submitted_on=date(2026, 9, 22))
    cycle_at(here, CycleState.SUBMITTED, "Later", submitted_on=date(2026, 9, 30))
    ruth, omar = (make_person(Role.REVIEWER, here, name=name) for name in ("Ruth Okoye", "Omar Diaz"))
    with unit_of_work() as session:
        session.add(Review(cycle_id=taken.id, reviewer_id=ruth.id))
    for_all = Todo("Nobody's", "First contact", date(2026, 9, 26))
    assert list(todo_of(here.id, ruth.id)) == [for_all, Todo("Taken", "First contact", date(2026, 10, 6))]
    assert list(todo_of(here.id, omar.id)) == [for_all]
