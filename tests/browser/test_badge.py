"""The badge on a program's own web site, the directory and the consent, in a real browser; without scripts on our side."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.foundation.access import Role
from portal.recognition.publishing import listing_of
from tests.browser.conftest import enter, served
from tests.factories import make_award, make_partnership, make_person, make_program

pytestmark = pytest.mark.browser


def test_badge_shows_on_another_site_and_consent_lists_the_program(
    app: Flask, page: Page, page_no_js: Page, live_server: str
) -> None:
    app.config["BASE_URL"] = live_server
    program = make_program(make_partnership("riverbend"), name="River Mentors", place="Granton")
    make_award(program, date(2025, 10, 1), date(2028, 10, 1))
    runner = make_person(Role.PROGRAM_ADMINISTRATOR, program)
    where = f"/partners/{listing_of(program.id).address}"
    enter(page_no_js, runner)
    page_no_js.goto(f"/programs/{program.id}/recognition")
    snippet = page_no_js.get_by_label("For the program's own web site").input_value()
    page_no_js.get_by_role("link", name="See what it would show").click()
    page_no_js.get_by_role("button", name="Yes, list our program").click()
    expect(page_no_js.get_by_role("status")).to_have_text("Your program is in the public directory now.")

    theirs = Flask("theirs")
    theirs.add_url_rule("/", view_func=lambda: f'<link rel="icon" href="data:,"><title>Ours</title>{snippet}')
    with served(theirs) as site:  # another port is another origin
        page.goto(site)
        badge = page.get_by_role("img", name="Dedicated Partner of Riverbend Mentoring. See whether it is current.")
        expect(badge).to_have_js_property("naturalWidth", 340)
        told = page.evaluate("async (at) => (await (await fetch(at)).json())", f"{live_server}{where}/status.json")
        assert (told["program"], told["current"]) == ("River Mentors", True)
        badge.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("River Mentors")
    expect(page.get_by_text("Yes, this recognition is current.")).to_be_visible()
    page.locator("#main").get_by_role("link", name="Recognized programs").click()
    page.get_by_label("Place or ZIP code").fill("gran")
    page.get_by_label("Age of the young person").fill("10")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", level=3)).to_have_text(["River Mentors Dedicated Partner"])
    page.get_by_label("Age of the young person").fill("ten")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Enter an age from 1 to 25")
    expect(page.get_by_label("Age of the young person")).to_have_value("ten")
