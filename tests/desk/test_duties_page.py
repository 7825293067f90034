"""The desk's page and its file: the same rows, the same permission, sorted and chosen by plain links."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.cycles.models import CycleState
from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.partnerships.models import Partnership
from tests.factories import browser, make_cycle, make_partnership, make_person, make_program, make_registration

AT = "/partnerships/1/desk"


def build(app: Flask) -> tuple[Partnership, FlaskClient]:
    """Return a partnership with five matters, and its reviewer's browser."""
    made = make_partnership("here")
    for name, day in (("=HYPERLINK(1)", 1), ("Bridges, “B”", 22)):
        cycle = make_cycle(make_program(made, name))
        with unit_of_work():
            cycle.state, cycle.submitted_on = CycleState.SUBMITTED, date(2026, 9, day)
    make_registration(made, "Open Door Mentors")
    return made, browser(app, make_person(Role.REVIEWER, made))


@pytest.fixture
def cast(staged: Callable[..., tuple[Partnership, FlaskClient]]) -> tuple[Partnership, FlaskClient]:
    return staged(build)


@pytest.fixture
def here(cast: tuple[Partnership, FlaskClient]) -> Partnership:
    return cast[0]


@pytest.fixture
def staff(cast: tuple[Partnership, FlaskClient]) -> FlaskClient:
    return cast[1]


def rows(page: str) -> list[str]:
    """Return each row's program, as the page shows them."""
    found = re.findall(r'<td data-label="Program">(?:<a [^>]*>)?([^<]*)', page)
    return [one.replace("&#34;", '"') for one in found]


def read(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_page_says_what_is_late_and_what_belongs_to_this_week(staff: FlaskClient) -> None:
    page = staff.get(AT).text
    assert "1 matter is late. 4 matters belong to this week, of 5 in all." in page
    assert rows(page) == ["=HYPERLINK(1)", "Open Door Mentors", "Bridges, “B”", "=HYPERLINK(1)"]
    assert rows(staff.get(f"{AT}?show=late").text) == ["=HYPERLINK(1)"]
    everything = staff.get(f"{AT}?show=all").text
    assert len(rows(everything)) == 5
    assert len(rows(staff.get(f"{AT}?show=all&kind=contact&owner=none").text)) == 2
    assert rows(staff.get(f"{AT}?show=all&owner=mine").text) == []


def test_headings_are_links_that_sort_and_turn(staff: FlaskClient) -> None:
    first = staff.get(f"{AT}?show=all&kind=contact").text
    assert rows(first) == ["=HYPERLINK(1)", "Bridges, “B”"]
    link = re.search(r'href="([^".]*sort=program[^"]*)"', first).group(1).replace("&amp;", "&")
    assert link == f"{AT}?show=all&kind=contact&sort=program"
    sorted_once = staff.get(link).text
    turned = re.search(r'href="([^".]*sort=program[^"]*)"', sorted_once).group(1).replace("&amp;", "&")
    assert [rows(sorted_once), rows(staff.get(turned).text)] == [
        ["=HYPERLINK(1)", "Bridges, “B”"], ["Bridges, “B”", "=HYPERLINK(1)"],
    ]  # fmt: skip
    assert 'aria-sort="descending"' in staff.get(turned).text


def test_order_is_chosen_in_the_form_too_and_another_column_begins_upwards(staff: FlaskClient) -> None:
    page = staff.get(f"{AT}?show=all&kind=contact&sort=program&order=down").text
    assert '<option value="program" selected>Program, turned round</option>' in page
    sent = {"show": "all", "kind": "contact", "owner": "", "order": "down", "turned": "program"}  # as its form does
    same, other = (staff.get(AT, query_string=sent | {"sort": sort}).text for sort in ("program", "owner"))
    assert (rows(same), 'aria-sort="descending"' in same) == (rows(page), True)
    assert ('aria-sort="descending"' in other, 'aria-sort="ascending"' in other) == (False, True)


def test_file_holds_the_rows_of_the_page_and_no_formula(staff: FlaskClient) -> None:
    for query in ("", "?show=all&sort=program&order=down", "?show=late", "?kind=registration"):
        reply = staff.get(f"/partnerships/1/desk.csv{query}")
        assert (reply.status_code, reply.mimetype, reply.data[:3]) == (200, "text/csv", b"\xef\xbb\xbf")
        told = [row["Program"].removeprefix("'") for row in read(reply.data)]
        assert told == rows(staff.get(AT + query).text)
    late = read(staff.get("/partnerships/1/desk.csv?show=late").data)[0]
    assert (late["Program"], late["Days late"], late["In words"], late["Due"]) == (
        "'=HYPERLINK(1)", "16", "16 days late", "2026-09-15",
    )  # fmt: skip
    assert "desk-2026-10-01.csv" in staff.get("/partnerships/1/desk.csv").headers["Content-Disposition"]


def test_choice_nobody_offers_is_as_if_nothing_was_chosen(staff: FlaskClient) -> None:
    odd = f"{AT}?show=%00&kind=x&owner=-1&sort=%27&order=1&page=99999999999"
    assert rows(staff.get(odd).text) == rows(staff.get(AT).text)
    assert rows(staff.get(f"{AT}?page=7").text) == []


def test_file_and_page_are_for_the_staff_of_this_partnership_alone(app: Flask, here: Partnership) -> None:
    program = make_program(here)
    people = [make_person(Role.PROGRAM_ADMINISTRATOR, program), make_person(Role.REVIEWER, make_partnership("there"))]
    seen = [browser(app, one).get(AT + end).status_code for one in people for end in ("", ".csv")]
    assert seen == [404, 404, 404, 404]
