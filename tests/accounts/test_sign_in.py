"""Signing in and out, and what the server can end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import services
from portal.accounts.models import Person, SignIn
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Refused
from portal.foundation.outbox import Message
from tests.accounts.hashes import with_password
from tests.conftest import StandingClock
from tests.factories import make_partnership, make_person, make_program, sign_in

PASSWORD = "three calm words"


def member(_app: Flask) -> Person:
    """Build somebody with a password and a place."""
    return with_password(make_person(Role.PROGRAM_ADMINISTRATOR, make_program(make_partnership())), PASSWORD)


@pytest.fixture
def person(staged: Callable[..., Person]) -> Person:
    return staged(member)


def post_sign_in(client: FlaskClient, email: str, password: str, **more: str):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def test_sign_in_with_right_password_leads_home(client: FlaskClient, person: Person) -> None:
    reply = post_sign_in(client, person.email.upper(), PASSWORD)
    assert (reply.status_code, reply.location) == (303, "/home")
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("email", ["known", "nobody@example.org"])
def test_sign_in_with_wrong_pair_says_the_same_for_known_and_unknown(
    client: FlaskClient, person: Person, email: str
) -> None:
    reply = post_sign_in(client, person.email if email == "known" else email, "wrong password")
    assert reply.status_code == 422
    assert "do not belong together" in reply.text
    assert (person.email if email == "known" else email) in reply.text  # what was typed stays


def test_sign_in_goes_only_to_pages_of_ours(client: FlaskClient, person: Person) -> None:
    assert post_sign_in(client, person.email, PASSWORD, next="//evil.example").location == "/home"
    assert post_sign_in(client, person.email, PASSWORD, next="/\\evil.example").location == "/home"
    assert post_sign_in(client, person.email, PASSWORD, next="/account").location == "/account"


def test_sign_out_ends_the_session_on_the_server(client: FlaskClient, person: Person) -> None:
    post_sign_in(client, person.email, PASSWORD)
    copied = client.get_cookie("nqms").value
    assert client.post("/sign-out").status_code == 303
    assert "You are signed out." in client.get("/").text
    client.set_cookie("nqms", copied)
    assert client.get("/account").status_code == 303  # the copied cookie opens nothing


def test_session_ends_after_three_days_without_use(client: FlaskClient, person: Person, clock: StandingClock) -> None:
    sign_in(client, person)
    clock.go(days=2)
    assert client.get("/account").status_code == 200  # and counts as use
    clock.go(days=2)
    assert client.get("/account").status_code == 200
    clock.go(days=3, seconds=1)
    assert client.get("/account").status_code == 303


def test_disabled_person_is_out_at_once(client: FlaskClient, person: Person, clock: StandingClock) -> None:
    sign_in(client, person)
    with unit_of_work() as session:
        session.get_one(Person, person.id).disabled_at = clock()
    assert client.get("/account").status_code == 303


def test_eleventh_wrong_try_has_to_wait_and_a_quarter_of_an_hour_later_may_try(
    client: FlaskClient, person: Person, clock: StandingClock
) -> None:
    for _ in range(10):
        post_sign_in(client, person.email, "wrong password")
    assert "too many tries" in post_sign_in(client, person.email, PASSWORD).text
    clock.go(minutes=16)
    assert post_sign_in(client, person.email, PASSWORD).status_code == 303


def test_database_holds_no_token_and_no_password(client: FlaskClient, person: Person) -> None:
    post_sign_in(client, person.email, PASSWORD)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    row = db.session.scalars(select(SignIn)).one()
    assert row.token_hash == services.digest(token)
    assert token not in row.token_hash
    assert db.session.get_one(Person, person.id).password_hash.startswith("$argon2id$")


def test_password_change_ends_other_sessions(app: Flask, person: Person) -> None:
    here, there = app.test_client(), app.test_client()
    sign_in(here, person)
    sign_in(there, person)
    reply = here.post("/account/password", data={"current": PASSWORD, "new": "another calm set of words"})
    assert reply.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [
        ("not it", "another calm set of words", "This is not your current password."),
        (PASSWORD, "short", "Use at least 10 characters."),
        (PASSWORD, "password123", "easy to guess"),
        (PASSWORD, "aaaaaaaaaaaa", "easy to guess"),
    ],
)
def test_password_change_is_refused_with_a_sentence(
    client: FlaskClient, person: Person, current: str, new: str, sentence: str
) -> None:
    sign_in(client, person)
    reply = client.post("/account/password", data={"current": current, "new": new})
    assert reply.status_code == 422
    assert sentence in reply.text


def test_invitation_link_works_once(app: Flask, client: FlaskClient) -> None:
    program = make_program(make_partnership())
    services.invite(
        "Ana Núñez",
        "ana@example.org",
        Role.CONTRIBUTOR,
        program_id=program.id,
        place=program.name,
        by_id=None,
        mail_partnership_id=None,
        base_url="http://localhost",
    )
    text = db.session.scalars(select(Message.text)).one()
    link = next(line for line in text.splitlines() if line.startswith("http")).removeprefix("http://localhost")
    assert "Ana Núñez" in client.get(link).text
    assert client.post(link, data={"new": "short"}).status_code == 422
    assert client.post(link, data={"new": "words that are calm"}).status_code == 303
    assert client.get(link).status_code == 410
    assert client.get(f"/programs/{program.id}").status_code == 200


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a b@example.org",
        "a@b",
        "x@example.org\nBcc: y@example.org",
        "a@.",
        "a..b@c.org",
        "a@b@c.org",
        "a@b..org",
        "a\x00@c.org",
        "\u202ea@c.org",
        "a[@c.org",
        '"a"@c.org',
        "a@-.org",
    ],
)
def test_invitation_to_an_unreadable_address_is_refused(app: Flask, email: str) -> None:
    program = make_program(make_partnership())
    with pytest.raises(Refused):
        services.invite(
            "Ana",
            email,
            Role.CONTRIBUTOR,
            program_id=program.id,
            place="x",
            by_id=None,
            mail_partnership_id=None,
            base_url="",
        )
    assert db.session.scalars(select(Message)).all() == []


def test_computer_ticked_as_shared_is_known_until_signing_out(client: FlaskClient, person: Person) -> None:
    assert "This is a shared computer" in client.get("/sign-in").text
    post_sign_in(client, person.email, PASSWORD, shared="yes")
    assert f'data-person="{person.id}" data-shared>' in client.get("/account").text
    client.post("/sign-out")
    post_sign_in(client, person.email, PASSWORD)
    assert f'data-person="{person.id}">' in client.get("/account").text


def test_signing_out_clears_the_browser_but_for_a_text_that_waits_for_somebody_else(
    client: FlaskClient, person: Person
) -> None:
    sign_in(client, person)
    assert client.post("/sign-out").headers["Clear-Site-Data"] == '"storage"'
    sign_in(client, person)
    assert "Clear-Site-Data" not in client.post("/sign-out", data={"others": "kept"}).headers


def test_who_is_signed_in_is_told_with_a_token_and_to_nobody_else(client: FlaskClient, person: Person) -> None:
    assert client.get("/who").json == {"person": 0}
    sign_in(client, person)
    told = client.get("/who")
    assert (told.json["person"], set(told.json), told.headers["Cache-Control"]) == (
        person.id,
        {"person", "token"},
        "no-store",
    )
    assert "Access-Control-Allow-Origin" not in told.headers


def test_typing_on_one_page_for_days_keeps_the_sign_in_alive(
    client: FlaskClient, person: Person, clock: StandingClock
) -> None:
    sign_in(client, person)
    for _ in range(4):
        clock.go(days=2)
        client.post("/account/password", data={"current": "", "new": ""})
    assert client.get("/account").status_code == 200
