"""What everybody may read: the page that proves a recognition, its badge, its JSON, and the directory by consent alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from xml.etree.ElementTree import fromstring

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.pace import EXTENSION, PER_MINUTE, Pace
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from portal.recognition.daily import take_due_steps
from portal.recognition.models import Award, Standing
from portal.recognition.publishing import choose, listing_of
from tests.conftest import StandingClock
from tests.factories import browser, make_award, make_partnership, make_person, make_program

ON, UNTIL = date(2025, 10, 1), date(2028, 10, 1)


@pytest.fixture
def partnership(staged: Callable[..., Partnership]) -> Partnership:
    return staged(riverbend)


def riverbend(_app: Flask) -> Partnership:
    return make_partnership("riverbend")


def recognized(
    partnership: Partnership, name: str, until: date = UNTIL, listed: bool = False, **facts: object
) -> Program:
    program = make_program(partnership, name=name, **facts)
    make_award(program, ON, until)
    if listed:
        choose(program.id, True, make_person(Role.PROGRAM_ADMINISTRATOR, program).id)
    return program


def address(program: Program) -> str:
    db.session.rollback()
    return f"/partners/{listing_of(program.id).address}"


def names(client: FlaskClient, query: str = "") -> list[str]:
    return [one["program"] for one in client.get(f"/partners.json{query}").json["partners"]]


def test_page_and_json_say_what_is_public_and_nothing_else(client: FlaskClient, partnership: Partnership) -> None:
    where = address(recognized(partnership, "River <b> Mentors", key_leader_name="Lee Dorn", phone="555-0199"))
    page, found = client.get(where), client.get(f"{where}/status.json")
    assert page.status_code == 200
    assert [
        one in page.text for one in ("River &lt;b&gt; Mentors", "Dedicated Partner", "October 1, 2028", "is current.")
    ] == [True] * 4
    assert [one in page.text for one in ("Lee Dorn", "555-0199", "conditions", "in practice")] == [False] * 4
    assert found.json == {
        "version": 1, "program": "River <b> Mentors", "partnership": "Riverbend Mentoring", "tier": "Dedicated Partner",
        "since": "2025-10-01", "until": "2028-10-01", "current": True, "ended_on": None,
        "page": f"http://localhost{where}", "badge": f"http://localhost{where}/badge.svg",
    }  # fmt: skip
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert ("Access-Control-Allow-Origin" in page.headers, page.headers["X-Robots-Tag"]) == (False, "noindex")
    assert {one.headers["Cache-Control"] for one in (page, found)} == {"public, max-age=300"}
    again = client.get(f"{where}/status.json", headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304


def test_signed_in_page_is_kept_by_nobody(app: Flask, partnership: Partnership) -> None:
    reply = browser(app, make_person(Role.REVIEWER, partnership)).get("/partners")
    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-store")


def test_badge_is_a_picture_without_scripts_that_other_sites_may_show(
    client: FlaskClient, partnership: Partnership
) -> None:
    where = address(recognized(partnership, "River & Friends"))
    svg, small, large = (client.get(f"{where}/{name}") for name in ("badge.svg", "badge.png", "badge-2x.png"))
    root = fromstring(svg.data)  # noqa: S314 (our own drawing)
    tags = {one.tag.rpartition("}")[2] for one in root.iter()}
    assert tags == {"svg", "title", "rect", "path", "circle", "text"}
    assert (
        root.get("aria-label") == "River & Friends: Dedicated Partner of Riverbend Mentoring, held to October 1, 2028"
    )
    for reply in (svg, small, large):
        assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert reply.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert reply.headers["Cache-Control"] == "public, max-age=300"
    assert [Image.open(io.BytesIO(one.data)).size for one in (small, large)] == [(340, 112), (680, 224)]
    assert client.get(f"{where}/badge.png").data == small.data
    assert len(large.data) < 20_000
    assert client.get(f"{where}/badge-3x.png").status_code == 404


def test_badge_of_names_with_control_signs_is_well_formed(client: FlaskClient, partnership: Partnership) -> None:
    with unit_of_work():
        partnership.name = "Riverbend\x07 Mentoring"
    where = address(recognized(partnership, "River\x1b\x07 Friends"))
    root = fromstring(client.get(f"{where}/badge.svg").data)  # noqa: S314 (our own drawing)
    said = "River Friends: Dedicated Partner of Riverbend Mentoring, held to October 1, 2028"
    assert root.get("aria-label") == said
    assert "Riverbend Mentoring" in [one.text for one in root.iter()]
    assert client.get(f"{where}/badge.png").status_code == 200


def test_ended_badge_says_so_at_the_same_address(
    client: FlaskClient, partnership: Partnership, clock: StandingClock
) -> None:
    program = recognized(partnership, "River Mentors", until=date(2026, 10, 1), listed=True)
    where = address(program)
    before = client.get(f"{where}/badge.png").data
    clock.go(days=1)
    for _ in range(2):  # before and after the worker wrote it down
        svg, found, page = client.get(f"{where}/badge.svg"), client.get(f"{where}/status.json").json, client.get(where)
        assert ("No longer current" in svg.text, "Held to" in svg.text, page.status_code) == (True, False, 200)
        assert (found["current"], found["ended_on"]) == (False, "2026-10-02")
        assert "no longer current,</strong> since October 2, 2026" in page.text
        assert client.get(f"{where}/badge.png").data != before
        take_due_steps()
    assert names(client) == []


def test_unknown_address_is_told_in_words(client: FlaskClient, partnership: Partnership) -> None:
    recognized(partnership, "River Mentors")
    for path in ("", "/badge.svg", "/badge.png", "/status.json"):
        assert client.get(f"/partners/0123456789abcdef{path}").status_code == 404


def test_only_who_agreed_is_listed_and_taking_it_back_counts_at_once(
    app: Flask, client: FlaskClient, partnership: Partnership
) -> None:
    shy, program = (
        recognized(partnership, "Quiet Mentors"),
        recognized(partnership, "River Mentors", description="We meet weekly."),
    )
    runner, helper = make_person(Role.PROGRAM_ADMINISTRATOR, program), make_person(Role.CONTRIBUTOR, program)
    assert names(client) == []
    where, own = f"/programs/{program.id}/directory", browser(app, runner)
    asked = own.get(where).text
    assert [one in asked for one in ("We meet weekly.", "It is not listed now", "The address cannot be guessed")] == [
        True
    ] * 3
    assert own.post(where, data={"listed": "yes"}).status_code == 303
    assert (names(client), "X-Robots-Tag" in client.get(address(program)).headers) == (["River Mentors"], False)
    assert ["Quiet" in client.get("/partners").text, client.get(address(shy)).status_code] == [False, 200]
    assert runner.name in own.get(f"/programs/{program.id}/recognition").text
    assert own.post(where, data={"listed": "no"}).status_code == 303
    assert names(client) == []
    deeds = db.session.scalars(
        select(AuditEntry.deed).where(AuditEntry.deed.startswith("listing")).order_by(AuditEntry.id)
    ).all()
    assert deeds == ["listing agreed to", "listing taken back"]
    for person in (helper, make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership)):
        assert browser(app, person).post(where, data={"listed": "yes"}).status_code == 403
    assert names(client) == []


def test_program_that_was_never_recognized_cannot_be_listed(app: Flask, partnership: Partnership) -> None:
    program = make_program(partnership)
    client = browser(app, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    assert client.post(f"/programs/{program.id}/directory", data={"listed": "yes"}).status_code == 409
    assert "can be listed once it is recognized" in client.get(f"/programs/{program.id}/directory").text
    assert "is not recognized yet" in client.get(f"/programs/{program.id}/recognition").text


def test_directory_filters_and_its_queries_do_not_grow(
    client: FlaskClient, partnership: Partnership, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    recognized(
        partnership,
        "A Lunch",
        listed=True,
        place="Granton",
        zip_code="55401",
        youth_max_age=9,
        web="javascript:alert(1)",
    )
    alone = count_queries(lambda: client.get("/partners"))
    recognized(partnership, "B Peers", listed=True, place="100% Town", zip_code="19103", model="peer", youth_min_age=10)
    recognized(
        make_partnership("northlake", ("northlake",)), "C Circle", listed=True, place="Granton", zip_code="55407"
    )
    for query, found in (
        ("?place=554", ["A Lunch", "C Circle"]), ("?place=55407", ["C Circle"]), ("?place=grant", ["A Lunch", "C Circle"]),
        ("?place=%25", ["B Peers"]), ("?age=9", ["A Lunch", "C Circle"]), ("?model=peer", ["B Peers"]),
        ("?tier=Quality+Partner", ["C Circle"]), ("?partnership=riverbend", ["A Lunch", "B Peers"]),
        ("?partnership=riverbend&age=14", ["B Peers"]), ("?tier=None", []), ("?page=7", ["A Lunch", "B Peers", "C Circle"]),
    ):  # fmt: skip
        assert (query, names(client, query)) == (query, found)
    assert (count_queries(lambda: client.get("/partners")), alone) == (3, 3)
    assert "javascript:" not in client.get("/partners").text
    wrong = client.get("/partners?age=old&place=554")
    assert [wrong.status_code, 'value="old"' in wrong.text, "Enter an age from 1 to 25" in wrong.text] == [
        422,
        True,
        True,
    ]
    assert client.get("/partners.json?age=99").status_code == 422
    with unit_of_work():
        for number in range(19):
            program = make_program(partnership, name=f"D {number:02}")
            make_award(program, ON, UNTIL)
            listing_of(program.id).listed = True
    assert [len(names(client)), names(client, "?page=2")] == [20, ["D 17", "D 18"]]
    assert 'href="/partners?page=2' in client.get("/partners").text


def test_address_that_asks_too_often_has_to_wait(app: Flask, client: FlaskClient, clock: StandingClock) -> None:
    pace = app.extensions[EXTENSION] = Pace()
    for _ in range(PER_MINUTE - 1):
        pace.seconds_to_wait("127.0.0.1", clock().timestamp())
    last, late = client.get("/partners.json"), client.get("/partners.json")
    clock.go(minutes=1)
    after = client.get("/partners.json")
    app.extensions.pop(EXTENSION)
    assert (last.status_code, late.status_code, late.headers["Retry-After"], after.status_code) == (200, 429, "60", 200)
    assert "Please try again in 60 seconds." in late.text


def test_directory_takes_only_the_newest_recognition_of_a_program(
    client: FlaskClient, partnership: Partnership
) -> None:
    program = recognized(partnership, "River Mentors", listed=True)
    old = db.session.scalars(select(Award)).one()
    with unit_of_work():
        old.cycle.number = 0
    newer = make_award(program, date(2026, 10, 1), date(2029, 10, 1))
    with unit_of_work():
        old.standing = Standing.HELD  # as two could once be held
    assert [(one["program"], one["until"]) for one in client.get("/partners.json").json["partners"]] == [
        ("River Mentors", "2029-10-01")
    ]
    with unit_of_work():
        newer.standing = Standing.WITHDRAWN
    assert names(client) == []
