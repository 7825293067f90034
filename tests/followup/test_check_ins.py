"""Logging check-ins: which, when, once, and what the program's page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import open_duties
from portal.cycles.services import advance
from portal.followup.forms import Said
from portal.followup.models import CheckIn, CheckInVersion
from portal.followup.queries import check_ins_of, months_done, months_open
from portal.followup.services import log_check_in
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.outbox import Message
from portal.plans.models import Plan
from portal.resources.queries import library_of
from tests.conftest import StandingClock
from tests.factories import browser, make_partnership, make_person, make_program, sign_in, submitted_cycle

ISSUED, TODAY = date(2026, 6, 30), date(2026, 10, 1)
GOOD = {"month": "3", "done_on": "2026-09-30", "how": "phone", "notes": "Two of three references are now asked."}


@dataclass
class Cast:
    """A cycle, its plan issued three months ago or not yet, and its reviewer, who is signed in."""

    cycle: Cycle
    reviewer: Person
    staff: FlaskClient


def make_cast(app: Flask, issued: bool) -> Cast:
    program = make_program(make_partnership("riverbend"), name="Jóvenes Unidos")
    reviewer = make_person(Role.REVIEWER, program.partnership)
    cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    if issued:
        with unit_of_work() as session:
            for step in (CycleState.CONTACTED, CycleState.VISITED, CycleState.PLAN_ISSUED):
                advance(cycle, step, ISSUED)
            session.add(Plan(cycle_id=cycle.id, saved_at=cycle.created_at, saved_by_id=reviewer.id, months=12))
    return Cast(cycle, reviewer, browser(app, reviewer))


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(make_cast, True)


@pytest.fixture
def issued(cast: Cast) -> Cycle:
    return cast.cycle


@pytest.fixture
def reviewer(cast: Cast) -> Person:
    return cast.reviewer


@pytest.fixture
def staff(cast: Cast) -> FlaskClient:
    return cast.staff


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
    said = Said(3, day, "visit", "Held.", early=True)
    assert log_check_in(issued.id, said, "s", reviewer.id, "http://localhost").done_on == day


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"month": "4"}, "Choose one of the check-ins after 3, 6, 9, 12 months, or another contact."),
        ({"month": ""}, "Choose one of the check-ins"),
        ({"month": "³"}, "Choose one of the check-ins"),
        ({"done_on": ""}, "Enter the day of the check-in."),
        ({"done_on": "2026-02-30"}, "Enter the day of the check-in."),
        ({"done_on": "2026-10-02"}, "not in the future"),
        ({"done_on": "2026-06-29"}, "after the plan was issued"),
        ({"how": "fax"}, "Choose e-mail, phone or visit."),
        ({"how": ""}, "Choose e-mail, phone or visit."),
        ({"month": "6"}, "The 6-month check-in is due on December 30, 2026. Choose another contact"),
        ({"month": "6", "early": "9"}, "The 6-month check-in is due on December 30, 2026."),
    ],
)
def test_check_in_that_cannot_be_is_refused_and_everything_typed_kept(
    issued: Cycle, staff: FlaskClient, changed: dict[str, str], sentence: str
) -> None:
    reply = staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD | changed)
    assert reply.status_code == 422
    assert [sentence in reply.text, GOOD["notes"] in reply.text] == [True, True]
    assert count() == 0


def test_check_in_without_words_is_refused(issued: Cycle, staff: FlaskClient) -> None:
    reply = staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD | {"notes": " ", "private_notes": "Only for us."})
    assert (reply.status_code, count()) == (422, 0)
    assert ["Say in a few words what was said." in reply.text, "Only for us." in reply.text] == [True, True]


def test_planned_check_in_is_chosen_near_its_day_and_needs_a_tick_long_before(
    issued: Cycle, staff: FlaskClient, reviewer: Person, clock: StandingClock
) -> None:
    new, chosen = f"/cycles/{issued.id}/check-ins/new", 'name="month" value="{}" checked'
    assert chosen.format(3) in staff.get(new).text
    staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD)
    assert chosen.format(0) in staff.get(new).text  # the next one is due on December 30
    form, tick = GOOD | {"month": "6", "early": "6"}, "This is the 6-month check-in, held early"
    asked = staff.post(f"/cycles/{issued.id}/check-ins", data=form | {"early": ""})
    assert (asked.status_code, tick in asked.text, chosen.format(6) in asked.text) == (422, True, True)
    assert staff.post(f"/cycles/{issued.id}/check-ins", data=form).status_code == 303
    assert months_done(issued) == (3, 6)
    clock.go(days=(date(2027, 2, 27) - TODAY).days)
    sign_in(staff, reviewer)
    assert chosen.format(0) in staff.get(new).text  # 31 days before March 30
    clock.go(days=1)
    sign_in(staff, reviewer)
    assert chosen.format(9) in staff.get(new).text


def test_check_in_logged_as_the_wrong_one_is_put_right_while_fresh(issued: Cycle, staff: FlaskClient) -> None:
    at = f"/cycles/{issued.id}/check-ins"
    staff.post(at, data=GOOD | {"month": "12", "early": "12"})
    staff.post(at, data=GOOD)
    one = next(each for each in check_ins_of(issued) if each.month == 12)
    assert issued.mini_review_done_on == date(2026, 9, 30)
    page = staff.get(f"{at}/{one.id}").text
    assert ('value="12" checked' in page, 'name="month" value="3"' in page, 'name="early"' in page) == (
        True,
        False,
        False,
    )
    form = GOOD | {"version": "1"}
    for month, sentence in (
        ("3", "is logged already, by"),
        ("6", "tick that this one was held early"),
        ("5", "Choose one of"),
    ):
        reply = staff.post(f"{at}/{one.id}", data=form | {"month": month})
        assert (reply.status_code, sentence in reply.text) == (422, True)
    assert staff.post(f"{at}/{one.id}", data=form | {"month": "0"}).status_code == 303
    db.session.expire_all()
    assert (months_done(issued), issued.mini_review_done_on) == ((3,), None)
    [kept] = db.session.scalars(select(CheckInVersion))
    assert kept.content["month"] == 12


def test_check_in_with_three_mistakes_names_all(issued: Cycle, reviewer: Person) -> None:
    with pytest.raises(Refused) as refusal:
        log_check_in(issued.id, Said(5, None, "fax", "x" * 10_001), "s", reviewer.id, "http://localhost")
    assert [problem.field for problem in refusal.value.problems] == ["month", "done_on", "how", "notes"]


def test_check_in_logged_already_is_refused(issued: Cycle, staff: FlaskClient) -> None:
    staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD)
    reply = staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD | {"notes": "Somebody else called too."})
    assert reply.status_code == 422
    assert "The 3-month check-in is logged already, by" in reply.text
    assert "Somebody else called too." in reply.text
    assert count() == 1


def test_check_in_before_the_plan_is_issued_is_refused(staged: Callable[..., Cast]) -> None:
    early = staged(make_cast, False)
    with pytest.raises(OutOfOrder):
        log_check_in(early.cycle.id, Said(3, TODAY, "phone", ""), "s", early.reviewer.id, "http://localhost")
    reply = early.staff.post(f"/cycles/{early.cycle.id}/check-ins", data=GOOD)
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


def test_private_notes_stay_with_staff_and_resources_go_to_the_program(
    issued: Cycle, staff: FlaskClient, app: Flask
) -> None:
    assert staff.get(f"/cycles/{issued.id}/check-ins/new").text.count("National Mentoring Resource Center") > 0
    key = next(one.key for one in library_of(issued.program.partnership) if one.title == "NetSmartz")
    form = GOOD | {"private_notes": "Their director may leave.", "resource": [key, "o-404"], "save_id": "s-1"}
    assert staff.post(f"/cycles/{issued.id}/check-ins", data=form).status_code == 303
    [one] = check_ins_of(issued)
    assert one.resources == [{"key": key, "title": "NetSmartz", "address": "https://www.missingkids.org/netsmartz"}]
    for text, share in (("Called again, nobody in.", ""), ("The form is on its way.", "yes")):
        note = {"text": text, "share": share, "save_id": text[:9].replace(" ", "-")}
        for _ in range(2):
            assert staff.post(f"/cycles/{issued.id}/check-ins/{one.id}/notes", data=note).status_code == 303
    assert staff.post(f"/cycles/{issued.id}/check-ins/{one.id}/notes", data={"text": " "}).status_code == 422
    assert [note.text for note in check_ins_of(issued)[0].added] == [
        "Called again, nobody in.",
        "The form is on its way.",
    ]
    theirs = browser(app, make_person(Role.READER, issued.program))
    said = (
        "Their director may leave.",
        "Called again, nobody in.",
        "The form is on its way.",
        "NetSmartz",
        GOOD["notes"],
    )
    for where in (f"/cycles/{issued.id}/follow-up", f"/programs/{issued.program_id}"):
        assert [text in theirs.get(where).text for text in said[:2]] == [False, False]
    assert [text in theirs.get(f"/cycles/{issued.id}/follow-up").text for text in said[2:]] == [True] * 3
    assert [text in staff.get(f"/cycles/{issued.id}/follow-up").text for text in said] == [True] * 5
    assert theirs.get(f"/cycles/{issued.id}/check-ins/{one.id}").status_code == 403


def test_sent_resources_are_mailed_once_and_the_mail_names_none(issued: Cycle, staff: FlaskClient) -> None:
    key = library_of(issued.program.partnership)[0].key
    for _ in range(2):
        staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD | {"resource": key, "save_id": "s-1"})
    mails = list(db.session.scalars(select(Message).where(Message.key.like("resources-sent:%"))))
    assert [mail.subject for mail in mails] == ["Resources for Jóvenes Unidos"]
    assert f"http://localhost/cycles/{issued.id}/follow-up" in mails[0].text
    assert "Elements" not in mails[0].text


def test_check_in_is_edited_while_fresh_and_takes_notes_afterwards(
    issued: Cycle, staff: FlaskClient, clock: StandingClock
) -> None:
    staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD)
    [one] = check_ins_of(issued)
    where, new = f"/cycles/{issued.id}/check-ins/{one.id}", GOOD | {"notes": "All three are asked.", "version": "1"}
    assert "You can change this for 24 hours" in staff.get(where).text
    clock.go(hours=23, minutes=59)
    assert staff.post(where, data=new).status_code == 303
    late = staff.post(where, data=new | {"notes": "From another window."})
    assert (late.status_code, "From another window." in late.text, "All three are asked." in late.text) == (
        409,
        True,
        True,
    )
    [kept] = db.session.scalars(select(CheckInVersion))
    assert (kept.version, kept.content["notes"]) == (1, GOOD["notes"])
    clock.go(minutes=2)
    assert "so it no longer changes" in staff.get(where).text
    refused = staff.post(where, data=new | {"version": "2", "notes": "Too late."})
    assert (refused.status_code, "Too late." in refused.text) == (422, True)
    assert staff.post(where, data=new | {"version": "2"}).status_code == 303  # says what is stored
    db.session.expire_all()
    assert [each.notes for each in check_ins_of(issued)] == ["All three are asked."]


def test_other_contacts_are_logged_as_often_as_they_happen(issued: Cycle, staff: FlaskClient) -> None:
    for text in ("first", "first", "second", "second"):  # the page brought back by the Back button keeps its id
        form = GOOD | {"month": "0", "notes": text, "save_id": "the-same"}
        assert staff.post(f"/cycles/{issued.id}/check-ins", data=form).status_code == 303
    assert [(one.title, one.notes) for one in check_ins_of(issued)] == [
        ("Another contact", "first"), ("Another contact", "second"),
    ]  # fmt: skip
    assert months_done(issued) == ()


@pytest.mark.parametrize(
    ("issued_on", "due"), [(date(2026, 11, 30), date(2027, 2, 28)), (date(2027, 11, 30), date(2028, 2, 29))]
)
def test_check_ins_are_due_by_the_anchor_day_also_in_a_short_month(issued: Cycle, issued_on: date, due: date) -> None:
    with unit_of_work():
        issued.plan_issued_on = issued_on
    months = {one.number: one.due_on for one in months_open(issued)}
    assert (months[3], months[6].day, months[9].day) == (due, 30, 30)


def test_closed_cycle_is_read_only(issued: Cycle, staff: FlaskClient) -> None:
    staff.post(f"/cycles/{issued.id}/check-ins", data=GOOD)
    [one] = check_ins_of(issued)
    with unit_of_work():
        issued.state, issued.closed_on = CycleState.CLOSED, TODAY
    where = f"/cycles/{issued.id}"
    assert "nothing changes any more" in staff.get(f"{where}/follow-up").text
    for path, form in (("check-ins", GOOD | {"month": "6"}), (f"check-ins/{one.id}/notes", {"text": "More."}),
                       (f"check-ins/{one.id}", GOOD | {"notes": "New.", "version": "1"})):  # fmt: skip
        reply = staff.post(f"{where}/{path}", data=form)
        assert (reply.status_code, "This cycle is closed and can only be read." in reply.text) == (422, True)
    assert count() == 1
