"""A form refused as a whole comes back with every text that was typed, and can be sent again."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import services
from portal.accounts.models import Person, SignIn
from portal.assessments.queries import stored_answers
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from tests.factories import make_cycle, make_partnership, make_person, make_program, sign_in

TYPED = "We ask <b>every</b> mentor for\r\ntwo references."
OURS = {"Sec-Fetch-Site": "same-origin"}


class Desk:
    """One program's person in the middle of a section, in a browser that minds the token."""

    def __init__(self, app: Flask) -> None:
        program = make_program(make_partnership())
        self.person: Person = make_person(Role.PROGRAM_ADMINISTRATOR, program)
        self.cycle: Cycle = make_cycle(program)
        self.client: FlaskClient = app.test_client()
        sign_in(self.client, self.person)
        self.at = f"/cycles/{self.cycle.id}/sections/s-2"
        self.codes = [one.code for one in rulebook_of(self.cycle).catalogue.section("s-2").practices]

    def form(self) -> dict[str, str]:
        """Return the section's form with a text in its first practice."""
        page = self.client.get(self.at).text
        return fields(page) | {f"{self.codes[0]}-notes": TYPED}

    def note(self) -> str:
        row = stored_answers(self.cycle.id).get(self.codes[0])
        return row.content["notes"] if row else ""


def fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition("<main")[2])
    return {name: html.unescape(value) for name, value in found}


@pytest.fixture
def desk(make_app: Callable[..., Flask]) -> Iterator[Desk]:
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        yield Desk(app)


def test_form_sent_after_the_session_ended_is_kept_and_sent_again_after_signing_in(desk: Desk) -> None:
    form = desk.form()
    services.end_session(desk.person.id, db.session.scalars(select(SignIn.id)).one())
    reply = desk.client.post(desk.at, data=form, headers=OURS)
    assert reply.status_code == 401
    assert "every&lt;/b&gt; mentor for<br>two references." in reply.text
    assert desk.note() == ""
    sign_in(desk.client, desk.person)  # in a new tab
    again = desk.client.post(desk.at, data=fields(reply.text), headers=OURS)
    assert again.status_code == 303
    assert desk.note() == TYPED.replace("\r\n", "\n")


def test_form_sent_with_a_dead_token_is_kept_and_can_be_sent_again(desk: Desk) -> None:
    reply = desk.client.post(desk.at, data=desk.form() | {"csrf_token": "dead"}, headers=OURS)
    assert (reply.status_code, desk.note()) == (400, "")
    assert desk.client.post(desk.at, data=fields(reply.text), headers=OURS).status_code == 303
    assert desk.note() == TYPED.replace("\r\n", "\n")


def test_section_sent_after_a_colleague_submitted_comes_back_to_copy(desk: Desk) -> None:
    form = desk.form()
    with unit_of_work():
        desk.cycle.state = CycleState.SUBMITTED
    reply = desk.client.post(desk.at, data=form, headers=OURS)
    assert reply.status_code == 409
    assert "every&lt;/b&gt; mentor for<br>two references." in reply.text
    assert "Send it again" not in reply.text


@pytest.mark.parametrize("site", [None, "cross-site", "same-site"])
def test_form_of_another_site_never_comes_back_as_ones_own(desk: Desk, site: str | None) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    reply = desk.client.post(desk.at, data=desk.form() | {"csrf_token": "dead"}, headers=headers)
    assert reply.status_code == 400
    assert "mentor for" not in reply.text


def test_password_never_comes_back(desk: Desk) -> None:
    data = {"current": "three calm words", "new": "other calm words", "csrf_token": "dead"}
    reply = desk.client.post("/account/password", data=data, headers=OURS)
    assert reply.status_code == 400
    assert "calm words" not in reply.text
