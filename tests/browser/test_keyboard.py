"""The whole self-assessment by keyboard alone: from the sign-in to the receipt, every stop seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.assessments import queries
from portal.cycles.models import Cycle, CycleState
from portal.foundation.access import Role
from portal.foundation.database import db
from tests.accounts.hashes import with_password
from tests.factories import make_cycle, make_partnership, make_person, make_program

pytestmark = [pytest.mark.browser, pytest.mark.walk]
PASSWORD = "three calm words"
MOST = 600  # presses of Tab from one place to another on the longest page

# Where the focus is, and whether a person can see it: an outline, inside the window, and nothing laid over it.
# The box around a choice is its label's.
FOCUS = """() => {
  const e = document.activeElement, box = (e.labels && e.labels[0] && e.labels[0].contains(e)) ? e.labels[0] : e;
  const r = e.getBoundingClientRect(), outlined = [e, box].some((one) => getComputedStyle(one).outlineStyle !== "none");
  const over = document.elementFromPoint(Math.max(r.left + Math.min(r.width / 2, 40), 0), r.top + Math.min(r.height / 2, 20));
  return { tag: e.tagName, name: e.name || "", text: (e.innerText || "").trim(), outlined, top: r.top,
    seen: outlined && !!over && (box.contains(over) || over.contains(e)) };
}"""


# The same without the looking, which makes the browser lay out the page at each stop; one section stands for its like.
NAME = "() => ({ tag: '', name: document.activeElement.name || '', text: (document.activeElement.textContent || '').trim(), seen: true })"


class Keys:
    """Somebody who has no mouse; `unseen` collects the stops that cannot be seen, in one section and on every other page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: list[str] = []

    def to(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> None:
        """Press Tab until the focus is there."""
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            alike = "/sections/" in self.page.url and "/sections/s-2" not in self.page.url
            here = self.page.evaluate(NAME if alike else FOCUS)
            if not here["seen"] and here["tag"] not in ("BODY", "HTML"):
                self.unseen.append(
                    f"{self.page.url}: {here['tag']} {here['name']} {here['text'][:30]}"
                    f" outlined {here['outlined']}, at {here['top']:.0f}"
                )
            if wanted(here):
                return
        pytest.fail(f"{what} is not reached by Tab on {self.page.url}")

    def to_text(self, start: str) -> None:
        self.to(lambda here: here["text"].startswith(start), start)

    def to_field(self, name: str) -> None:
        self.to(lambda here: here["name"] == name, name)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def follow(self, start: str) -> None:
        """Go to a link or button and press it."""
        self.to_text(start)
        with self.page.expect_navigation():
            self.press("Enter")


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make_cycle(make_program(make_partnership()))


@pytest.fixture
def person(cycle: Cycle) -> Person:
    return with_password(make_person(Role.PROGRAM_ADMINISTRATOR, cycle.program), PASSWORD)


def test_whole_assessment_is_answered_and_submitted_by_keyboard(page: Page, cycle: Cycle, person: Person) -> None:
    from portal.cycles.queries import rulebook_of

    catalogue, keys = rulebook_of(cycle).catalogue, Keys(page)
    page.goto("/sign-in")
    keys.to_field("email")
    page.keyboard.type(person.email)
    keys.to_field("password")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        keys.press("Enter")
    keys.follow("Start the self-assessment")
    keys.follow("Start")
    while "/sections/" not in page.url:
        keys.follow("Start with")
    for section in catalogue.sections:
        for practice in section.practices:
            keys.to_field(f"{practice.code}-status")
            keys.press("Space")  # the first of the choices: in practice
            if practice.rated:
                keys.to_field(f"{practice.code}-rating")
                keys.press("Space")
                keys.press("ArrowRight")
        keys.to_field("completed")
        keys.press("Space")
        keys.follow("Save and go on" if section != catalogue.sections[-1] else "Save and go to the list")
    expect(page.get_by_text("116 of 116 practices answered")).to_be_visible()
    keys.follow("Check and submit")
    keys.to_field("sure")
    keys.press("Space")
    keys.follow("Submit the self-assessment")
    expect(page.get_by_role("heading", name="Your self-assessment is in")).to_be_visible()
    db.session.rollback()
    stored = queries.stored_answers(cycle.id)
    assert {(row.content["status"], row.content["rating"]) for row in stored.values()} <= {
        ("in_practice", 2), ("in_practice", None)}  # fmt: skip
    assert len(stored) == len(catalogue.practices)
    assert db.session.get_one(Cycle, cycle.id).state is CycleState.SUBMITTED
    assert keys.unseen == [], "\n".join(keys.unseen)
