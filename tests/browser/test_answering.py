"""Answering in a real browser: each answer is stored as it is typed, and the page says truthfully where it is."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.assessments import queries
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db
from tests.browser.conftest import enter
from tests.factories import make_cycle, make_partnership, make_person, make_program

pytestmark = pytest.mark.browser


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make_cycle(make_program(make_partnership()))


@pytest.fixture
def person(cycle: Cycle) -> Person:
    return make_person(Role.PROGRAM_ADMINISTRATOR, cycle.program)


def open_section(page: Page, cycle: Cycle, person: Person, key: str = "s-2") -> None:
    enter(page, person)
    page.goto(f"/cycles/{cycle.id}/sections/{key}")


def notes_of(cycle: Cycle, code: str) -> str:
    db.session.rollback()
    row = queries.stored_answers(cycle.id).get(code)
    return row.content["notes"] if row else ""


def test_answer_is_stored_as_it_is_typed(page: Page, cycle: Cycle, person: Person) -> None:
    open_section(page, cycle, person)
    practice = page.locator("[id='B.2.3']")
    practice.get_by_label("In practice", exact=True).check()
    expect(practice.locator(".state")).to_contain_text("stored")
    practice.get_by_label("4 done consistently", exact=True).check()
    practice.get_by_label("Notes").press_sequentially("Two of us talk with every mentor.", delay=15)
    expect(practice.locator(".state")).to_have_text("Not saved yet")
    expect(practice.locator(".state")).to_contain_text("stored")
    expect(page.locator("#progress")).to_contain_text("1 of 20 here")
    assert notes_of(cycle, "B.2.3") == "Two of us talk with every mentor."


def test_section_without_scripts_saves_with_its_button(page_no_js: Page, cycle: Cycle, person: Person) -> None:
    open_section(page_no_js, cycle, person)
    page_no_js.locator("[id='B.2.3']").get_by_label("In practice", exact=True).check()
    page_no_js.locator("[id='B.2.3']").get_by_label("Notes").fill("without scripts")
    page_no_js.get_by_role("button", name="Save and go to the list").click()
    page_no_js.wait_for_url(f"**/cycles/{cycle.id}")
    assert notes_of(cycle, "B.2.3") == "without scripts"
