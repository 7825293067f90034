"""What the rules proposed is kept with the plan when it is first saved, with every reason, and shown in the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.foundation.access import Role
from portal.foundation.database import db
from portal.plans.models import Plan
from portal.plans.queries import Proposals, plan_of, proposals_for
from rules.codec import read_json
from tests.dropins import drop_in
from tests.factories import make_partnership, make_person, make_program, sign_in, submitted_cycle

PROPOSES = '''
@hookimpl
def nqms_priorities():
    """Propose one aim."""
    return [{"rule": "counties", "title": "Know your <county>", "practices": ("B.1.1",), "why": "B.1.1 is asked there.",
             "safety": False, "rank": 0}]
'''
RAISES = '''
@hookimpl
def nqms_priorities():
    """Fail."""
    raise RuntimeError("no county")
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "rules"
    made.mkdir()
    return made


@pytest.fixture
def app(make_app: Callable[..., Flask], folder: Path) -> Iterator[Flask]:
    built = make_app(RULES_FOLDER=str(folder))
    with built.app_context():
        yield built


@pytest.fixture
def begin(app: Flask, folder: Path):
    """Build a submitted cycle under a plugin, and a reviewer's browser."""

    def build(body: str):
        drop_in(folder, "county", body)
        program = make_program(make_partnership("county", ("county",)))
        cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program), ("B.2.4",))
        staff = app.test_client()
        sign_in(staff, make_person(Role.REVIEWER, program.partnership))
        return cycle, staff

    return build


def save(staff, cycle, version: int, key: str) -> None:
    reply = staff.post(f"/cycles/{cycle.id}/plan", data={"version": version, "save_id": key, "overview": "Soon."})
    assert reply.status_code == 303


def test_proposals_are_kept_with_the_plan_and_stay_when_the_plugin_goes(folder: Path, begin) -> None:
    cycle, staff = begin(PROPOSES)
    live = proposals_for(cycle)
    save(staff, cycle, 0, "first-save")
    assert read_json(Proposals, plan_of(cycle).proposals) == live
    (folder / "county.py").unlink()
    page = " ".join(staff.get(f"/cycles/{cycle.id}/plan").text.split())
    assert "The rules proposed this when the plan was first saved;" in page
    assert "<strong>Know your &lt;county&gt;</strong> (B.1.1), proposed because B.1.1 is asked there." in page
    assert "Who says so: County rules, version 1.0.0, rule “counties”." in page
    assert "proposed because B.2.4 protects children and is not in practice." in page
    save(staff, cycle, 1, "second-save")
    db.session.expire_all()
    assert read_json(Proposals, plan_of(cycle).proposals) == live


def test_rule_that_cannot_propose_is_named_and_asked_again_at_the_next_save(folder: Path, begin) -> None:
    cycle, staff = begin(RAISES)
    named = "Undetermined: County rules, version 1.0.0, could not judge what to do first: RuntimeError: no county."
    assert named in " ".join(staff.get(f"/cycles/{cycle.id}/plan").text.split())
    save(staff, cycle, 0, "first-save")
    assert db.session.query(Plan).one().proposals == ""
    drop_in(folder, "county", PROPOSES, version="1.0.1")
    save(staff, cycle, 1, "second-save")
    db.session.expire_all()
    assert "Know your <county>" in [one.title for one in proposals_for(cycle).proposed]
    assert plan_of(cycle).proposals != ""
