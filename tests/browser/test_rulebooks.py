"""A partnership's own rules in a real browser: a file dropped in, previewed, adopted, and used by a new cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.cycles.queries import rulebook_of
from portal.cycles.services import grant_access
from portal.foundation import jobs
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.recognition.queries import decision_of
from portal.rulebooks import checking, running
from tests.browser.conftest import enter
from tests.factories import answer_all, make_partnership, make_person, make_program, submitted_cycle
from tests.rulebooks.plugins import STRICT, write

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop-in"
    made.mkdir()
    return made


@pytest.fixture
def app(make_app: Callable[..., Flask], folder: Path) -> Iterator[Flask]:
    built = make_app(RULES_FOLDER=str(folder))
    checking.register()
    running.register()
    with built.app_context():
        yield built


@pytest.fixture
def partnership(app: Flask) -> Partnership:
    made = make_partnership("lake")
    program = make_program(made, "Birch")
    submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program), not_in_practice=("B.2.5",))
    return made


@pytest.fixture
def admin(partnership: Partnership) -> Person:
    return make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership, name="Ada Lake")


def go(page: Page, admin: Person, path: str) -> None:
    enter(page, admin)
    page.goto(path)


def work() -> None:
    db.session.rollback()
    while jobs.run_next():
        pass
    db.session.rollback()


@pytest.mark.walk
def test_dropped_file_is_seen_previewed_adopted_and_used(
    page: Page, partnership: Partnership, admin: Person, folder: Path,
    axe: Callable[[Page], list[str]], shot: Callable[[Page, str], None],
) -> None:  # fmt: skip
    def look(name: str) -> None:
        assert (name, axe(page)) == (name, [])
        shot(page, f"rulebooks-{name}")
        page.set_viewport_size({"width": 320, "height": 700})
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size({"width": 1280, "height": 900})
        assert (name, wide) == (name, 320)

    rules = f"/partnerships/{partnership.id}/rules"
    go(page, admin, rules)
    expect(page.get_by_text("Lakeside")).to_have_count(0)
    write(folder, "lakeside", STRICT, title="Lakeside")
    (folder / "broken.py").write_text('VERSION = "1.0.0"\ndef (:\n', "utf-8")
    page.reload()
    expect(page.get_by_role("link", name="Lakeside")).to_be_visible()
    expect(page.get_by_text("broken.py:2: This is not valid Python: invalid syntax.")).to_be_visible()
    page.get_by_role("link", name="Change the rules").click()
    page.get_by_role("button", name="Add Lakeside").click()
    page.get_by_role("link", name="About it").click()
    expect(page.get_by_text("The check is under way")).to_be_visible()
    work()
    expect(page.get_by_text("Says the same each time: yes.")).to_be_visible()
    page.goto(f"{rules}/change")
    page.get_by_label("Least rating").fill("many")
    page.get_by_role("button", name="Preview this list").click()
    expect(page.locator("[id='lakeside-least-error']")).to_contain_text("is a whole number from 1 to 5")
    expect(page.get_by_label("Least rating")).to_have_value("many")
    look("refused")
    page.get_by_label("Least rating").fill("4")
    page.get_by_role("button", name="Preview this list").click()
    expect(page.get_by_text("The preview is waiting for its turn")).to_be_visible()
    work()  # the page looks again by itself
    expect(page.get_by_role("heading", name="Adopt it")).to_be_visible()
    expect(page.get_by_text("115 of 116")).to_be_visible()
    look("preview")
    page.get_by_label("Why").fill("The board asked for it.")
    page.get_by_role("button", name="Adopt this list").click()
    expect(page.get_by_text("List 2 is in force")).to_be_visible()
    page.get_by_role("link", name="List 1").click()
    db.session.rollback()
    program = make_program(partnership, "Elm")
    cycle = grant_access(program, admin.id, base_url="http://localhost")
    answer_all(cycle, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    assert [info.name for info in rulebook_of(cycle).plugins] == ["national", "lakeside"]
    judged = {one.key: (one.met, one.trace.plugin) for one in decision_of(cycle).tiers[0].conditions}
    assert judged == {"submitted": (False, "national"), "lake-references": (True, "lakeside")}


@pytest.mark.walk
def test_rules_are_changed_without_scripts(
    page_no_js: Page, partnership: Partnership, admin: Person, shot: Callable[[Page, str], None]
) -> None:
    go(page_no_js, admin, f"/partnerships/{partnership.id}/rules/change")
    page_no_js.get_by_role("button", name="Add MENTOR North Carolina").click()
    page_no_js.get_by_role("button", name="Add Northlake (fictional)").click()
    page_no_js.get_by_role("button", name="Move up Northlake (fictional)").click()
    expect(page_no_js.locator("ol h3")).to_have_text(
        ["National rules", "Northlake (fictional)", "MENTOR North Carolina"]
    )
    page_no_js.get_by_role("button", name="Preview this list").click()
    expect(page_no_js.get_by_role("button", name="Stop the preview")).to_be_visible()
    work()
    page_no_js.get_by_role("link", name="Look again", exact=True).click()
    expect(page_no_js.get_by_role("heading", name="Adopt it")).to_be_visible()
    shot(page_no_js, "rulebooks-preview-no-scripts")
    page_no_js.get_by_role("button", name="Adopt this list").click()
    expect(page_no_js.get_by_text("List 2 is in force")).to_be_visible()
