"""Several people in a real browser: with scripts nothing is touched that somebody types, without them all of it works."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.assessments.queries import stored_answers
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.teamwork import sharing
from portal.teamwork.queries import team_of
from tests.browser.conftest import enter
from tests.factories import answer_all, make_cycle, make_partnership, make_person, make_program

pytestmark = pytest.mark.browser


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make_cycle(make_program(make_partnership(), name="Harbor Mentors"))


@pytest.fixture
def ana(cycle: Cycle) -> Person:
    return person(cycle, Role.PROGRAM_ADMINISTRATOR, "Ana Núñez")


@pytest.fixture
def bo(cycle: Cycle) -> Person:
    return person(cycle, Role.CONTRIBUTOR, "Bo Lund")


def person(cycle: Cycle, role: Role, name: str) -> Person:
    return make_person(role, cycle.program, name)


def sign_in(page: Page, who: Person) -> None:
    page.context.clear_cookies()
    enter(page, who)
    db.session.rollback()
    page.goto("/home")


@pytest.mark.walk
def test_everything_of_many_hands_works_without_scripts(
    page_no_js: Page, cycle: Cycle, ana: Person, bo: Person
) -> None:
    page, at = page_no_js, f"/cycles/{cycle.id}"
    answer_all(cycle, ana)
    sign_in(page, ana)
    page.get_by_role("link", name="Invite people, change roles").click()
    page.get_by_label("E-mail addresses").fill("Kim Vo kim@example.org\nnot-an-address")
    page.get_by_label("Reader").check()
    page.get_by_role("button", name="Send the invitations").click()
    expect(page.get_by_text("not an e-mail address, nothing was sent")).to_be_visible()
    expect(page.get_by_label("E-mail addresses")).to_have_value("not-an-address")
    page.get_by_role("link", name="Change Kim Vo").click()
    page.get_by_label("Yes, take Kim Vo off this program").check()
    page.get_by_role("button", name="Take Kim Vo off").click()
    expect(page.get_by_text("Kim Vo is off the program.")).to_be_visible()

    page.goto(f"{at}/who")
    page.get_by_role("group", name="Screening").get_by_label("Bo Lund").check()
    page.get_by_role("button", name="Save who does what").click()
    expect(page.get_by_text("Given to Bo Lund")).to_be_visible()

    page.goto(f"{at}/sections/s-2")
    practice = page.locator("[id='B.2.5']")
    practice.get_by_label("Notes").fill("typed before the mark")
    practice.get_by_role("button", name="Mark to come back").click()
    expect(practice.get_by_role("button", name="Marked. Take off")).to_be_visible()
    expect(practice.get_by_label("Notes")).to_have_value("typed before the mark")
    page.get_by_label("Yes, everything here is answered and checked").check()
    page.get_by_role("button", name="Save and go to the list").click()
    expect(page.locator("li", has_text="Screening").get_by_text("Completed")).to_be_visible()
    page.get_by_role("link", name="B.2.5 Talks").click()
    practice.get_by_role("link", name="Discuss").click()
    page.get_by_label("Your comment").fill("Two references, @Bo?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Stored. A mail goes to Bo Lund.")).to_be_visible()
    page.get_by_role("button", name="Mark as resolved").click()
    expect(page.get_by_text("This is resolved. A new comment opens it again.")).to_be_visible()


def test_colleague_mark_and_completed_come_without_touching_what_is_typed(
    page: Page, cycle: Cycle, ana: Person, bo: Person
) -> None:
    answer_all(cycle, ana)
    cycle_id, bo_id, ana_id = cycle.id, bo.id, ana.id
    sign_in(page, ana)
    page.goto(f"/cycles/{cycle_id}/sections/s-2")
    db.session.rollback()
    sharing.note_here(cycle_id, "s-2", bo_id)
    practice = page.locator("[id='B.2.5']")
    notes = practice.get_by_label("Notes")
    notes.press_sequentially("typed all the while", delay=20)
    practice.get_by_role("button", name="Mark to come back").click()
    expect(practice.get_by_role("button", name="Marked. Take off")).to_be_focused()
    expect(page.locator("#here")).to_contain_text("Bo Lund is on this section.", timeout=15_000)
    page.get_by_label("Yes, everything here is answered and checked").check()
    expect(page.locator("#completed-state")).to_contain_text("You marked this section as completed")
    expect(notes).to_have_value("typed all the while")
    expect(practice.locator(".state")).to_contain_text("stored")
    db.session.rollback()
    assert stored_answers(cycle_id)["B.2.5"].content["notes"] == "typed all the while"
    team = team_of(cycle_id, ana_id)
    assert (team.flags, team.confirmed) == ({"B.2.5"}, {"s-2"})
    practice.get_by_role("button", name="Marked. Take off").click()
    expect(practice.get_by_role("button", name="Mark to come back")).to_be_visible()


def test_hidden_or_forgotten_page_asks_no_more_who_is_there(page: Page, cycle: Cycle, ana: Person) -> None:
    sign_in(page, ana)
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/here") else None)
    page.goto(f"/cycles/{cycle.id}/sections/m-b")
    page.clock.run_for(100_000)
    page.wait_for_timeout(300)
    looked_at = len(asked)
    page.clock.run_for(3_600_000)
    page.wait_for_timeout(300)
    asked.clear()
    page.clock.run_for(600_000)  # an hour without a key or a click
    page.wait_for_timeout(300)
    forgotten = len(asked)
    page.mouse.click(5, 5)
    page.clock.run_for(50_000)
    page.wait_for_timeout(300)
    assert (looked_at >= 1, forgotten, len(asked) >= 1) == (True, 0, True)
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    asked.clear()
    page.clock.run_for(200_000)
    page.wait_for_timeout(300)
    assert asked == []
