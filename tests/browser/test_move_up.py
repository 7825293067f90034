"""What would move a program up, in a real browser: after the scorecard, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.assessments.services import submit
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.programs.models import Program
from tests.browser.conftest import enter
from tests.factories import answer_all, make_cycle, make_partnership, make_person, make_program

pytestmark = pytest.mark.browser


@pytest.fixture
def program(app: Flask) -> Program:
    return make_program(make_partnership("riverbend"), name="Jóvenes Unidos")


@pytest.fixture
def admin(program: Program) -> Person:
    return make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Ana Núñez")


@pytest.fixture
def cycle(program: Program, admin: Person) -> Cycle:
    made = make_cycle(program)
    answer_all(made, admin, ("B.2.4", "B.1.2", "V.1"))
    return made


def go(page: Page, person: Person, path: str) -> None:
    enter(page, person)
    page.goto(path)


def test_way_to_the_next_tier_comes_after_the_page_and_leads_to_the_practice(
    page: Page, cycle: Cycle, admin: Person, shot: Callable[[Page, str], None]
) -> None:
    go(page, admin, f"/cycles/{cycle.id}/scorecard")
    expect(page.get_by_text("These 3 practices are left to improve for it")).to_be_visible()
    shot(page, "move-up-scorecard")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("link", name="B.2.4").click()
    page.wait_for_url(f"**/cycles/{cycle.id}/sections/s-2#B.2.4")


def test_way_to_the_next_tier_without_scripts_is_a_page_of_its_own(
    page_no_js: Page, cycle: Cycle, admin: Person, shot: Callable[[Page, str], None]
) -> None:
    go(page_no_js, admin, f"/cycles/{cycle.id}/scorecard")
    page_no_js.get_by_role("link", name="Show which practices would reach the next tier").click()
    expect(page_no_js.get_by_role("heading", name="What would move you up")).to_be_visible()
    expect(page_no_js.get_by_role("listitem").filter(has_text="B.2.4")).to_be_visible()
    shot(page_no_js, "move-up-page")


def test_plan_is_offered_what_helps_to_reach_the_next_tier(
    page: Page, cycle: Cycle, admin: Person, shot: Callable[[Page, str], None]
) -> None:
    reviewer = make_person(Role.REVIEWER, cycle.program.partnership, name="Rosa Reyes")
    submit(cycle.id, admin.id, "http://localhost")
    go(page, reviewer, f"/cycles/{cycle.id}/plan")
    expect(page.get_by_text("Would help to reach Expert Partner.")).to_have_count(3)
    shot(page, "move-up-plan")
