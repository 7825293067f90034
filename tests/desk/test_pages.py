"""The program's page and the partnership's desk tell each reader the truth about the next step."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.partnerships.models import Partnership
from tests.factories import make_cycle, make_partnership, make_person, make_program, sign_in, submitted_cycle


@pytest.fixture
def partnership(app: Flask) -> Partnership:
    return make_partnership("riverbend", plugins=("national",))


def submitted(_app: Flask) -> Cycle:
    program = make_program(make_partnership("riverbend", plugins=("national",)))
    return submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))


def client_of(app: Flask, role: Role, place: object) -> FlaskClient:
    client = app.test_client()
    sign_in(client, make_person(role, place))
    return client


def steps_of(page: str) -> list[tuple[str, str]]:
    """Return each step's state and words."""
    steps = re.search(r'<ol class="steps">(.*?)</ol>', page, re.S).group(1)
    found = re.findall(r'<li(?: class="(\w+)")?>(.*?)(?: <span class="soft small">.*?)?</li>', steps)
    return [(state, words) for state, words in found]


def test_program_in_progress_is_not_called_submitted(app: Flask, partnership: Partnership) -> None:
    program = make_program(partnership)
    make_cycle(program)
    page = client_of(app, Role.CONTRIBUTOR, program).get(f"/programs/{program.id}").text
    assert steps_of(page)[:3] == [
        ("done", "Self-assessment opened"),
        ("now", "Self-assessment in progress"),
        ("", "First contact from your partnership"),
    ]


def test_program_that_submitted_waits_for_contact_and_finds_its_receipt(
    app: Flask, staged: Callable[..., Cycle]
) -> None:
    cycle = staged(submitted)
    program = cycle.program
    page = client_of(app, Role.CONTRIBUTOR, program).get(f"/programs/{program.id}").text
    assert steps_of(page)[1:3] == [
        ("done", "Self-assessment submitted"),
        ("now", "First contact from your partnership"),
    ]
    assert f'href="/cycles/{cycle.id}/receipt"' in page


def test_staff_are_not_addressed_as_the_program(app: Flask, staged: Callable[..., Cycle]) -> None:
    program = staged(submitted).program
    page = client_of(app, Role.REVIEWER, program.partnership).get(f"/programs/{program.id}").text
    assert ["Where it stands" in page, "The answers as submitted" in page] == [True, True]
    assert ["Where you stand" in page, "Your answers" in page] == [False, False]


@pytest.mark.parametrize(("founded", "offered"), [(date(2015, 5, 1), True), (date(2026, 3, 1), False)])
def test_self_assessment_is_offered_to_eligible_programs_only(
    app: Flask, partnership: Partnership, founded: date, offered: bool
) -> None:
    program = make_program(partnership, founded=founded)
    page = client_of(app, Role.PARTNERSHIP_ADMINISTRATOR, partnership).get(f"/programs/{program.id}").text
    assert [f'action="/programs/{program.id}/access"' in page, "once every point above is met" in page] == [
        offered,
        not offered,
    ]


def test_program_page_says_model_and_settings_in_words(app: Flask, partnership: Partnership) -> None:
    program = make_program(partnership, model="group", settings=["site", "faith"])
    page = client_of(app, Role.REVIEWER, partnership).get(f"/programs/{program.id}").text
    assert "<dd>group, at the program&#39;s place, in a congregation</dd>" in page


def test_program_form_offers_the_models_in_words_and_keeps_the_choice(app: Flask, partnership: Partnership) -> None:
    client = client_of(app, Role.PARTNERSHIP_ADMINISTRATOR, partnership)
    reply = client.post(f"/partnerships/{partnership.id}/programs/new", data={"model": "peer", "settings": "site"})
    assert reply.status_code == 422
    assert re.findall(r'value="([\w-]+)" checked>([^<]+)</label>', reply.text) == [
        ("peer", "peer (young people mentor younger ones)"),
        ("site", "at the program&#39;s place"),
    ]


def test_missing_page_says_who_is_signed_in(app: Flask, partnership: Partnership) -> None:
    client = app.test_client()
    assert "You are signed in as" not in client.get("/no/such/page").text
    sign_in(client, make_person(Role.REVIEWER, partnership, name="Rosa Reyes"))
    reply = client.get("/no/such/page")
    assert (reply.status_code, "You are signed in as Rosa Reyes." in reply.text) == (404, True)
