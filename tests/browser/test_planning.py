"""Writing a plan after a visit: what is typed is stored as it comes, and little has to be typed at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.foundation.access import Role
from portal.foundation.database import db
from portal.plans.models import PlanVersion
from portal.plans.queries import plan_of
from portal.reviews.services import record_review_item
from tests.browser.conftest import Troubles, enter
from tests.factories import make_person
from tests.plans.test_plan import Cast

pytestmark = pytest.mark.browser


def visited(_app: Flask) -> Cast:
    """Make a visited program whose reviewer took notes: two areas for improvement and a strength."""
    made = Cast()
    made.visited()
    for code, finding, text in (
        ("B.3.1", "improve", "Training is short."), ("B.5.1", "improve", "Contacts are not written down."),
        ("B.2.3", "strength", "Interviews are warm and thorough."),
    ):  # fmt: skip
        raw = {"rating": "3", "finding": finding, "finding_text": text, "private_note": "", "na_accepted": ""}
        record_review_item(made.cycle.id, code, raw, "0", f"note-{code[-1]}-{finding}", made.reviewer.id)
    return made


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(visited)


@pytest.mark.walk
def test_plan_after_a_visit_takes_few_fields_and_presses(
    page: Page, cast: Cast, shot: Callable[[Page, str], None]
) -> None:
    enter(page, cast.reviewer)
    page.goto(f"/cycles/{cast.cycle.id}/plan")
    typed = presses = 0
    expect(page.get_by_label("Strengths").nth(1)).to_have_value("Interviews are warm and thorough.")
    aims = page.get_by_label("Aim")
    filled = [aims.nth(n).input_value() != "" for n in range(5)]
    assert filled == [True, True, True, False, False]  # a safety gap, and two noted by the reviewer
    page.get_by_label("What matters most").fill("Safety first, then training.")
    typed += 1
    expect(page.locator("#plan > .state.good")).to_contain_text("stored")  # nothing was pressed
    who = page.get_by_label("Who", exact=True)
    for n in range(who.count()):
        if re.fullmatch(r"plan-p\d-a[12]-owner", who.nth(n).get_attribute("name") or "") and who.nth(n).is_visible():
            text = page.locator(f"[name={(who.nth(n).get_attribute('name') or '').replace('owner', 'text')}]")
            if text.input_value():
                who.nth(n).fill("Ana")
                typed += 1
    shot(page, "plan-editor")
    page.get_by_role("button", name="Preview, then share or issue").click()
    presses += 1
    expect(page.get_by_role("heading", name="What next?")).to_be_visible()
    expect(page.get_by_text("Rests on these answers, as they stood:").first).to_be_visible()
    shot(page, "plan-preview")
    page.get_by_label("I have seen this and issue all the same").check()  # the review of this program is not written
    presses += 1
    page.get_by_role("button", name="Issue the plan").click()
    presses += 1
    expect(page.get_by_text("The plan is issued.")).to_be_visible()
    assert (typed, presses) == (7, 3)
    db.session.rollback()
    plan = plan_of(cast.cycle)
    assert [len(one.actions) for one in plan.priorities] == [2, 2, 2]
    assert {action.owner for one in plan.priorities for action in one.actions} == {"Ana"}


@pytest.mark.walk
def test_two_windows_lose_nothing_and_buttons_wait_for_what_is_typed(
    page: Page, cast: Cast, troubles: Troubles, shot: Callable[[Page, str], None]
) -> None:
    enter(page, cast.reviewer)
    where = f"/cycles/{cast.cycle.id}/plan"
    page.goto(where)
    page.get_by_label("Aim").nth(1).fill("Train longer")
    page.get_by_role("button", name="Take out priority 1").click()  # at once: what was typed goes first
    expect(page.get_by_label("Aim").nth(0)).to_have_value("Train longer")
    page.get_by_text("What the rules and the review propose").click()
    before = page.get_by_role("button", name="Add").count()
    page.get_by_role("button", name="Add").first.click()
    page.get_by_text("What the rules and the review propose").click()
    expect(page.get_by_role("button", name="Add")).to_have_count(before - 1)

    other = page.context.new_page()
    other.goto(where)
    enter(other, make_person(Role.REVIEWER, cast.program.partnership, name="Kim Oday"))
    other.reload()
    other.get_by_label("What matters most").fill("Kim's text")
    expect(other.locator("#plan > .state.good")).to_contain_text("stored")
    enter(page, cast.reviewer)
    page.get_by_label("What matters most").fill("My own text")
    conflict = page.get_by_role("alert").filter(has_text="Kim Oday saved another text of the plan")
    expect(conflict).to_be_visible()
    expect(page.locator("#plan > .state")).to_contain_text("Kim's text")
    shot(page, "plan-conflict")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#plan > .state.good")).to_contain_text("stored")
    db.session.rollback()
    texts = [one.content["overview"] for one in db.session.query(PlanVersion).order_by(PlanVersion.id)]
    assert ["Kim's text" in texts, plan_of(cast.cycle).overview] == [True, "My own text"]
    troubles.clear()  # the two refusals that were provoked


@pytest.mark.walk
def test_plan_is_written_without_scripts(page_no_js: Page, cast: Cast) -> None:
    page = page_no_js
    enter(page, cast.reviewer)
    page.goto(f"/cycles/{cast.cycle.id}/plan")
    page.get_by_label("What matters most").fill("Safety first.")
    page.get_by_role("button", name="Add").first.click()
    expect(page.get_by_label("What matters most")).to_have_value("Safety first.")
    expect(page.get_by_label("Aim").nth(3)).not_to_have_value("")
    page.get_by_role("button", name="Save and issue to the program").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_text("Priority 1, action 1: say who does it.").first).to_be_visible()
