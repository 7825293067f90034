"""Opening a self-assessment: by the rules, or by staff with a reason that is kept and shown."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.programs.models import Program
from rules.eligibility import Eligibility
from tests.factories import browser, make_partnership, make_person, make_program


@pytest.fixture
def young(app: Flask) -> Program:
    """Add a program that is too young by the rules."""
    return make_program(make_partnership("riverbend"), founded=date(2026, 5, 1))


@pytest.fixture
def manager(app: Flask, young: Program) -> FlaskClient:
    return browser(app, make_person(Role.PARTNERSHIP_ADMINISTRATOR, young.partnership, name="Dana Whit"))


def test_program_the_rules_let_in_begins_with_its_verdicts_kept(app: Flask, young: Program, manager) -> None:
    program = make_program(young.partnership)
    assert manager.post(f"/programs/{program.id}/access").status_code == 303
    cycle = db.session.scalars(select(Cycle)).one()
    assert (Eligibility.from_json(cycle.eligibility).eligible, cycle.override_reason) == (True, "")
    page = " ".join(manager.get(f"/programs/{program.id}").text.split())
    assert "Why it could begin, as judged on October 1, 2026" in page
    assert "Who says so: National rules, version 1.0.0, rule “age”." in page


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_override_without_a_usable_reason_is_refused_and_what_was_typed_stays(young: Program, manager, reason) -> None:
    reply = manager.post(f"/programs/{young.id}/access", data={"reason": reason})
    assert (reply.status_code, "There is a problem" in reply.text) == (422, True)
    assert [reason in reply.text, 'href="#reason"' in reply.text] == [True, True]
    assert db.session.scalars(select(Cycle)).all() == []


def test_override_with_a_reason_opens_it_shows_the_reason_and_logs_it(app: Flask, young: Program, manager) -> None:
    page = manager.get(f"/programs/{young.id}").text
    assert f'href="/programs/{young.id}/access"' in page
    reply = manager.post(
        f"/programs/{young.id}/access", data={"reason": "Its host has run <b>mentoring</b> since 2001."}
    )
    assert reply.status_code == 303
    cycle = db.session.scalars(select(Cycle)).one()
    assert Eligibility.from_json(cycle.eligibility).eligible is False
    told = "let it begin all the same:</strong> Its host has run &lt;b&gt;mentoring&lt;/b&gt; since 2001."
    assert told in browser(app, make_person(Role.CONTRIBUTOR, young)).get(f"/programs/{young.id}").text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "access granted")).one()
    assert (entry.detail["against_the_rules"], entry.detail["reason"]) == (True, cycle.override_reason)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.PROGRAM_ADMINISTRATOR])
def test_only_partnership_administrators_override(app: Flask, young: Program, role: Role) -> None:
    place = young.partnership if role is Role.REVIEWER else young
    client = browser(app, make_person(role, place))
    where = f"/programs/{young.id}/access"
    assert [client.get(where).status_code, client.post(where, data={"reason": "Please."}).status_code] == [403, 403]


def test_gate_stays_closed_whatever_the_reason(app: Flask) -> None:
    program = make_program(make_partnership("northlake", ("northlake",)), founded=date(2026, 5, 1))
    client = browser(app, make_person(Role.PARTNERSHIP_ADMINISTRATOR, program.partnership))
    reply = client.post(f"/programs/{program.id}/access", data={"reason": "We know them."})
    assert (reply.status_code, "Before the self-assessment opens" in reply.text) == (422, True)
    assert "We know them." in reply.text
