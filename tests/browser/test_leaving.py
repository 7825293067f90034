"""Leaving a page that stores only when a button is pressed, in a real browser."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect

from portal.foundation.access import Role
from tests.browser.conftest import enter
from tests.factories import make_partnership, make_person, make_program

pytestmark = pytest.mark.browser


def test_page_with_typed_text_asks_before_it_is_left_and_not_when_it_is_sent(app: Flask, page: Page) -> None:
    program = make_program(make_partnership("riverbend"), "Harbor Light")
    enter(page, make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Tom Ade"))
    page.goto(f"/programs/{program.id}/advice")
    page.get_by_label("What is it about?").fill("Finding men")
    page.get_by_label("What do you need help with?").fill("Boys wait.")
    page.get_by_role("button", name="Send the question").click()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Your message").fill("One more thing.")
    page.get_by_role("link", name="NQMS Portal").click(no_wait_after=True)
    expect(page.get_by_label("Your message")).to_have_value("One more thing.")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_role("article").last).to_contain_text("One more thing.")
    page.get_by_role("link", name="NQMS Portal").click()
    expect(page).not_to_have_url("/advice/1")
    assert asked == ["beforeunload"]
