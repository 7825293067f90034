"""Reviewing in a real browser: each item is stored as it is typed, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.reviews import services
from portal.reviews.models import ReviewItem
from tests.browser.conftest import enter
from tests.factories import make_partnership, make_person, make_program, submitted_cycle

pytestmark = pytest.mark.browser
CODE = "B.2.3"


def submitted(_app: Flask) -> Cycle:
    program = make_program(make_partnership("riverbend"), name="Jóvenes Unidos")
    return submitted_cycle(
        program, make_person(Role.PROGRAM_ADMINISTRATOR, program), not_in_practice=("B.2.4", "B.1.4")
    )


@pytest.fixture
def cycle(staged: Callable[..., Cycle]) -> Cycle:
    return staged(submitted)


@pytest.fixture
def reviewer(cycle: Cycle) -> Person:
    return make_person(Role.REVIEWER, cycle.program.partnership, name="Rosa Reyes")


def go(page: Page, reviewer: Person, path: str) -> None:
    enter(page, reviewer)
    page.goto(path)


def stored(code: str = CODE) -> dict[str, object]:
    db.session.rollback()
    row = db.session.scalars(select(ReviewItem).where(ReviewItem.practice_code == code)).first()
    return dict(row.content) if row else {}


def test_item_is_stored_as_it_is_typed(page: Page, cycle: Cycle, reviewer: Person) -> None:
    go(page, reviewer, f"/cycles/{cycle.id}/review/sections/s-2")
    item = page.locator(f"[id='{CODE}']")
    item.get_by_label("3 mostly done").check()
    expect(item.locator(".state")).to_contain_text("stored")
    item.get_by_label("Area for improvement").check()
    item.get_by_label("For the program").press_sequentially("Ask twice.", delay=15)
    item.get_by_label("Private note").press_sequentially("Only for us.", delay=15)
    expect(item.locator(".state")).to_have_text("Not saved yet")
    expect(item.locator(".state")).to_contain_text("stored")
    assert stored() == {
        "rating": 3, "finding": "improve", "finding_text": "Ask twice.", "private_note": "Only for us.", "na_accepted": None,
    }  # fmt: skip


def test_conflict_shows_the_other_text_and_keep_mine_stores_mine(page: Page, cycle: Cycle, reviewer: Person) -> None:
    colleague_id = make_person(Role.REVIEWER, cycle.program.partnership, name="Ruth Okoye").id
    go(page, reviewer, f"/cycles/{cycle.id}/review/sections/s-2")
    theirs = {"rating": "1", "finding": "", "finding_text": "theirs", "private_note": "", "na_accepted": ""}
    cycle_id, by_id = cycle.id, colleague_id
    db.session.rollback()  # ends the test's own read, so that the next write begins afresh
    services.record_review_item(cycle_id, CODE, theirs, "0", "item-save-1", by_id)
    item = page.locator(f"[id='{CODE}']")
    item.get_by_label("For the program").fill("mine")
    expect(item.locator(".state")).to_contain_text("Ruth Okoye saved another text")
    expect(item.locator(".theirs").last).to_contain_text("theirs")
    assert stored()["finding_text"] == "theirs"
    item.get_by_role("button", name="Keep mine").click()
    expect(item.locator(".state")).to_contain_text("stored")
    assert stored()["finding_text"] == "mine"


@pytest.mark.walk
def test_marks_and_totals_follow_the_keyboard_and_a_drafted_question_is_sent(
    page: Page, cycle: Cycle, reviewer: Person
) -> None:
    go(page, reviewer, f"/cycles/{cycle.id}/review/sections/s-2")
    item, totals = page.locator(f"[id='{CODE}']"), page.locator("#totals")
    item.get_by_role("group", name="Mark").get_by_label("none").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"[id='mark-{CODE}']")).to_have_text("flagged")
    expect(totals).to_contain_text("1 of 20 practices reviewed, 1 flagged")
    item.get_by_text("Ask the program").click()
    item.get_by_label("Your question").fill("How long is the talk?")
    expect(totals).to_contain_text("1 question not sent yet")
    item.get_by_label("Your question").press_sequentially(" And with whom?")
    item.get_by_role("button", name="Send the question").click()  # before the text is stored
    expect(page.get_by_text(f"Your question about {CODE} is with the program.")).to_be_visible()
    expect(item.get_by_text("How long is the talk? And with whom?")).to_be_visible()
    expect(item.get_by_label("Your question")).to_have_value("")
    expect(totals).to_contain_text("1 open question")
    expect(totals).not_to_contain_text("not sent")
    item.get_by_label("Private note").fill("It goes on saving.")
    expect(item.locator(".state")).to_contain_text("stored")
    assert (stored()["mark"], stored()["private_note"]) == ("flagged", "It goes on saving.")
    page.get_by_role("button", name="Accept the rest of this section").click()
    expect(page.get_by_text("Left for you to look at: B.2.4.")).to_be_visible()
    expect(page.locator("[id='mark-B.2.1']")).to_have_text("accepted")


def test_section_works_without_scripts(page_no_js: Page, cycle: Cycle, reviewer: Person) -> None:
    go(page_no_js, reviewer, f"/cycles/{cycle.id}/review/sections/s-2")
    item = page_no_js.locator("[id='B.2.1']")
    item.get_by_text("Ask the program").click()
    item.get_by_label("Your question").fill("Since when?")
    item.get_by_role("button", name="Send the question").click()
    expect(page_no_js.get_by_text("Your question about B.2.1 is with the program.")).to_be_visible()
    page_no_js.locator(f"[id='{CODE}']").get_by_label("Private note").fill("No scripts here.")
    page_no_js.get_by_role("button", name="Save and go to the review").click()
    expect(page_no_js.get_by_text("This section is saved.")).to_be_visible()
    expect(page_no_js.get_by_text("2 of 116 practices reviewed")).to_be_visible()
    assert stored()["private_note"] == "No scripts here."
