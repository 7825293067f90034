"""A program and its partnership, with a browser on each side."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from portal.foundation.access import Role
from portal.programs.models import Program
from tests.factories import browser, make_partnership, make_person, make_program

Cast = tuple[Program, FlaskClient, FlaskClient]


def with_both_sides(
    app: Flask, key: str = "riverbend", plugins: tuple[str, ...] = (),
    staff: Role = Role.REVIEWER, staff_name: str = "Rosa Rey",
) -> Cast:  # fmt: skip
    """Build a program, and a browser of somebody on each side."""
    program = make_program(make_partnership(key, plugins), "Harbor Light")
    people = [
        make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Tom Ade"),
        make_person(staff, program.partnership, name=staff_name),
    ]
    return program, *[browser(app, person) for person in people]
