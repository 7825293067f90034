"""The fifth edition, a preview, assessed from the first section to the recognition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from portal.assessments.services import submit
from portal.cycles.models import CycleState
from portal.cycles.queries import rulebook_of
from portal.cycles.services import advance
from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.recognition.services import confirm
from tests.factories import answer_all, make_cycle, make_person
from tests.recognition.conftest import STEPS, TODAY

FIFTH = """
edition = "eepm5"

[plugin]
rules_api = [1, 1]
version = "1.0.0"
title = "By the fifth edition"
source = "Made up for a test."
"""


def test_preview_edition_is_assessed_reviewed_planned_and_recognized(folder: Path, signed: Callable) -> None:
    cast = signed()
    (folder / "fifth.toml").write_text(FIFTH, "utf-8")
    cast.adopt("fifth")
    program = cast.program_elsewhere()
    admin = make_person(Role.PROGRAM_ADMINISTRATOR, program)
    cycle = make_cycle(program)
    catalogue = rulebook_of(cycle).catalogue
    assert (catalogue.edition, len(catalogue.practices)) == ("eepm5", 73)
    at = f"/cycles/{cycle.id}"
    browser = cast.browser(admin)
    assert "Before you start" in browser.get(at, follow_redirects=True).text
    tasks = " ".join(browser.get(at).text.split())
    assert all(section.title in tasks for section in catalogue.sections)
    assert catalogue.not_found[0] in tasks
    for section in catalogue.sections:
        assert section.practices[0].question in cast.page(admin, f"{at}/sections/{section.key}")
    answer_all(cycle, admin, not_in_practice=("F.6.4",))
    submit(cycle.id, admin.id, "http://localhost")
    assert "F.6.4" in cast.page(admin, f"{at}/scorecard")
    assert catalogue.sections[0].title in cast.page(cast.reviewer, f"{at}/review")
    assert "F.6.4" in cast.page(cast.reviewer, f"{at}/plan")
    with unit_of_work():
        for step in STEPS:
            advance(cycle, CycleState(step), TODAY)
    award = confirm(cycle.id, cast.reviewer.id, "http://localhost")
    assert award.tier_name == "Dedicated Partner"
    assert "Dedicated Partner" in cast.page(admin, f"/programs/{program.id}")
