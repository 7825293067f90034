"""The pages that tell why, before and after rules change, as people with and without scripts see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page

from portal.cycles.models import CycleState
from portal.cycles.services import advance
from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.foundation.judging import evaluator
from portal.partnerships.services import adopt
from portal.recognition.services import confirm
from rules.rulebook import PluginChoice
from tests.browser.conftest import enter
from tests.factories import make_partnership, make_person, make_program, submitted_cycle

pytestmark = pytest.mark.browser
STEPS = (CycleState.CONTACTED, CycleState.VISITED, CycleState.PLAN_ISSUED, CycleState.SIGNED)


@pytest.fixture
def places(app: Flask) -> dict[str, object]:
    partnership = make_partnership("riverbend")
    program = make_program(partnership)
    manager = make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership)
    cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program), ("B.2.4",))
    with unit_of_work():
        for step in STEPS:
            advance(cycle, step, date(2026, 10, 1))
    rulebook = evaluator().describe([PluginChoice("north_carolina")])
    with unit_of_work():
        adopt(partnership, rulebook, manager.id)
    return {"program": program.id, "cycle": cycle.id, "manager": manager}


def test_reasons_open_after_the_rules_changed(places: dict[str, object], page: Page, shot: Callable) -> None:
    enter(page, places["manager"])
    at, manager = f"/cycles/{places['cycle']}", places["manager"]
    for where in (f"{at}/scorecard", f"{at}/recognition", f"{at}/rules", f"{at}/judgements"):
        page.goto(where)
        shot(page, f"reasons-{where.rpartition('/')[2]}")
    confirm(places["cycle"], manager.id, "http://localhost")
    page.goto(f"/programs/{places['program']}")
    page.get_by_text("Why? The decision as it stood").click()
    assert page.get_by_text("It was decided by: National rules 1.0.0.").is_visible()
    assert page.get_by_text("If it were decided today, by the rules in force now: Quality Partner.").is_visible()


def test_cycle_moves_and_comes_back_without_scripts(places: dict[str, object], page_no_js: Page) -> None:
    page = page_no_js
    enter(page, places["manager"])
    page.goto(f"/cycles/{places['cycle']}/rules")
    page.get_by_label("Why this cycle moves").fill("A new list for everybody.")
    page.get_by_role("button", name="Move this cycle to the rules in force now").click()
    assert page.get_by_text("The cycle is moved. Every answer is kept").is_visible()
    page.get_by_role("button", name="Undo this move").click()
    assert page.get_by_text("The move is undone.").is_visible()
