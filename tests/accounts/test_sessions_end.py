"""Cookies that must be dead, links that must be short, and signing out from every page over HTTPS."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import services
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.programs.models import Program
from tests.accounts.hashes import with_password
from tests.factories import make_partnership, make_person, make_program, sign_in

PASSWORD = "three calm words"


def invite(program: Program, role: Role) -> str:
    """Invite the same person again and return the path of the newest link."""
    services.invite(
        "Ana Núñez", "ana@example.org", role, program_id=program.id, place=program.name, by_id=None,
        mail_partnership_id=None, base_url="http://localhost",
    )  # fmt: skip
    text = db.session.scalars(select(Message.text).order_by(Message.id.desc()).limit(1)).one()
    return next(line for line in text.splitlines() if line.startswith("http")).removeprefix("http://localhost")


def test_signing_in_again_ends_the_session_it_replaces(app: Flask, client: FlaskClient) -> None:
    person = with_password(make_person(Role.REVIEWER, make_partnership()), PASSWORD)
    sign_in(client, person)
    copied = client.get_cookie("nqms").value
    assert client.post("/sign-in", data={"email": person.email, "password": PASSWORD}).status_code == 303
    assert client.get("/account").status_code == 200
    thief = app.test_client()
    thief.set_cookie("nqms", copied)
    assert thief.get("/account").status_code == 303


def test_second_invitation_is_over_once_the_first_set_a_password(app: Flask, client: FlaskClient) -> None:
    program = make_program(make_partnership())
    first, second = invite(program, Role.CONTRIBUTOR), invite(program, Role.PROGRAM_ADMINISTRATOR)
    assert [client.get(link).status_code for link in (first, second)] == [200, 200]
    assert client.post(first, data={"new": "words that are calm"}).status_code == 303
    reply = app.test_client().post(second, data={"new": "words of a finder"})
    assert reply.status_code == 410
    assert "sign in" in reply.text


def test_way_back_after_signing_in_is_left_out_when_it_is_endless(client: FlaskClient) -> None:
    assert client.get("/account?a=b").location == "/sign-in?next=/account?a%3Db"
    assert client.get("/account?" + "%22" * 1200).location == "/sign-in"


def test_sign_out_over_https_needs_the_token_and_no_referer(make_app: Callable[..., Flask]) -> None:
    app = make_app(INSECURE=False, WTF_CSRF_ENABLED=True)
    with app.app_context():
        client = app.test_client()
        person = make_person(Role.REVIEWER, make_partnership())
        started = services.start_session(person.id, "test browser").get_id()
        with client.session_transaction(base_url="https://localhost") as cookie:
            cookie["_user_id"], cookie["_fresh"] = started, True
        page = client.get("/account", base_url="https://localhost")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        for token, sent, then in (("", 400, 200), (found[1], 303, 303)):
            reply = client.post("/sign-out", data={"csrf_token": token}, base_url="https://localhost")
            assert (reply.status_code, client.get("/account", base_url="https://localhost").status_code) == (sent, then)
