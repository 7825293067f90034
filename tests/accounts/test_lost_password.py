"""A lost password: the same answer for every address, a link that works once and for an hour, and what it ends."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import services, tries
from portal.accounts.models import Invitation, PasswordReset, Person, SignIn, SignInTry
from portal.foundation import jobs
from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.jobs import Job
from portal.foundation.outbox import Message
from tests.accounts.hashes import with_password
from tests.conftest import StandingClock
from tests.factories import make_partnership, make_person, make_program, sign_in

OLD, NEW = "three calm words", "another calm set of words"


def member(_app: Flask) -> Person:
    return with_password(make_person(Role.PROGRAM_ADMINISTRATOR, make_program(make_partnership())), OLD)


@pytest.fixture
def person(staged: Callable[..., Person]) -> Person:
    return staged(member)


def ask(client: FlaskClient, email: str, address: str = "192.0.2.7"):
    return client.post("/forgot-password", data={"email": email}, environ_base={"REMOTE_ADDR": address})


def work() -> None:
    while jobs.run_next():
        pass


def letters(kind: str = "password-link") -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.key.like(f"{kind}:%")).order_by(Message.id)))


def newest_link(client: FlaskClient, email: str) -> str:
    ask(client, email)
    work()
    return re.search(r"http://localhost(/new-password/\S+)", letters()[-1].text).group(1)


def test_link_leads_to_a_new_password_and_works_once(client: FlaskClient, person: Person) -> None:
    link = newest_link(client, f"  {person.email.upper()} ")
    assert (letters()[0].to_email, letters()[0].partnership_id) == (person.email, None)  # no administrator lists it
    assert person.email in client.get(link).text
    assert client.get(link).status_code == 200  # a mail scanner that looks does not use it up
    chosen = client.post(link, data={"new": NEW})
    assert (chosen.status_code, chosen.location) == (303, "/sign-in")
    assert "Your new password is set." in client.get("/sign-in").text
    assert client.get("/account").status_code == 303  # not signed in by the link alone
    for reply in (client.get(link), client.post(link, data={"new": "yet another set of words"})):
        assert (reply.status_code, "Ask for a new link" in reply.text) == (410, True)
    assert client.post("/sign-in", data={"email": person.email, "password": OLD}).status_code == 422
    assert client.post("/sign-in", data={"email": person.email, "password": NEW}).status_code == 303


def test_new_password_ends_every_sign_in_is_recorded_and_mailed(app: Flask, person: Person) -> None:
    there, here = app.test_client(), app.test_client()
    sign_in(there, person)
    assert there.get("/account").status_code == 200
    here.post(newest_link(here, person.email), data={"new": NEW})
    assert there.get("/account").status_code == 303
    assert [one.ended_at is None for one in db.session.scalars(select(SignIn))] == [False]
    deeds = db.session.scalars(select(AuditEntry.deed).where(AuditEntry.person_id == person.id)).all()
    assert deeds == ["password link asked", "password chosen by link"]
    (told,) = letters("password-changed")
    assert (told.to_email, told.subject) == (person.email, "Your password for the NQMS Portal was changed")
    assert NEW not in told.text


def test_answer_and_work_are_the_same_for_every_address(
    client: FlaskClient, person: Person, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    disabled, fictional = with_password(make_person(), OLD), make_person()
    with unit_of_work() as session:
        session.get_one(Person, disabled.id).disabled_at = disabled.created_at
        session.get_one(Person, fictional.id).fictional = True
    emails = [person.email, "nobody@example.org", disabled.email, fictional.email, "no\0body@example.org"]
    ask(client, "first@example.org")  # whatever only a first request does is done
    counts, replies = set(), []
    for email in emails[:4]:
        counts.add(count_queries(lambda email=email: replies.append(ask(client, email))))
    assert {(one.status_code, one.location, one.text) for one in replies} == {
        (303, "/forgot-password/sent", replies[0].text)
    }
    assert len(counts) == 1
    assert ask(client, emails[4]).status_code == 422
    assert "If we know this address, a link is on its way." in client.get("/forgot-password/sent").text
    work()
    assert [one.to_email for one in letters()] == [person.email]
    kept = " ".join(str(one.payload) for one in db.session.scalars(select(Job)))
    assert "nobody" not in kept  # an address nobody has is stored nowhere


def test_newer_link_withdraws_the_older(client: FlaskClient, person: Person) -> None:
    older = newest_link(client, person.email)
    newer = newest_link(client, person.email)
    assert client.get(older).status_code == 410
    assert client.post(older, data={"new": NEW}).status_code == 410
    assert client.post(newer, data={"new": NEW}).status_code == 303


def test_link_is_over_after_an_hour(client: FlaskClient, person: Person, clock: StandingClock) -> None:
    link = newest_link(client, person.email)
    clock.go(minutes=59)
    assert client.get(link).status_code == 200
    clock.go(minutes=1, seconds=1)
    assert client.get(link).status_code == 410
    assert client.post(link, data={"new": NEW}).status_code == 410
    assert client.post("/sign-in", data={"email": person.email, "password": OLD}).status_code == 303


def test_link_of_a_disabled_person_is_over(client: FlaskClient, person: Person, clock: StandingClock) -> None:
    link = newest_link(client, person.email)
    with unit_of_work() as session:
        session.get_one(Person, person.id).disabled_at = clock()
    assert client.post(link, data={"new": NEW}).status_code == 410


def test_link_is_over_once_the_password_was_changed_by_hand(client: FlaskClient, person: Person) -> None:
    link = newest_link(client, person.email)
    sign_in(client, person)
    assert client.post("/account/password", data={"current": OLD, "new": NEW}).status_code == 303
    assert client.get(link).status_code == 410
    assert [one.to_email for one in letters("password-changed")] == [person.email]


def test_every_open_invitation_is_over_once_a_password_is_chosen(client: FlaskClient, app: Flask) -> None:
    links = []
    for _ in range(2):
        program = make_program(make_partnership())
        services.invite(
            "Ana", "ana@example.org", Role.CONTRIBUTOR, program_id=program.id, place="x", by_id=None,
            mail_partnership_id=None, base_url="http://localhost",
        )  # fmt: skip
        links.append(re.search(r"http://localhost(\S+)", letters("invitation")[-1].text).group(1))
    assert [client.get(link).status_code for link in links] == [200, 200]
    client.post(newest_link(client, "ana@example.org"), data={"new": NEW})
    assert [client.get(link).status_code for link in links] == [410, 410]
    assert None not in db.session.scalars(select(Invitation.used_at)).all()


def test_database_holds_no_token(client: FlaskClient, person: Person) -> None:
    token = newest_link(client, person.email).rpartition("/")[2]
    row = db.session.scalars(select(PasswordReset)).one()
    assert row.token_hash == services.digest(token)
    assert token not in str(db.session.scalars(select(Job.payload)).all())


def test_dead_link_is_taken_out_of_its_mail(client: FlaskClient, person: Person, clock: StandingClock) -> None:
    token = newest_link(client, person.email).rpartition("/")[2]
    services.prune()
    assert token in letters()[0].text
    clock.go(minutes=61)
    services.prune()
    assert (letters()[0].text, letters()[0].next_try_at) == (services.LINK_GONE, None)
    clock.go(days=2)
    services.prune()
    assert (db.session.scalars(select(PasswordReset)).all(), db.session.scalars(select(Job)).all()) == ([], [])


@pytest.mark.parametrize("email", ["nobody@example.org", "known"])
def test_sixth_request_for_one_address_within_an_hour_has_to_wait(
    client: FlaskClient, person: Person, clock: StandingClock, email: str
) -> None:
    email = person.email if email == "known" else email
    for number in range(5):
        assert ask(client, email, f"192.0.2.{number}").status_code == 303
    refused = ask(client, email, "198.51.100.1")
    assert (refused.status_code, "too many requests" in refused.text) == (422, True)
    assert f'value="{email}"' in refused.text
    assert client.post("/sign-in", data={"email": person.email, "password": OLD}).status_code == 303  # counted apart
    clock.go(hours=1, seconds=1)
    assert ask(client, email).status_code == 303


def test_fifty_first_request_from_one_network_address_has_to_wait(client: FlaskClient, clock: StandingClock) -> None:
    with unit_of_work():  # as many as 49 requests leave
        for number in range(49):
            tries.note(tries.PASSWORD_LINK, f"somebody{number}@example.org", "192.0.2.7")
    assert ask(client, "somebody@example.org").status_code == 303
    assert len(set(db.session.scalars(select(SignInTry.address_key)))) == 1
    assert ask(client, "somebody-else@example.org").status_code == 422
    spoofed = client.post(
        "/forgot-password",
        data={"email": "somebody-else@example.org"},
        headers={"X-Forwarded-For": "203.0.113.9"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert spoofed.status_code == 422
    assert ask(client, "somebody-else@example.org", "198.51.100.1").status_code == 303


def test_owner_locked_out_by_wrong_guesses_gets_in_by_the_link(client: FlaskClient, person: Person) -> None:
    for _ in range(10):
        client.post("/sign-in", data={"email": person.email, "password": "wrong password"})
    locked = client.post("/sign-in", data={"email": person.email, "password": OLD})
    assert "too many tries" in locked.text
    client.post(newest_link(client, person.email), data={"new": NEW})
    assert client.post("/sign-in", data={"email": person.email, "password": NEW}).status_code == 303


@pytest.mark.parametrize("email", ["", "nobody", "@example.org", "a" * 250 + "@example.org"])
def test_unreadable_address_is_refused_and_stays_typed(client: FlaskClient, email: str) -> None:
    refused = ask(client, email)
    assert (refused.status_code, f'value="{email}"' in refused.text) == (422, True)
    assert db.session.scalars(select(Job)).all() == []


def test_refused_password_stays_typed_and_leaves_the_link_open(client: FlaskClient, person: Person) -> None:
    link = newest_link(client, person.email)
    refused = client.post(link, data={"new": "password123456"})
    assert (refused.status_code, 'value="password123456"' in refused.text) == (422, True)
    assert "easy to guess" in refused.text
    assert refused.headers["Referrer-Policy"] == "no-referrer"
    assert client.post(link, data={"new": NEW}).status_code == 303


@pytest.fixture
def guarded(make_app: Callable[..., Flask]):
    """Give an app that asks for CSRF tokens, and an open link."""
    app = make_app()
    with app.app_context():
        link = newest_link(app.test_client(), with_password(make_person(), OLD).email)
        app.config["WTF_CSRF_ENABLED"] = True
        yield app, link


def csrf_token(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)


def test_password_is_chosen_over_https_though_the_browser_sends_no_referer(guarded) -> None:
    app, link = guarded
    browser = app.test_client()
    page = browser.get(link, base_url="https://localhost")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    data = {"new": NEW, "csrf_token": csrf_token(page.text)}
    assert browser.post(link, base_url="https://localhost", data=data).status_code == 303


@pytest.mark.parametrize("token", [None, "made-up"])
def test_password_without_a_valid_form_token_is_refused(guarded, token: str | None) -> None:
    app, link = guarded
    browser = app.test_client()
    browser.get(link)
    assert browser.post(link, data={"new": NEW} | ({"csrf_token": token} if token else {})).status_code == 400
    assert browser.get(link).status_code == 200  # still open


def test_password_chosen_from_another_site_is_refused(guarded) -> None:
    app, link = guarded
    browser = app.test_client()
    data = {"new": NEW, "csrf_token": csrf_token(browser.get(link).text)}
    assert browser.post(link, data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.post(link, data=data).status_code == 303


def test_demo_says_that_its_people_have_no_password(make_app: Callable[..., Flask]) -> None:
    app = make_app(DEMO=True)
    with app.app_context():
        browser, made_up = app.test_client(), make_person()
        with unit_of_work() as session:
            session.get_one(Person, made_up.id).fictional = True
        assert "The people of this demo have no password" in browser.get("/sign-in").text
        assert "The people of this demo have no password" in browser.get("/forgot-password").text
        assert ask(browser, made_up.email).status_code == 303
        assert "Demo mail" in browser.get("/forgot-password/sent").text
        work()
        assert letters() == []
        sign_in(browser, made_up)
        assert "Made-up people of the demo have no password" in browser.get("/account").text
