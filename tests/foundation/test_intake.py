"""Requests no browser sends: numbers no database holds, bodies cut into chunks, forms that are no forms."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.foundation.access import ROUTES, Role
from portal.foundation.config import MAX_REQUEST_BYTES
from tests.factories import make_partnership, make_person, make_program, sign_in


def addresses(app: Flask, number: int) -> Iterator[tuple[str, str, str]]:
    """Return each address that names a row, with this number in it, and its methods, after the room it belongs to."""
    values = {"key": "s-2", "code": "B.2.3", "kind": "plan", "paper": "letter"}
    for rule in app.url_map.iter_rules():
        if not {name for name in rule.arguments if name.endswith("_id")} or rule.endpoint not in ROUTES:
            continue
        where = rule.rule
        for name in rule.arguments:
            where = where.replace(f"<int:{name}>", str(number)).replace(f"<{name}>", values.get(name, "x"))
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint.partition(".")[0], method, where


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
def test_address_with_a_number_no_database_holds_is_not_found(app: Flask, client: FlaskClient, number: int) -> None:
    """The router says so of every address, before any view; what comes of that is asked once a room and method."""
    router = app.url_map.bind("localhost")
    known = [router.test(where, method) for _, method, where in addresses(app, 7)]
    assert (len(known) > 30, set(known)) == (True, {True})
    assert [where for _, method, where in addresses(app, number) if router.test(where, method)] == []
    sign_in(client, make_person(Role.PARTNERSHIP_ADMINISTRATOR, make_partnership()))
    asked = {(room, method): where for room, method, where in addresses(app, number)}
    assert {client.open(where, method=method).status_code for (_, method), where in asked.items()} == {404}


def chunked(client: FlaskClient, body: bytes):
    return client.post(
        "/sign-in", input_stream=io.BytesIO(body), content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip


def test_body_in_chunks_over_the_limit_is_refused_and_not_cut_off(client: FlaskClient) -> None:
    start = b"email=a@example.org&password=wrong&more="
    assert chunked(client, start + b"x" * 1000).status_code == 422
    reply = chunked(client, start + b"x" * MAX_REQUEST_BYTES)
    assert reply.status_code == 413
    assert "Nothing was stored" in reply.text


@pytest.mark.parametrize(
    "body", ['{"email": 5, "password": 6}', '{"email": ["a"], "password": {}}', "[1, 2]", '{"email": "\\ud800"}', "5"]
)
def test_sign_in_sent_as_json_is_an_empty_form(client: FlaskClient, body: str) -> None:
    reply = client.post("/sign-in", data=body, content_type="application/json")
    assert reply.status_code == 422
    assert "Enter your e-mail address." in reply.text


def test_sign_in_with_a_file_for_an_address_is_an_empty_form(client: FlaskClient) -> None:
    reply = client.post("/sign-in", data={"email": (io.BytesIO(b"a@example.org"), "name.txt"), "password": "x"})
    assert reply.status_code == 422


def test_password_change_sent_as_json_is_refused_in_words(client: FlaskClient) -> None:
    sign_in(client, make_person(Role.CONTRIBUTOR, make_program(make_partnership())))
    reply = client.post("/account/password", data='{"current": 5, "new": 6}', content_type="application/json")
    assert reply.status_code == 422
    assert "Use at least 10 characters." in reply.text
