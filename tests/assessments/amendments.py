"""A submitted cycle with its people, and the steps of changing an answer afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.assessments import amending, services
from portal.assessments.models import Amendment, StoredAnswer
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.programs.models import Program
from tests.factories import make_partnership, make_person, make_program, raw_answer, sign_in, submitted_cycle

URL = "http://localhost"
DUE = date(2026, 10, 15)


def words(page: str) -> str:
    """Return what a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@dataclass
class Cast:
    app: Flask
    program: Program
    administrator: Person
    contributor: Person
    reviewer: Person
    cycle: Cycle

    def client(self, person: Person) -> FlaskClient:
        client = self.app.test_client()
        sign_in(client, person)
        return client

    def at(self, what: str) -> str:
        return f"/cycles/{self.cycle.id}/{what}"

    def ask(self, *codes: str) -> Amendment:
        return amending.ask(self.cycle.id, codes, "We mixed up two forms.", self.contributor.id, URL)

    def open(self, *codes: str, asked: Amendment | None = None) -> Amendment:
        asked_id = asked.id if asked else None
        return amending.reopen(self.cycle.id, asked_id, codes, "Which form is it?", DUE, self.reviewer.id, URL)

    def type(self, code: str, save_id: str = "typed-save-1", **more: object) -> services.Saved:
        version = str(self.stored(code).version)
        return services.record_answer(self.cycle.id, code, raw_answer(**more), version, save_id, self.contributor.id)

    def send(self, round_: Amendment) -> Amendment:
        return amending.send(self.cycle.id, round_.id, self.administrator.id, URL)

    def amend(self, *codes: str, **more: object) -> Amendment:
        """Open, change and send in one go."""
        round_ = self.open(*codes)
        for code in codes:
            self.type(code, f"typed-{round_.id}-{code.replace('.', '-')}", **more)
        return self.send(round_)

    def stored(self, code: str) -> StoredAnswer:
        db.session.rollback()
        mine = select(StoredAnswer).where(StoredAnswer.cycle_id == self.cycle.id, StoredAnswer.practice_code == code)
        return db.session.scalars(mine).one()

    def mails(self, kind: str) -> list[tuple[str, str]]:
        """Return who got which mail of a kind, and its subject."""
        found = select(Message).where(Message.key.like(f"{kind}:%")).order_by(Message.to_name)
        return [(one.to_name, one.subject) for one in db.session.scalars(found)]


def make_cast(app: Flask, not_in_practice: tuple[str, ...] = ()) -> Cast:
    program = make_program(make_partnership("riverbend"), name="Harbor Light")
    administrator = make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Ada Admin")
    contributor = make_person(Role.CONTRIBUTOR, program, name="Cora Contributor")
    reviewer = make_person(Role.REVIEWER, program.partnership, name="Rosa Reyes")
    cycle = submitted_cycle(program, administrator, not_in_practice)
    return Cast(app, program, administrator, contributor, reviewer, cycle)
