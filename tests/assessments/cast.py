"""A program that answers its first self-assessment, and a contributor with a browser."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from tests.factories import browser, make_cycle, make_partnership, make_person, make_program


class Answering:
    """Nothing is answered yet; the partnership chose the plugins named."""

    def __init__(self, app: Flask, *plugins: str) -> None:
        self.cycle: Cycle = make_cycle(make_program(make_partnership("riverbend", plugins)))
        self.person: Person = make_person(Role.CONTRIBUTOR, self.cycle.program, name="Ana Ruiz")
        self.client: FlaskClient = browser(app, self.person)
