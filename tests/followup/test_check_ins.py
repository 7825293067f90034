"""Logging check-ins: which, when, once, and what the program's page shows."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import open_duties
from portal.cycles.services import advance
from portal.followup.models import CheckIn
from portal.followup.queries import check_ins_of, months_done
from portal.followup.services import log_check_in
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused
from portal.plans.models import Plan
from portal.programs.models import Program
from tests.factories import make_partnership, make_person, make_program, sign_in, submitted_cycle

ISSUED, TODAY = date(2026, 6, 30), date(2026, 10, 1)
GOOD = {"month": "3", "done_on": "2026-09-30", "how": "phone", "notes": "Two of three references are now asked."}


@pytest.fixture
def program(app: Flask) -> Program:
    return make_program(make_partnership("riverbend"), name="Jóvenes Unidos")


@pytest.fixture
def reviewer(program: Program) -> Person:
    return make_person(Role.REVIEWER, program.partnership)


@pytest.fixture
def cycle(program: Program) -> Cycle:
    return submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))


@pytest.fixture
def issued(cycle: Cycle, reviewer: Person) -> Cycle:
    """Bring the cycle to an issued plan, three months ago."""
    with unit_of_work() as session:
        for step in (CycleState.CONTACTED, CycleState.VISITED, CycleState.PLAN_ISSUED):
            advance(cycle, step, ISSUED)
        session.add(Plan(cycle_id=cycle.id, saved_at=cycle.created_at, saved_by_id=reviewer.id, months=12))
    return cycle


@pytest.fixture
def staff(client: FlaskClient, reviewer: Person) -> FlaskClient:
    sign_in(client, reviewer)
    return client


def count() -> int:
    return db.session.scalar(select(func.count(CheckIn.id))) or 0


def test_check_in_is_logged_and_no_longer_due(issued: Cycle, staff: FlaskClient, reviewer: Person) -> None:
    assert staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD).status_code == 303
    [one] = check_ins_of(issued)
    assert (one.month, one.done_on, one.how, one.logged_by_id) == (3, date(2026, 9, 30), "phone", reviewer.id)
    assert months_done(issued) == (3,)
    due = [duty.title for duty in open_duties(issued, months_done(issued)) if duty.kind == "check_in"]
    assert due == ["6-month check-in", "9-month check-in"]


@pytest.mark.parametrize("day", [ISSUED, TODAY])
def test_check_in_on_the_first_and_on_the_last_possible_day_is_logged(
    issued: Cycle, reviewer: Person, day: date
) -> None:
    assert log_check_in(issued.id, 3, day, "visit", "", reviewer.id).done_on == day


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"month": "4"}, "Choose one of the check-ins after 3, 6, 9 months."),
        ({"month": ""}, "Choose one of the check-ins"),
        ({"month": "³"}, "Choose one of the check-ins"),
        ({"done_on": ""}, "Enter the day of the check-in."),
        ({"done_on": "2026-02-30"}, "Enter the day of the check-in."),
        ({"done_on": "2026-10-02"}, "not in the future"),
        ({"done_on": "2026-06-29"}, "after the plan was issued"),
        ({"how": "fax"}, "Choose e-mail, phone or visit."),
        ({"how": ""}, "Choose e-mail, phone or visit."),
    ],
)
def test_check_in_that_cannot_be_is_refused_and_everything_typed_kept(
    issued: Cycle, staff: FlaskClient, changed: dict[str, str], sentence: str
) -> None:
    reply = staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD | changed)
    assert reply.status_code == 422
    assert [sentence in reply.text, GOOD["notes"] in reply.text] == [True, True]
    assert count() == 0


def test_check_in_with_three_mistakes_names_all(issued: Cycle, reviewer: Person) -> None:
    with pytest.raises(Refused) as refusal:
        log_check_in(issued.id, 5, None, "fax", "x" * 10_001, reviewer.id)
    assert [problem.field for problem in refusal.value.problems] == ["month", "done_on", "how", "notes"]


def test_check_in_logged_already_is_refused(issued: Cycle, staff: FlaskClient) -> None:
    staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD)
    reply = staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD | {"notes": "Somebody else called too."})
    assert reply.status_code == 422
    assert "The 3-month check-in is logged already." in reply.text
    assert "Somebody else called too." in reply.text
    assert count() == 1


def test_check_in_before_the_plan_is_issued_is_refused(cycle: Cycle, staff: FlaskClient, reviewer: Person) -> None:
    with pytest.raises(OutOfOrder):
        log_check_in(cycle.id, 3, TODAY, "phone", "", reviewer.id)
    reply = staff.post(f"/cycles/{cycle.id}/check-ins", data=GOOD)
    assert reply.status_code == 422
    assert ["Check-ins begin after the plan is issued." in reply.text, GOOD["notes"] in reply.text] == [True, True]


def test_program_reads_the_check_in_and_gets_no_form(issued: Cycle, staff: FlaskClient, app: Flask) -> None:
    where = f"/programs/{issued.program_id}"
    assert "Log a check-in" in staff.get(where).text
    staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD | {"notes": "One line\n<b>another</b>"})
    theirs = app.test_client()
    sign_in(theirs, make_person(Role.CONTRIBUTOR, issued.program))
    page = theirs.get(where).text
    assert "One line<br>&lt;b&gt;another&lt;/b&gt;" in page
    assert "Log a check-in" not in page


def test_program_and_other_partnership_cannot_log(issued: Cycle, app: Flask) -> None:
    elsewhere = make_person(Role.REVIEWER, make_partnership("elsewhere"))
    inside = [make_person(role, issued.program) for role in (Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR)]
    for person, code in ((inside[0], 403), (inside[1], 403), (elsewhere, 404), (make_person(), 404)):
        client = app.test_client()
        sign_in(client, person)
        assert client.post(f"/cycles/{issued.id}/check-ins", data=GOOD).status_code == code
    assert count() == 0
