"""Asking for access: the program asks once, staff open the self-assessment or decline with a reason, everybody is told."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.cycles.models import AccessRequest, Cycle, RequestState
from portal.desk.duties import duties_of
from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.programs.models import Program
from tests.factories import browser, make_award, make_cycle, make_partnership, make_person, make_program

FORM = {"start_on": "2026-11-02", "helpers": "Our director\r\nand <b>two</b> board members", "note": ""}


@pytest.fixture
def program(app: Flask) -> Program:
    return make_program(make_partnership("riverbend"), "Harbor Light")


@pytest.fixture
def owner(app: Flask, program: Program) -> FlaskClient:
    return browser(app, make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Tom Ade"))


@pytest.fixture
def manager(app: Flask, program: Program) -> FlaskClient:
    return browser(app, make_person(Role.PARTNERSHIP_ADMINISTRATOR, program.partnership, name="Dana Whit"))


def subjects() -> list[tuple[str, str]]:
    return [(one.to_name, one.subject) for one in db.session.scalars(select(Message).order_by(Message.id))]


def request_of(program: Program) -> AccessRequest:
    return db.session.scalars(select(AccessRequest).where(AccessRequest.program_id == program.id)).one()


def test_request_reaches_the_staff_once_though_it_is_sent_twice(program: Program, owner, manager) -> None:
    where = f"/programs/{program.id}/ask-access"
    assert f'href="{where}"' in owner.get(f"/programs/{program.id}").text
    assert [owner.post(where, data=FORM).status_code for _ in range(2)] == [303, 303]
    asked = request_of(program)
    assert (asked.state, asked.start_on, asked.helpers) == (
        RequestState.OPEN, date(2026, 11, 2), "Our director\nand <b>two</b> board members",
    )  # fmt: skip
    assert subjects() == [("Dana Whit", "Harbor Light asks to begin")]
    page = owner.get(f"/programs/{program.id}").text
    assert ["You asked for access on October 1, 2026." in page, f'href="{where}"' in page] == [True, False]
    assert "and &lt;b&gt;two&lt;/b&gt; board members" in manager.get(f"/programs/{program.id}/access").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"start_on": "soon"}, "start_on"), ({"start_on": "2026-09-30"}, "start_on"), ({"helpers": " "}, "helpers"),
     ({"note": "x" * 1001}, "note")],
)  # fmt: skip
def test_request_that_cannot_be_stored_comes_back_as_typed(program: Program, owner, wrong, field) -> None:
    typed = FORM | {"note": "After the holidays, please."} | wrong
    reply = owner.post(f"/programs/{program.id}/ask-access", data=typed)
    assert (reply.status_code, f'href="#{field}"' in reply.text) == (422, True)
    assert [typed["note"] in reply.text, "&lt;b&gt;two&lt;/b&gt;" in reply.text] == [True, field != "helpers"]
    assert db.session.scalars(select(AccessRequest)).all() == []


def test_opening_the_self_assessment_answers_the_request_and_mails_the_program(
    program: Program, owner, manager
) -> None:
    owner.post(f"/programs/{program.id}/ask-access", data=FORM)
    assert manager.post(f"/programs/{program.id}/access").status_code == 303
    asked, cycle = request_of(program), db.session.scalars(select(Cycle)).one()
    assert (asked.state, asked.cycle_id, asked.decided_by.name) == (RequestState.GRANTED, cycle.id, "Dana Whit")
    assert subjects()[1:] == [("Tom Ade", "Your self-assessment is open: Harbor Light")]


def test_declined_request_tells_why_and_may_be_made_again(program: Program, owner, manager) -> None:
    owner.post(f"/programs/{program.id}/ask-access", data=FORM)
    where = f"/programs/{program.id}/access/decline"
    empty = manager.post(where, data={"decline": " "})
    assert (empty.status_code, request_of(program).state) == (422, RequestState.OPEN)
    answers = [manager.post(where, data={"decline": "Please hire first. <i>Call</i> us."}) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert subjects()[1:] == [("Tom Ade", "About your request to begin: Harbor Light")]
    page = owner.get(f"/programs/{program.id}").text
    assert ["Please hire first. &lt;i&gt;Call&lt;/i&gt; us." in page, "Ask for access again" in page] == [True, True]
    assert owner.post(f"/programs/{program.id}/ask-access", data=FORM).status_code == 303
    states = db.session.scalars(select(AccessRequest.state).order_by(AccessRequest.id)).all()
    assert states == [RequestState.DECLINED, RequestState.OPEN]
    deeds = db.session.scalars(select(AuditEntry.deed).where(AuditEntry.program_id == program.id)).all()
    assert deeds == ["access asked", "access declined", "access asked"]


def test_program_that_is_invited_to_renew_is_led_there_instead_of_asking(program: Program, owner) -> None:
    cycle, where = make_award(program, date(2023, 12, 1), date(2026, 12, 1)).cycle, f"/programs/{program.id}/ask-access"
    assert (owner.get(where).status_code, where in owner.get(f"/programs/{program.id}").text) == (200, True)
    with unit_of_work():
        cycle.renewal_invited_on = date(2026, 9, 1)
    reply, renewal = owner.get(where), f"/cycles/{cycle.id}/renewal"
    assert (reply.status_code, reply.headers["Location"]) == (303, renewal)
    page = owner.get(f"/programs/{program.id}").text
    assert [f'href="{renewal}">Begin the renewal' in page, where in page] == [True, False]
    assert "you need not ask for access" in page
    assert (
        owner.post(where, data=FORM).status_code == 303
    )  # from a page loaded before: kept, and staff read why it is needless
    told = [one.title for one in duties_of(program.partnership) if one.kind == "access"]
    assert told == ["Answer the request for access (it is invited, and may begin its renewal by itself)"]
    with unit_of_work():
        db.session.get_one(Program, program.id).in_service_area = False
    assert owner.get(where).status_code == 200  # it cannot begin by itself now, so it may ask


def test_program_under_way_has_nothing_to_ask_for(program: Program, owner) -> None:
    make_cycle(program)
    assert owner.post(f"/programs/{program.id}/ask-access", data=FORM).status_code == 409
    assert "ask-access" not in owner.get(f"/programs/{program.id}").text


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.READER])
def test_others_of_the_program_see_the_request_and_cannot_make_one(app: Flask, program: Program, owner, role) -> None:
    owner.post(f"/programs/{program.id}/ask-access", data=FORM)
    other = browser(app, make_person(role, program))
    assert "You asked for access on October 1, 2026." in other.get(f"/programs/{program.id}").text
    assert other.post(f"/programs/{program.id}/ask-access", data=FORM).status_code == 403


def test_program_reads_each_rule_with_its_reason_and_what_it_can_have_meanwhile(app: Flask) -> None:
    young = make_program(make_partnership("minnesota", ("minnesota",)), founded=date(2026, 5, 1), registered=False)
    page = " ".join(browser(app, make_person(Role.READER, young)).get(f"/programs/{young.id}/eligibility").text.split())
    assert "Not yet:" in page
    tags = re.findall(r'<span class="tag \w+">([\w ]+)</span></li>', page)
    assert (tags.count("not yet"), tags.count("yes") >= 3, len(tags)) == (4, True, tags.count("yes") + 4)
    assert ["What you can have now:" in page, "Ask for help at any time" in page] == [True, True]
    assert ["It takes 2 signatures." in page, f'href="/programs/{young.id}/gates"' in page] == [True, True]
    assert [name in page for name in ("/facts", "/edit")] == [False, False]
