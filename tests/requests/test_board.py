"""The staff's list of open matters: everything that waits, nothing of other partnerships, in a fixed number of queries."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.cycles.requests import ask_access, read_request
from portal.foundation import clock
from portal.foundation.access import Role
from portal.partnerships.models import Partnership
from portal.requests.queries import count_of_open_matters, open_matters
from tests.factories import ask_and_report, make_partnership, make_person, make_program, make_registration, sign_in


def fill(partnership: Partnership, name: str) -> None:
    """Let one matter of each kind wait."""
    make_registration(partnership, f"{name} registers")
    program = make_program(partnership, name)
    owner = make_person(Role.PROGRAM_ADMINISTRATOR, program)
    ask_and_report(program, owner, f"{name} asks")
    form = {"start_on": "2026-11-02", "helpers": "All of us"}
    ask_access(program.id, read_request(form, clock.local_day("America/New_York")), owner.id, "http://localhost")


@pytest.fixture
def partnership(app: Flask) -> Partnership:
    return make_partnership("riverbend")


@pytest.fixture
def reviewer(app: Flask, partnership: Partnership) -> FlaskClient:
    client = app.test_client()
    sign_in(client, make_person(Role.REVIEWER, partnership))
    return client


def test_board_lists_what_waits_here_with_counts_and_nothing_from_elsewhere(partnership, reviewer) -> None:
    fill(partnership, "Harbor")
    fill(make_partnership("northlake"), "Elsewhere")
    page = reviewer.get(f"/partnerships/{partnership.id}/open-matters").text
    assert re.findall(r"<h2>(.*?)</h2>", page) == [
        "New registrations (1)", "Requests for access (1)", "Questions (1)", "Changes at programs (1)",
    ]  # fmt: skip
    assert ["4 matters wait" in page, "Elsewhere" in page, "Harbor asks" in page] == [True, False, True]
    assert "Open matters (4)" in reviewer.get(f"/partnerships/{partnership.id}").text
    links = re.findall(r'<span class="what"><a href="([^"#]+)', page)
    assert [reviewer.get(link).status_code for link in links] == [200] * 4


def test_board_without_matters_says_so(partnership, reviewer) -> None:
    assert "Nothing waits for an answer." in reviewer.get(f"/partnerships/{partnership.id}/open-matters").text
    assert count_of_open_matters(partnership.id) == 0


def test_board_takes_as_many_queries_for_three_of_each_as_for_one(app: Flask, partnership, count_queries) -> None:
    fill(partnership, "One")
    at = partnership.id

    def read() -> None:
        matters = open_matters(at)
        assert [one.program.name for one in (*matters.access, *matters.advice, *matters.notices)]

    first = count_queries(read)
    fill(partnership, "Two")
    fill(partnership, "Three")
    assert (first, count_queries(read), count_queries(lambda: count_of_open_matters(at))) == (5, 5, 1)
    assert (count_of_open_matters(at), open_matters(at).count) == (12, 12)
