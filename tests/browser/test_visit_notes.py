"""Notes taken during a visit while the line is down: on the device, then stored once, and never with the program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from portal.foundation.database import db
from portal.visits.models import VisitNote, VisitNoteVersion
from tests.browser.conftest import enter
from tests.visits.cast import ALSO, Cast

from .lines import Line, drop_reply
from .saving import Desk, open_desk, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def cast(app: Flask) -> Cast:
    made = Cast(app)
    made.planned()
    return made


@pytest.fixture
def desk(app: Flask, live_server: str, browser: Browser, cast: Cast) -> Iterator[Desk]:
    line = Line(int(live_server.rpartition(":")[2]))
    made = open_desk(app, line, browser, cast.cycle, cast.reviewer)
    yield made
    made.context.close()
    line.close()


def arrived() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(VisitNoteVersion).order_by(VisitNoteVersion.id))
    return [(row.part, row.content["note"]) for row in rows]


def test_notes_typed_while_the_line_is_down_are_stored_once_when_it_is_back(desk: Desk, cast: Cast) -> None:
    page, notes = desk.page, f"{desk.line.address}{cast.at}/notes"
    page.goto(notes)
    free, records = page.locator("[id='free-note']"), page.locator("[id='s-2-note']")
    desk.line.on("/visit/notes/s-2", drop_reply)  # the server has it, the browser never hears
    records.fill("The cupboard was locked.")
    wait_until(lambda: arrived() == [("s-2", "The cupboard was locked.")])
    desk.line.down = True
    free.fill("Began in 2015 with six pairs.")
    expect(page.locator("#free .state")).to_have_text("On this device, not sent yet. It tries again by itself.")
    records.fill("The cupboard was locked. Who has the key?")
    expect(page.locator("#s-2 .state")).to_have_text("On this device, not sent yet. It tries again by itself.")
    assert len(desk.kept()) == 2
    desk.leave()  # the tablet goes to sleep, and the page is gone
    desk.line.down = False
    page.goto(notes)
    expect(free).to_have_value("Began in 2015 with six pairs.")
    expect(page.locator("#free .state.good")).to_be_visible()
    expect(page.locator("#s-2 .state.good")).to_be_visible()
    assert sorted(arrived()) == [
        ("free", "Began in 2015 with six pairs."), ("s-2", "The cupboard was locked."),
        ("s-2", "The cupboard was locked. Who has the key?"),
    ]  # fmt: skip
    assert desk.kept() == []
    free.fill("Began in 2015 with six pairs, in a church.")
    page.get_by_role("button", name="Save my notes").click()  # stores what is open, and goes only then
    page.wait_for_url(f"**{cast.at}")
    db.session.rollback()
    stored = {row.part: row.content["note"] for row in db.session.scalars(select(VisitNote))}
    assert stored["free"] == "Began in 2015 with six pairs, in a church."


def test_visit_is_planned_and_moved_without_scripts(page_no_js: Page, cast: Cast) -> None:
    page = page_no_js
    enter(page, cast.reviewer)
    page.goto(cast.at)
    page.get_by_text("Move it").first.click()
    page.get_by_label("Day and time", exact=True).fill(ALSO)
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it moves.")
    assert page.get_by_label("Day and time", exact=True).input_value() == ALSO
    page.get_by_label("Why it moves").fill("Snow")
    page.get_by_role("button", name="Move it").click()
    expect(page.locator(".lead")).to_have_text("Thursday, November 5, 2026, 14:30 to 17:00 (EST)")
    page.goto(f"{cast.at}/notes")
    page.locator("[id='free-note']").fill("Typed without scripts")
    page.get_by_role("button", name="Save my notes").click()
    page.goto(f"{cast.at}/notes")
    assert page.locator("[id='free-note']").input_value() == "Typed without scripts"
