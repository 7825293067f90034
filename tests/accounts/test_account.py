"""The account page: every open sign-in with its times and a way to end it, and the change of the password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.browsers import in_words
from portal.accounts.models import Person, SignIn
from portal.accounts.queries import open_sessions
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.outbox import Message
from tests.accounts.hashes import with_password
from tests.conftest import StandingClock
from tests.factories import make_partnership, make_person, make_program, sign_in

PASSWORD = "three calm words"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0"


def member(_app: Flask) -> Person:
    """Build somebody with a password and a place."""
    return with_password(
        make_person(Role.CONTRIBUTOR, make_program(make_partnership("lakeside"), name="Fresh Tracks")), PASSWORD
    )


@pytest.fixture
def person(staged: Callable[..., Person]) -> Person:
    return staged(member)


def change(client: FlaskClient, current: str, new: str):
    return client.post("/account/password", data={"current": current, "new": new})


def test_every_sign_in_is_listed_with_its_times_and_a_way_to_end_it(
    app: Flask, person: Person, clock: StandingClock
) -> None:
    here, there = app.test_client(), app.test_client()
    there.post("/sign-in", data={"email": person.email, "password": PASSWORD}, headers={"User-Agent": FIREFOX})
    clock.go(days=1)
    sign_in(here, person)
    page = here.get("/account").text
    other = db.session.scalars(select(SignIn.id).order_by(SignIn.id)).first()
    assert "Firefox on Windows" in page
    assert page.count("October 1, 2026, 14:02") == 3  # since, last used, and in the words of the button
    assert "Sign out here" in page
    assert f'action="/account/sessions/{other}/end"' in page
    assert here.post(f"/account/sessions/{other}/end").status_code == 303
    assert there.get("/account").status_code == 303
    assert f"/account/sessions/{other}/end" not in here.get("/account").text


def test_sign_in_of_somebody_else_cannot_be_ended(app: Flask, person: Person) -> None:
    mine, theirs = app.test_client(), app.test_client()
    sign_in(mine, person)
    sign_in(theirs, make_person())
    other = db.session.scalars(select(SignIn.id).order_by(SignIn.id.desc())).first()
    mine.post(f"/account/sessions/{other}/end")
    assert theirs.get("/account").status_code == 200


def test_sign_in_that_ended_by_itself_is_not_listed(client: FlaskClient, person: Person, clock: StandingClock) -> None:
    sign_in(client, person)
    clock.go(days=2)
    assert len(open_sessions(person.id)) == 1
    clock.go(days=1, seconds=1)
    assert open_sessions(person.id) == []


def test_changed_password_is_told_by_mail(client: FlaskClient, person: Person) -> None:
    sign_in(client, person)
    assert change(client, PASSWORD, "another calm set of words").status_code == 303
    told = db.session.scalars(select(Message)).one()
    assert (told.to_email, told.partnership_id) == (person.email, None)
    assert "http://localhost/forgot-password" in told.text


@pytest.mark.parametrize("current", ["", "not it"])
def test_change_without_the_current_password_is_refused_and_keeps_the_new_one(
    client: FlaskClient, person: Person, current: str
) -> None:
    sign_in(client, person)
    refused = change(client, current, "another calm set of words")
    assert (refused.status_code, "This is not your current password." in refused.text) == (422, True)
    assert 'value="another calm set of words"' in refused.text
    assert current == "" or current not in refused.text
    assert db.session.scalars(select(Message)).all() == []


def test_guessing_the_current_password_has_to_wait_after_ten_tries(
    client: FlaskClient, person: Person, clock: StandingClock
) -> None:
    sign_in(client, person)
    for _ in range(10):
        change(client, "not it", "another calm set of words")
    assert "too many tries" in change(client, PASSWORD, "another calm set of words").text
    clock.go(minutes=16)
    assert change(client, PASSWORD, "another calm set of words").status_code == 303


def test_long_passwords_count_to_the_last_character(client: FlaskClient, person: Person) -> None:
    long = ("kq7vz1mxp0w3 " * 20)[:127]
    sign_in(client, person)
    assert change(client, PASSWORD, long + "a").status_code == 303
    assert client.post("/sign-in", data={"email": person.email, "password": long + "b"}).status_code == 422
    assert client.post("/sign-in", data={"email": person.email, "password": long + "a"}).status_code == 303


@pytest.mark.parametrize("new", ["password123456", "freshtracks1", "Lakeside Mentoring 1"])
def test_password_others_would_guess_is_refused(client: FlaskClient, person: Person, new: str) -> None:
    sign_in(client, person)
    refused = change(client, PASSWORD, new)
    assert (refused.status_code, "easy to guess" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.6 Safari/605.1.15", "Safari on Mac"),
        ("curl/8.14.1", "curl/8.14.1"),
        ("unknown browser", "unknown browser"),
    ],
)  # fmt: skip
def test_browser_is_named_in_words(agent: str, words: str) -> None:
    assert in_words(agent) == words
