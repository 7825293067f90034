"""Getting through in a real browser: a worksheet from disk and back, earlier versions, last answers, with and without scripts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.assessments import queries, services
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.programs.models import Program
from tests.browser.conftest import enter
from tests.factories import make_cycle, make_partnership, make_person, make_program, raw_answer, submitted_cycle

pytestmark = pytest.mark.browser
CODE = "B.2.3"


@pytest.fixture
def person(app: Flask) -> Person:
    return make_person(Role.PROGRAM_ADMINISTRATOR, make_program(make_partnership()), name="Ana Ruiz")


@pytest.fixture
def cycle(person: Person) -> Cycle:
    """Give a second cycle, whose first was submitted with everything but one practice in place."""
    program_id = person.memberships[0].program_id
    first = submitted_cycle(db.session.get_one(Program, program_id), person, ("B.2.4",))
    return make_cycle(first.program, access_on=date(2026, 9, 1), number=2)


def sign_in(page: Page, person: Person) -> None:
    page.context.clear_cookies()
    enter(page, person)
    db.session.rollback()
    page.goto("/home")


def save(cycle: Cycle, person: Person, version: int, **parts: object) -> None:
    db.session.rollback()  # a new transaction, as another person's request would have
    services.record_answer(cycle.id, CODE, raw_answer(**parts), str(version), f"save-{version:04}", person.id)


def stored(cycle: Cycle, code: str = CODE) -> dict[str, object]:
    db.session.rollback()
    row = queries.stored_answers(cycle.id).get(code)
    return dict(row.content) if row else {}


def fit(page: Page) -> int:
    """Return how wide the page is on the narrowest phone."""
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    width = int(page.evaluate("document.documentElement.scrollWidth"))
    page.set_viewport_size(before or {"width": 1280, "height": 900})
    return width


@pytest.mark.walk
def test_worksheet_is_filled_from_disk_and_comes_back_answer_by_answer(
    page: Page, page_no_js: Page, axe, cycle: Cycle, person: Person, tmp_path: Path
) -> None:
    save(cycle, person, 0, notes="before")
    sign_in(page, person)
    page.goto(f"/cycles/{cycle.id}/worksheets")
    assert (axe(page), fit(page)) == ([], 320)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Screening").click()
    taken.value.save_as(tmp_path / "taken.html")

    sheet = page.context.new_page()
    asked: list[str] = []
    sheet.on("request", lambda request: asked.append(request.url))
    sheet.goto((tmp_path / "taken.html").as_uri())
    assert (axe(sheet), fit(sheet)) == ([], 320)
    notes = "Typed on the train </script><b>\nsecond line"
    sheet.locator(f"[id='{CODE}-notes']").fill(notes)
    sheet.locator("[id='B.2.5']").get_by_label("Not in practice").check()
    expect(sheet.locator("#told")).to_contain_text("no file holds yet")
    sheet.once("dialog", lambda dialog: dialog.accept())
    sheet.reload()
    expect(sheet.locator(f"[id='{CODE}-notes']")).to_have_value(notes)
    with sheet.expect_download() as copy:
        sheet.get_by_role("button", name="Save a copy to this computer").click()
    copy.value.save_as(tmp_path / "copy.html")
    sheet.goto((tmp_path / "copy.html").as_uri())  # the copy goes on where the first file stopped
    expect(sheet.locator(f"[id='{CODE}-notes']")).to_have_value(notes)
    sheet.locator("[id='B.2.6']").get_by_label("Not in practice").click()
    with sheet.expect_download() as copy:
        sheet.get_by_role("button", name="Save a copy to this computer").click()
    copy.value.save_as(tmp_path / "second.html")
    assert {url.partition(":")[0] for url in asked} <= {"file", "blob"}
    sheet.locator("[id='B.2.7']").get_by_label("Not in practice").click()
    with sheet.expect_event("dialog") as leaving:
        sheet.close(run_before_unload=True)
    assert leaving.value.type == "beforeunload"
    leaving.value.accept()

    save(cycle, person, 1, notes="changed in the portal meanwhile")
    sign_in(page_no_js, person)
    page_no_js.goto(f"/cycles/{cycle.id}/worksheets")
    page_no_js.get_by_label("The worksheet’s file").set_input_files(tmp_path / "second.html")
    page_no_js.get_by_role("button", name="Compare it with what is stored").click()
    expect(page_no_js.locator(".lead")).to_contain_text("3 answers differ")
    page_no_js.get_by_role("button", name="Store what I chose").click()
    expect(page_no_js.get_by_role("link", name=f"{CODE}: Choose what to keep.")).to_be_visible()
    page_no_js.get_by_label(f"to {CODE}, with both notes together").check()
    page_no_js.get_by_role("button", name="Store what I chose").click()
    page_no_js.wait_for_url("**/sections/s-2/check")
    assert stored(cycle)["notes"] == f"changed in the portal meanwhile\n\n{notes}"
    assert {stored(cycle, code)["status"] for code in ("B.2.5", "B.2.6")} == {"not_in_practice"}

    page.goto(f"/cycles/{cycle.id}/worksheets")
    page.get_by_label("The worksheet’s file").set_input_files(tmp_path / "second.html")
    page.get_by_role("button", name="Compare it with what is stored").click()
    expect(page.get_by_role("heading", name="Bring the worksheet back")).to_be_visible()
    assert (axe(page), fit(page)) == ([], 320)


def test_earlier_version_is_used_again_without_scripts(page_no_js: Page, cycle: Cycle, person: Person) -> None:
    save(cycle, person, 0, notes="the first words")
    save(cycle, person, 1, notes="other words")
    sign_in(page_no_js, person)
    page_no_js.goto(f"/cycles/{cycle.id}/answers/{CODE}/history")
    page_no_js.get_by_role("button", name="Use this version again").click()
    expect(page_no_js.get_by_role("status")).to_contain_text("The earlier version is the answer again")
    assert stored(cycle)["notes"] == "the first words"


@pytest.mark.walk
def test_last_answer_is_confirmed_with_and_without_scripts(
    page: Page, page_no_js: Page, axe, cycle: Cycle, person: Person
) -> None:
    sign_in(page, person)
    page.goto(f"/cycles/{cycle.id}/sections/s-2")
    assert (axe(page), fit(page)) == ([], 320)
    page.locator("[id='B.2.5']").get_by_label("Notes").fill("typed just before")
    page.get_by_role("button", name=f"Still true for {CODE}").click()
    page.wait_for_url(f"**/sections/s-2#{CODE}")
    expect(page.locator("#progress")).to_contain_text("1 of 20 here")
    expect(page.locator("[id='B.2.5']").get_by_label("Notes")).to_have_value("typed just before")
    sign_in(page_no_js, person)
    page_no_js.goto(f"/cycles/{cycle.id}/sections/s-2")
    page_no_js.get_by_role("button", name="Still true for B.2.6").click()
    page_no_js.wait_for_url("**/sections/s-2#B.2.6")
    assert (stored(cycle)["rating"], stored(cycle, "B.2.6")["rating"]) == (4, 4)
    assert len(queries.versions_of(cycle.id, CODE)) == 1


def test_enter_in_a_text_field_confirms_nothing(page_no_js: Page, cycle: Cycle, person: Person) -> None:
    sign_in(page_no_js, person)
    page_no_js.goto(f"/cycles/{cycle.id}/sections/s-2")
    practice = page_no_js.locator("[id='B.2.6']")
    practice.get_by_label("In practice", exact=True).check()
    practice.locator("input[type=text]").fill("nine months")
    practice.locator("input[type=text]").press("Enter")
    expect(page_no_js.locator(".note.good")).to_contain_text("This section is saved.")
    assert stored(cycle, "B.2.6")["own_minimum"] == "nine months"
    assert stored(cycle, "B.2.1") == {}


@pytest.mark.walk
def test_blank_form_is_asked_for_in_place(page: Page, cycle: Cycle, person: Person) -> None:
    sign_in(page, person)
    page.goto(f"/programs/{cycle.program_id}/blank-form")
    page.get_by_role("button", name="Make a PDF (A4)").click()
    expect(page.locator("#document")).to_contain_text("The PDF is being made")
