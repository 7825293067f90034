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

REASON = "Nobody visits homes."


class Cast:
    """B.2.4 is a safety gap; the practices named do not apply."""

    def __init__(self, app: Flask, *not_applicable: str) -> None:
        self.program: Program = make_program(make_partnership("riverbend"), name="Jóvenes Unidos")
        self.owner: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program, name="Ana Ruiz")
        self.cycle: Cycle = make_cycle(self.program)
        answer_all(self.cycle, self.owner, not_in_practice=("B.2.4",))
        with unit_of_work():
            rows = select(StoredAnswer).where(StoredAnswer.practice_code.in_(not_applicable))
            for row in db.session.scalars(rows):
                row.content = row.content | {"status": "not_applicable", "rating": None, "na_reason": REASON}
        submit(self.cycle.id, self.owner.id, "http://localhost")
        db.session.refresh(self.cycle)
        self.reviewer: Person = make_person(Role.REVIEWER, self.program.partnership, name="Rosa Reyes")
        self.staff: FlaskClient = browser(app, self.reviewer)
