"""Answering the review's questions in a browser: stored while typing, sent by its button, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.reviews.models import QuestionEntry
from tests.factories import make_partnership, make_person, make_program, submitted_cycle
from tests.reviews.test_questions import ask

from .conftest import enter

pytestmark = [pytest.mark.browser, pytest.mark.walk]


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    program = make_program(make_partnership())
    return submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program, "Ana Ruiz"))


@pytest.fixture
def helper(cycle: Cycle) -> Person:
    reviewer = make_person(Role.REVIEWER, cycle.program.partnership, "Rosa Reyes")
    for number, code in enumerate(("B.2.3", "B.5.1"), 1):
        ask(cycle, reviewer, f"Question {number}?", code, f"question-{number}")
    return make_person(Role.CONTRIBUTOR, cycle.program, "Hal Perry")


def said() -> list[str]:
    db.session.rollback()
    return [one.text for one in db.session.query(QuestionEntry).order_by(QuestionEntry.id)]


def test_reply_is_stored_while_typing_comes_back_and_is_sent(
    page: Page, cycle: Cycle, helper: Person, axe: Callable[[Page], list[str]], shot: Callable[[Page, str], None]
) -> None:
    enter(page, helper)
    page.goto(f"/cycles/{cycle.id}/questions")
    first, second = page.get_by_label("Your answer about B.2.3"), page.get_by_label("Your answer about B.5.1")
    first.press_sequentially("Half an hour.")
    second.press_sequentially("One in the office")
    expect(page.locator(".state", has_text="stored")).to_have_count(2)
    page.reload()
    expect(first).to_have_value("Half an hour.")
    expect(page.get_by_text("not sent yet").first).to_be_visible()
    assert axe(page) == []
    shot(page, "replies")
    second.press("Control+End")
    second.press_sequentially(", locked.")
    page.get_by_role("button", name="Send about B.2.3").click()  # at once, before the other text is stored by itself
    expect(page.get_by_text("What you wrote about B.2.3 is with your partnership.")).to_be_visible()
    assert said() == ["Half an hour."]
    expect(page.get_by_label("Your answer about B.5.1")).to_have_value("One in the office, locked.")
    expect(first).to_have_value("")
    page.get_by_role("button", name="Send about B.5.1").dblclick()
    expect(page.get_by_text("What you wrote about B.5.1 is with your partnership.")).to_be_visible()
    assert said() == ["Half an hour.", "One in the office, locked."]


def test_replies_are_sent_without_scripts_and_the_other_stays_in_its_field(
    page_no_js: Page, cycle: Cycle, helper: Person
) -> None:
    page = page_no_js
    enter(page, helper)
    page.goto(f"/cycles/{cycle.id}/questions")
    page.get_by_label("Your answer about B.2.3").fill("Half an hour.")
    page.get_by_label("Your answer about B.5.1").fill("One in the office.")
    page.get_by_role("button", name="Send about B.2.3").click()
    expect(page.get_by_text("What else you typed is still in its fields")).to_be_visible()
    page.get_by_role("button", name="Send about B.5.1").click()
    assert said() == ["Half an hour.", "One in the office."]
