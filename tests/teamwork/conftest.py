"""A program in the middle of its self-assessment, with an administrator, a contributor and a reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from tests.factories import make_cycle, make_partnership, make_person, make_program, sign_in


@dataclass(frozen=True)
class Cast:
    app: Flask
    partnership: Partnership
    program: Program
    cycle: Cycle
    ana: Person  # administrator
    bo: Person  # contributor
    ria: Person  # reader
    staff: Person  # partnership administrator

    def client(self, person: Person) -> FlaskClient:
        made = self.app.test_client()
        sign_in(made, person)
        return made


def in_the_middle(app: Flask) -> Cast:
    partnership = make_partnership("here")
    program = make_program(partnership, name="Harbor Mentors")
    return Cast(
        app,
        partnership,
        program,
        make_cycle(program),
        make_person(Role.PROGRAM_ADMINISTRATOR, program, "Ana Núñez"),
        make_person(Role.CONTRIBUTOR, program, "Bo Lund"),
        make_person(Role.READER, program, "Ria Park"),
        make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership, "Dana Staff"),
    )


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(in_the_middle)
