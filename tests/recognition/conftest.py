"""One program whose Statement is signed, under rules from a folder that the test fills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.services import advance
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.judging import evaluator
from portal.partnerships.models import Partnership
from portal.partnerships.services import adopt
from portal.programs.models import Program
from rules.rulebook import PluginChoice
from tests.factories import browser, make_partnership, make_person, make_program, submitted_cycle

TODAY = date(2026, 10, 1)
STEPS = (CycleState.CONTACTED, CycleState.VISITED, CycleState.PLAN_ISSUED, CycleState.SIGNED)


@pytest.fixture(scope="session")
def operators_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


@pytest.fixture
def folder(operators_folder: Path) -> Iterator[Path]:
    """Give the operator's folder for plugins, empty. It is the same one for all tests, so that what is known by it is kept."""
    yield operators_folder
    for path in operators_folder.iterdir():
        path.unlink()


@pytest.fixture
def app(make_app: Callable[..., Flask], request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Give the app, with a folder for plugins if the test asks for one."""
    of_operator = {"RULES_FOLDER": str(request.getfixturevalue("folder"))} if "folder" in request.fixturenames else {}
    built = make_app(**of_operator)
    with built.app_context():
        yield built


class Signed:
    """A program, its people with a browser each, and its cycle, which is signed or on its way there."""

    def __init__(
        self, app: Flask, plugins: tuple[str, ...], not_in_practice: tuple[str, ...], until: CycleState
    ) -> None:
        self.app = app
        self.partnership: Partnership = make_partnership("riverbend", plugins)
        self.program: Program = make_program(self.partnership, name="Jóvenes Unidos")
        self.admin: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.reviewer: Person = make_person(Role.REVIEWER, self.partnership)
        self.manager: Person = make_person(Role.PARTNERSHIP_ADMINISTRATOR, self.partnership)
        self.cycle: Cycle = submitted_cycle(self.program, self.admin, not_in_practice)
        with unit_of_work():
            for step in STEPS[: STEPS.index(until) + 1]:
                advance(self.cycle, step, TODAY)
        self.at = f"/cycles/{self.cycle.id}"
        self.browsers = {one.id: browser(app, one) for one in (self.admin, self.reviewer, self.manager)}

    def program_elsewhere(self) -> Program:
        """Add a second program of the partnership, with an administrator of its own."""
        self.other = make_program(self.partnership, name="Second program")
        return self.other

    def other_admin(self) -> Person:
        return make_person(Role.PROGRAM_ADMINISTRATOR, self.other)

    def browser(self, person: Person) -> FlaskClient:
        """Return the browser of a person, where they stay signed in."""
        if person.id not in self.browsers:
            self.browsers[person.id] = browser(self.app, person)
        return self.browsers[person.id]

    def page(self, person: Person, where: str) -> str:
        """Return a page as one line of text, as it stands in the source."""
        reply = self.browser(person).get(where)
        assert reply.status_code == 200
        return " ".join(reply.text.split())

    def adopt(self, *plugins: str, edition: str = "eepm4") -> None:
        """Put another list in force for new cycles."""
        db.session.rollback()
        rulebook = evaluator().describe([PluginChoice(name) for name in plugins], edition)
        with unit_of_work():
            adopt(self.partnership, rulebook, self.manager.id)


@pytest.fixture
def signed(staged: Callable[..., Signed]) -> Callable[..., Signed]:
    """Build the cast, once the test has put its plugins into the folder."""

    def build(
        plugins: tuple[str, ...] = (), not_in_practice: tuple[str, ...] = (), until: CycleState = CycleState.SIGNED
    ) -> Signed:
        return staged(Signed, plugins, not_in_practice, until)

    return build
