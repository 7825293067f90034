"""A submitted program, its administrator and its reviewer, each with a browser, and the forms of a visit."""

from __future__ import annotations

import re
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.programs.models import Program
from portal.reviews import meeting
from portal.visits.models import Visit, VisitEvent
from tests.factories import browser, make_partnership, make_person, make_program, submitted_cycle

IN_TIME = "2026-11-02T10:00"  # a Monday within four to six weeks of 1 October, after the clocks go back
ALSO = "2026-11-05T14:30"
LATE = "2026-11-20T10:00"


class Cast:
    def __init__(self, app: Flask, not_in_practice: tuple[str, ...] = ()) -> None:
        self.app = app
        self.program: Program = make_program(make_partnership("riverbend"), name="Jóvenes Unidos")
        self.admin: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program, name="Ana Núñez")
        self.reviewer: Person = make_person(Role.REVIEWER, self.program.partnership, name="Rosa Reyes")
        self.cycle: Cycle = submitted_cycle(self.program, self.admin, not_in_practice)
        meeting.record_contact(self.cycle.id, date(2026, 10, 1), "call", self.reviewer.id)
        self.ours, self.theirs = browser(app, self.reviewer), browser(app, self.admin)
        self.at = f"/cycles/{self.cycle.id}/visit"

    def post(self, client: FlaskClient, what: str, seen: int | None = None, **fields: object) -> TestResponse:
        """Send one form of the page as it is now, or as it was at version `seen`."""
        version = seen if seen is not None else self.version()
        return client.post(
            f"{self.at}/{what}", data={"seen": str(version), "save_id": f"form-{what}-{version}", **fields}
        )

    def version(self) -> int:
        visit = self.visit()
        return visit.version if visit else 0

    def visit(self) -> Visit | None:
        db.session.rollback()
        return db.session.scalar(select(Visit).where(Visit.cycle_id == self.cycle.id))

    def planned(self, when: str = IN_TIME) -> Visit:
        assert self.post(self.ours, "date", starts_at=when).status_code == 303
        found = self.visit()
        assert found is not None
        return found

    def deeds(self) -> list[str]:
        db.session.rollback()
        return [one.deed.value for one in db.session.scalars(select(VisitEvent).order_by(VisitEvent.id))]

    def mails(self, kind: str) -> list[Message]:
        db.session.rollback()
        return list(db.session.scalars(select(Message).where(Message.key.like(f"{kind}:%")).order_by(Message.id)))


def words(page: str) -> str:
    """Return what a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
