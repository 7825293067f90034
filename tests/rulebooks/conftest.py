"""An app with a folder for plugins, and one partnership with programs in each stage of a cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.services import advance
from portal.foundation import jobs
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.partnerships.models import Partnership
from portal.recognition.services import confirm
from portal.rulebooks import checking, running
from tests.factories import (
    answer_all,
    browser,
    make_cycle,
    make_partnership,
    make_person,
    make_program,
    submitted_cycle,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop-in"
    made.mkdir()
    return made


@pytest.fixture
def app(make_app: Callable[..., Flask], folder: Path) -> Iterator[Flask]:
    """Give the app with the folder, a short limit for plugins, and a worker's jobs known."""
    built = make_app(RULES_FOLDER=str(folder), RULES_SECONDS=2)
    checking.register()
    running.register()
    with built.app_context():
        yield built


@dataclass(frozen=True)
class Lake:
    """Programs by stage: in progress, submitted, and recognized; all of one partnership, with its desk."""

    partnership: Partnership
    admin: Person
    desk: FlaskClient
    going: Cycle
    submitted: Cycle
    recognized: Cycle


def with_programs(app: Flask) -> Lake:
    """Build the three programs and a browser in which the administrator is signed in."""
    partnership = make_partnership("lake")
    admin = make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership, name="Ada Lake")
    programs = [make_program(partnership, name) for name in ("Ash", "Birch", "Cedar")]
    people = [make_person(Role.PROGRAM_ADMINISTRATOR, one) for one in programs]
    going = make_cycle(programs[0])
    answer_all(going, people[0], not_in_practice=("B.2.3",))
    submitted = submitted_cycle(programs[1], people[1], not_in_practice=("B.2.5",))
    recognized = submitted_cycle(programs[2], people[2])
    recognize(recognized, admin)
    return Lake(partnership, admin, browser(app, admin), going, submitted, recognized)


def recognize(cycle: Cycle, admin: Person) -> None:
    """Take a submitted cycle to its recognition."""
    with unit_of_work():
        for state in (CycleState.CONTACTED, CycleState.VISITED, CycleState.PLAN_ISSUED, CycleState.SIGNED):
            advance(cycle, state, date(2026, 9, 1))
    confirm(cycle.id, admin.id, base_url="http://localhost")
    db.session.refresh(cycle)


@pytest.fixture
def lake(staged: Callable[..., Lake]) -> Lake:
    return staged(with_programs)


@pytest.fixture
def desk(lake: Lake) -> FlaskClient:
    return lake.desk


def work() -> None:
    """Do what the worker would."""
    db.session.rollback()
    while jobs.run_next():
        pass
    db.session.rollback()
