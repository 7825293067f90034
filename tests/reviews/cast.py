"""A submitted program with the person who runs it, and the reviewer with a browser."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.assessments.models import StoredAnswer
from portal.assessments.services import submit
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.programs.models import Program
from tests.factories import answer_all, browser, make_cycle, make_partnership, make_person, make_program

GAP, NA = "B.2.4", "E.2.2"
REASON = "Nobody visits homes."


class Cast:
    """One practice of the second section is a safety gap, another one does not apply."""

    def __init__(self, app: Flask) -> None:
        self.program: Program = make_program(make_partnership("riverbend"), name="Jóvenes Unidos")
        self.owner: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program, name="Ana Ruiz")
        self.cycle: Cycle = make_cycle(self.program)
        answer_all(self.cycle, self.owner, not_in_practice=(GAP,))
        with unit_of_work():
            row = db.session.scalars(select(StoredAnswer).where(StoredAnswer.practice_code == NA)).one()
            row.content = row.content | {"status": "not_applicable", "rating": None, "na_reason": REASON}
        submit(self.cycle.id, self.owner.id, "http://localhost")
        db.session.refresh(self.cycle)
        self.reviewer: Person = make_person(Role.REVIEWER, self.program.partnership, name="Rosa Reyes")
        self.staff: FlaskClient = browser(app, self.reviewer)
