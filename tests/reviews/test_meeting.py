"""The first contact, its days and its order; the overview and the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.reviews import services
from portal.reviews.models import Review
from portal.reviews.queries import queue_of
from tests.conftest import StandingClock
from tests.factories import browser, make_partnership, make_person, make_program, sign_in, submitted_cycle

from .cast import Cast

TODAY = date(2026, 10, 1)


@pytest.fixture
def cast(staged: Callable[..., Cast], clock: StandingClock) -> Cast:
    """Give the cast of a review that was submitted three weeks ago."""
    clock.go(days=-21)
    made = staged(Cast)
    clock.go(days=21)
    return made


@pytest.fixture
def staff(app: Flask, reviewer: Person) -> FlaskClient:
    return browser(app, reviewer)  # the session of the cast is over by now


def at(cycle: Cycle, what: str) -> str:
    return f"/cycles/{cycle.id}/review/{what}"


def contacted(staff: FlaskClient, cycle: Cycle, on: str = "2026-09-15") -> None:
    assert staff.post(at(cycle, "contact"), data={"contact_on": on, "contact_how": "call"}).status_code == 303


def stored() -> Review:
    db.session.expire_all()
    return db.session.scalars(select(Review)).one()


def test_contact_moves_the_cycle_and_names_the_reviewer(cycle: Cycle, staff: FlaskClient, reviewer: Person) -> None:
    contacted(staff, cycle)
    db.session.refresh(cycle)
    assert (cycle.state, cycle.contacted_on) == (CycleState.CONTACTED, date(2026, 9, 15))
    assert (stored().contact_how, stored().reviewer_id) == ("call", reviewer.id)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("", "Enter the day of the contact."), ("2026-10-02", "cannot be in the future"),
     ("2026-09-09", "cannot be before submitting"), ("soon", "as a day like"), ("2026-02-30", "as a day like")],
)  # fmt: skip
def test_contact_on_an_impossible_day_is_refused_and_kept(
    cycle: Cycle, staff: FlaskClient, day: str, sentence: str
) -> None:
    reply = staff.post(at(cycle, "contact"), data={"contact_on": day, "contact_how": "call with Ana"})
    assert reply.status_code == 422
    assert [sentence in reply.text, "call with Ana" in reply.text, f'value="{day}"' in reply.text] == [True] * 3
    assert db.session.scalar(select(func.count(Review.id))) == 0


@pytest.mark.parametrize("how", ["x" * 201, "nul \x00"])
def test_contact_told_at_too_great_length_is_refused(cycle: Cycle, staff: FlaskClient, how: str) -> None:
    reply = staff.post(at(cycle, "contact"), data={"contact_on": "2026-09-15", "contact_how": how})
    assert reply.status_code == 422
    assert "200 characters of plain text" in reply.text


def test_second_contact_is_told_that_the_step_was_taken(cycle: Cycle, staff: FlaskClient) -> None:
    contacted(staff, cycle)
    reply = staff.post(at(cycle, "contact"), data={"contact_on": "2026-09-16", "contact_how": "again"})
    assert reply.status_code == 422
    assert "already taken" in reply.text
    db.session.refresh(cycle)
    assert (cycle.contacted_on, stored().contact_how) == (date(2026, 9, 15), "call")


def test_overview_leads_with_safety_and_where_the_two_sides_differ(
    cycle: Cycle, staff: FlaskClient, reviewer: Person
) -> None:
    for code, rating in (("B.2.1", "3"), ("B.2.3", "1"), ("B.2.5", "4")):
        item = {"rating": rating, "finding": "", "finding_text": "", "private_note": "", "na_accepted": ""}
        services.record_review_item(cycle.id, code, item, "0", f"save-{code.replace('.', '-')}", reviewer.id)
    page = " ".join(staff.get(f"/cycles/{cycle.id}/review").text.split())
    assert "1 safety gap" in page
    assert "B.2.4" in page
    assert page.index("the program says 4, you say 1") < page.index("the program says 4, you say 3")
    assert "you say 4" not in page  # no difference, nothing to talk about
    assert "3 of 116 practices reviewed" in page
    assert "8 to 14 years" in page


def test_queue_puts_the_late_one_first_and_says_how_late(cycle: Cycle, staff: FlaskClient) -> None:
    newer = make_program(cycle.program.partnership, name="Newer")
    submitted_cycle(newer, make_person(Role.PROGRAM_ADMINISTRATOR, newer))
    rows = queue_of(cycle.program.partnership)
    assert [(row.cycle.program.name, row.days_late, row.safety_gaps) for row in rows] == [
        ("Jóvenes Unidos", 7, 1), ("Newer", 0, 0),
    ]  # fmt: skip
    page = staff.get(f"/partnerships/{cycle.program.partnership_id}/queue").text
    assert ["7 days late" in page, "nobody yet" in page] == [True, True]


def test_queue_leaves_check_ins_to_the_desk(cycle: Cycle) -> None:
    with unit_of_work():
        cycle.state, cycle.plan_issued_on, cycle.statement_signed_on = CycleState.SIGNED, TODAY, TODAY
    assert [row.next_due for row in queue_of(cycle.program.partnership)] == [None]


def test_queue_shows_one_partnership_only_and_says_when_it_is_empty(cycle: Cycle, client: FlaskClient) -> None:
    elsewhere = make_partnership("elsewhere")
    sign_in(client, make_person(Role.REVIEWER, elsewhere))
    page = client.get(f"/partnerships/{elsewhere.id}/queue").text
    assert ["Nothing waits for a review." in page, "Jóvenes" in page] == [True, False]


def test_queue_takes_as_many_queries_for_three_programs_as_for_one(
    cycle: Cycle, staff: FlaskClient, count_queries
) -> None:
    contacted(staff, cycle)
    where = f"/partnerships/{cycle.program.partnership_id}/queue"
    staff.get(where)
    one = count_queries(lambda: staff.get(where))
    for _ in range(2):
        more = make_program(cycle.program.partnership)
        contacted(staff, submitted_cycle(more, make_person(Role.PROGRAM_ADMINISTRATOR, more)), "2026-10-01")
    assert count_queries(lambda: staff.get(where)) == one
