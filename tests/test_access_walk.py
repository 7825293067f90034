"""Every route, visited as every role, as a member of the other partnership, and as a stranger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import CycleState
from portal.foundation import pace
from portal.foundation.access import PROGRAM_ROLES, ROUTES, TABLE, Action, Open, Role
from portal.foundation.database import unit_of_work
from tests.factories import (
    ask_and_report,
    make_partnership,
    make_person,
    make_program,
    make_registration,
    sign_in,
    submitted_cycle,
)  # fmt: skip

# What stands in an address besides the world's own rows; any other number is of nothing that is there.
ARGUMENTS = {"key": "s-2", "code": "B.2.3", "kind": "plan", "paper": "letter", "token": "nothing-known", "name": "x",
             "number": 1, "registration_id": 1, "advice_id": 1, "notice_id": 1, "address": "nobody-knows", "scale": 2,
             "word": "answers", "message_id": 1, "language": "en"}  # fmt: skip


@dataclass(frozen=True)
class World:
    partnership_id: int
    program_id: int
    cycle_id: int
    people: dict[Role, Person]
    elsewhere: dict[Role, Person]
    stranger: Person


def whole_world(_app: Flask) -> World:
    """Build two partnerships with a program each, and somebody in every role."""
    here, there = make_partnership("here"), make_partnership("there")
    program, other = make_program(here), make_program(there)
    people = {role: make_person(role, program if role in PROGRAM_ROLES else here) for role in Role}
    elsewhere = {role: make_person(role, other if role in PROGRAM_ROLES else there) for role in Role}
    cycle = submitted_cycle(program, people[Role.PROGRAM_ADMINISTRATOR])
    make_registration(here)
    ask_and_report(program, people[Role.PROGRAM_ADMINISTRATOR])
    with unit_of_work():  # the results are issued, so that everybody of the program may read them
        cycle.state, cycle.plan_issued_on = CycleState.PLAN_ISSUED, date(2026, 10, 1)
    return World(here.id, program.id, cycle.id, people, elsewhere, make_person())


@pytest.fixture
def world(staged: Callable[..., World]) -> World:
    return staged(whole_world)


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return endpoint, method and address pattern of every route."""
    return [
        (rule.endpoint, method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def address(app: Flask, world: World, endpoint: str, pattern: str) -> str:
    values: dict[str, object] = {
        **ARGUMENTS, "partnership_id": world.partnership_id, "program_id": world.program_id, "cycle_id": world.cycle_id,
    }  # fmt: skip
    rule = next(r for r in app.url_map.iter_rules(endpoint) if r.rule == pattern)
    return app.url_map.bind("localhost").build(endpoint, {name: values.get(name, 999_999) for name in rule.arguments})


@contextmanager
def signed_in(app: Flask, people: Iterable[Person]) -> Iterator[list[FlaskClient]]:
    """Give a browser for each person, who must still be signed in when the walk is over."""
    clients = []
    for person in people:
        clients.append(app.test_client())
        sign_in(clients[-1], person)
    yield clients
    assert {client.get("/account").status_code for client in clients} == {200}


def test_every_route_has_a_row_in_the_access_table_and_every_row_a_route(app: Flask) -> None:
    assert {endpoint for endpoint, _, _ in routes(app)} == set(ROUTES)


def test_every_action_has_roles() -> None:
    assert set(TABLE) == set(Action)
    assert all(TABLE.values())


@pytest.mark.walk
def test_every_route_answers_each_role_as_the_table_says(app: Flask, world: World) -> None:
    wrong = []
    with signed_in(app, world.people.values()) as clients:
        for endpoint, method, pattern in routes(app):
            rule = ROUTES[endpoint]
            if isinstance(rule, Open):
                continue
            where = address(app, world, endpoint, pattern)
            for role, client in zip(world.people, clients, strict=True):
                status = client.open(where, method=method).status_code
                if (status == 403) == (role in TABLE[rule]) and status != 404:
                    wrong.append((endpoint, method, role.value, status))
                if status >= 500 or (role not in TABLE[rule] and status not in (403, 404)):
                    wrong.append((endpoint, method, role.value, status))
    assert wrong == []


@pytest.mark.walk
def test_every_route_hides_from_the_other_partnership_and_from_people_without_a_role(app: Flask, world: World) -> None:
    seen = []
    others = (*world.elsewhere.values(), world.stranger)
    with signed_in(app, others) as clients:
        for endpoint, method, pattern in routes(app):
            if isinstance(ROUTES[endpoint], Open):
                continue
            where = address(app, world, endpoint, pattern)
            for person, client in zip(others, clients, strict=True):
                status = client.open(where, method=method).status_code
                if status != 404:
                    seen.append((endpoint, method, person.name, status))
    assert seen == []


def test_every_route_sends_a_visitor_without_account_to_the_sign_in(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, pace.EXTENSION, pace.Pace())  # counts what this walk asks, and nothing after it
    wrong = []
    for endpoint, method, pattern in routes(app):
        rule, client = ROUTES[endpoint], app.test_client()
        reply = client.open(address(app, world, endpoint, pattern), method=method)
        if rule in (Open.PUBLIC, Open.TOKEN, Open.DEMO):
            if reply.status_code >= 500:
                wrong.append((endpoint, method, reply.status_code))
        elif (reply.status_code, (reply.location or "").partition("?")[0]) != (303, "/sign-in"):
            wrong.append((endpoint, method, reply.status_code))
    assert wrong == []


def test_every_reply_carries_the_security_headers(app: Flask, world: World) -> None:
    client = app.test_client()
    for where in ("/", "/sign-in", "/no/such/page", f"/cycles/{world.cycle_id}", "/help"):
        headers = client.get(where).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"


def test_every_static_file_is_sent_as_what_it_is_and_over_https_asks_for_https(make_app: Callable[..., Flask]) -> None:
    for app, https in ((make_app(), None), (make_app(INSECURE=False), "max-age=31536000; includeSubDomains")):
        assert app.config["INSECURE"] is (https is None)
        with app.test_request_context():
            where = app.jinja_env.globals["asset"]("site.css")
        with app.test_client().get(where) as reply:
            headers = reply.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers.get("Strict-Transport-Security") == https
        assert "Access-Control-Allow-Origin" not in headers


def test_change_without_csrf_token_is_refused(make_app) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        person = make_person()
        client = app.test_client()
        sign_in(client, person)
        assert client.post("/sign-out").status_code == 400
        assert client.get("/account").status_code == 200


def test_change_started_by_another_site_is_refused(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, world.stranger)
    assert client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/account").status_code == 200


def test_request_above_the_size_limit_is_refused_in_words(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, world.people[Role.CONTRIBUTOR])
    reply = client.post(f"/cycles/{world.cycle_id}/answers/B.2.3", data={"B.2.3-notes": "x" * 1_100_000})
    assert reply.status_code == 413
    assert "too much at once" in reply.text
