"""A program before and after its results, judged by rules so short that its book of answers is quickly made."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from portal.cycles.models import CycleState
from portal.foundation import jobs, pdf
from portal.foundation.access import Role
from portal.foundation.clock import now
from portal.foundation.database import unit_of_work
from portal.recognition.models import Award
from portal.reviews.models import FindingKind, Review, ReviewItem
from rules.catalogue import load_edition
from rules.rulebook import EDITION
from tests.factories import browser, make_partnership, make_person, make_program, submitted_cycle

SECRET, FOUND = "only for us: the director is leaving", "Two people always read the file."
SHORT = ("short",)  # the plugin below: some practices of each area
KEPT = ("M.D.", "B.2.", "E.6.")
TOML = """
[plugin]
rules_api = [1, 1]
version = "1.0.0"
title = "A short list"
source = "Made up for a test."

[[change]]
change = "drop"
practices = {practices}
sentence = "A book of few answers says all that a test asks of it."
"""


def drop_in_short(folder: Path) -> None:
    """Write the plugin with the short list into the operator's folder."""
    dropped = [one.code for one in load_edition(EDITION).practices if not one.code.startswith(KEPT)]
    (folder / f"{SHORT[0]}.toml").write_text(TOML.format(practices=dropped), "utf-8")


class Cast:
    """A program before and after its results, with a browser for each kind of person."""

    def __init__(self, app: Flask, plugins: tuple[str, ...]) -> None:
        here, there = make_partnership("here", plugins), make_partnership("there", plugins)
        self.program = make_program(here, name="Señales del Río")
        admin = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.cycle = submitted_cycle(self.program, admin, not_in_practice=("B.2.4",))
        self.at = f"/cycles/{self.cycle.id}"
        self.admin, self.reader = browser(app, admin), browser(app, make_person(Role.READER, self.program))
        self.staff = browser(app, make_person(Role.REVIEWER, here))
        self.stranger = browser(app, make_person(Role.PROGRAM_ADMINISTRATOR, make_program(there)))
        content = {
            "rating": 3,
            "finding": "strength",
            "finding_text": FOUND,
            "private_note": SECRET,
            "na_accepted": None,
        }
        with unit_of_work() as session:
            review = Review(cycle_id=self.cycle.id)
            session.add(review)
            session.flush()
            session.add(ReviewItem(
                review_id=review.id, practice_code="B.2.3", version=1, save_id="one", saved_at=now(), content=content,
                finding=FindingKind.STRENGTH,
            ))  # fmt: skip

    def delivered(self) -> None:
        with unit_of_work():
            self.cycle.visited_on = date(2026, 9, 20)
            self.cycle.state, self.cycle.plan_issued_on = CycleState.PLAN_ISSUED, date(2026, 10, 1)

    def recognized(self) -> None:
        self.delivered()
        with unit_of_work() as session:
            self.cycle.state, self.cycle.awarded_on = CycleState.RECOGNIZED, date(2026, 10, 1)
            session.add(Award(
                cycle_id=self.cycle.id, tier_key="dedicated", tier_name="Dedicated Partner", awarded_on=date(2026, 10, 1),
                expires_on=date(2029, 10, 1), confirmed_at=now(), decision="{}", rulebook=self.cycle.rulebook,
            ))  # fmt: skip

    def made(self, client: FlaskClient, word: str, paper: str = "letter") -> str:
        asked = client.post(f"{self.at}/papers/{word}/{paper}")
        assert asked.status_code == 303
        work()
        return str(asked.location)


def work() -> None:
    pdf.register()
    while jobs.run_next():
        pass
