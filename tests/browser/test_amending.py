"""Changing an answer after submitting in a real browser: asked, opened, typed, sent, looked at; with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.assessments.queries import answers_of
from portal.foundation.database import db
from tests.assessments.amendments import Cast, make_cast
from tests.browser.conftest import enter

pytestmark = pytest.mark.browser
CODE, OTHER = "B.2.3", "B.2.5"


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(make_cast)


def become(page: Page, person: Person, path: str) -> None:
    page.context.clear_cookies()
    enter(page, person)
    page.goto(path)


def ask_and_open(page: Page, cast: Cast) -> None:
    become(page, cast.administrator, cast.at("sections/s-2"))
    page.locator(f"[id='{CODE}']").get_by_role("link", name="Ask to change").click()
    expect(page.get_by_label(CODE)).to_be_checked()
    page.get_by_label("Why?").fill("We mixed up two forms.")
    page.get_by_role("button", name="Send the request").click()
    become(page, cast.reviewer, cast.at("review"))
    page.get_by_role("link", name="Answer the request").click()
    page.get_by_label("To the program").fill("Please name the form.")
    page.get_by_role("button", name="Open for changes").click()
    expect(page.get_by_text("The practices are open for changes.")).to_be_visible()
    become(page, cast.administrator, f"/programs/{cast.program.id}")
    page.get_by_role("link", name="Change and send").click()
    page.get_by_role("link", name=CODE).click()


def notes(cast: Cast) -> str:
    """Return what the answer says in the copy that counts."""
    db.session.rollback()
    return answers_of(cast.cycle)[CODE].notes


def send_and_read(page: Page, cast: Cast) -> None:
    page.get_by_role("button", name="Send the changes").click()
    expect(page.get_by_text("Copy 2: with changes")).to_be_visible()
    become(page, cast.reviewer, cast.at("review/sections/s-2"))
    item = page.locator(f"[id='{CODE}']")
    expect(item.get_by_text("changed after submission")).to_be_visible()
    expect(item.locator("ins")).to_contain_text("added: Form 7.")
    item.get_by_role("link", name="Mark as looked at").click()
    page.get_by_role("button", name="I have looked at this").click()
    expect(page.get_by_text("You have looked at everything that changed.")).to_be_visible()


@pytest.mark.walk
def test_answer_is_asked_for_opened_saved_as_typed_and_sent(page: Page, cast: Cast) -> None:
    ask_and_open(page, cast)
    item = page.locator(f"[id='{CODE}']")
    expect(page.locator("fieldset.practice")).to_have_count(1)
    item.get_by_label("Notes").fill("Form 7.")
    expect(item.locator(".state.good")).to_contain_text("stored")
    page.get_by_role("button", name="Save and go on to send the changes").click()
    send_and_read(page, cast)
    assert notes(cast) == "Form 7."


@pytest.mark.walk
def test_answer_is_asked_for_opened_and_sent_without_scripts(page_no_js: Page, cast: Cast) -> None:
    ask_and_open(page_no_js, cast)
    page_no_js.locator(f"[id='{CODE}']").get_by_label("Notes").fill("Form 7.")
    page_no_js.get_by_role("button", name="Save and go on to send the changes").click()
    send_and_read(page_no_js, cast)
    assert notes(cast) == "Form 7."


def test_text_typed_when_staff_close_the_practice_stays_and_says_so(page: Page, cast: Cast) -> None:
    from portal.assessments import amending

    round_ = cast.open(CODE)
    become(page, cast.administrator, cast.at("sections/s-2"))
    amending.close(cast.cycle.id, round_.id, "We talked.", cast.reviewer.id, "http://localhost")
    item = page.locator(f"[id='{CODE}']")
    item.get_by_label("Notes").fill("A long thought.")
    expect(item.locator(".state")).to_contain_text("no longer change")
    expect(item.get_by_label("Notes")).to_have_value("A long thought.")
