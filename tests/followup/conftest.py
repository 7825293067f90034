"""A program whose plan was delivered three months ago, with three priorities of two actions each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.services import advance
from portal.foundation import clock as time
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.plans.models import Plan, PlanAction, Priority
from portal.plans.services import keep_issue
from tests.factories import browser, make_partnership, make_person, make_program, submitted_cycle

ISSUED = date(2026, 6, 30)
CODES = ("B.2.4", "B.2.5", "V.1")


@dataclass
class Running:
    """A cycle whose plan runs, its people, and a browser for each side."""

    app: Flask
    cycle: Cycle
    administrator: Person
    reviewer: Person
    theirs: FlaskClient
    staff: FlaskClient

    @property
    def at(self) -> str:
        return f"/cycles/{self.cycle.id}"

    @property
    def plan(self) -> Plan:
        db.session.expire_all()
        return db.session.query(Plan).filter_by(cycle_id=self.cycle.id).one()

    def action(self, priority: int = 1, action: int = 1) -> PlanAction:
        return self.plan.priorities[priority - 1].actions[action - 1]

    def move(self, *steps: CycleState, on: date = ISSUED) -> None:
        with unit_of_work():
            for step in steps:
                advance(self.cycle, step, on)


def add_plan(cycle: Cycle, by: Person, months: int = 12) -> None:
    """Add an issued plan to the running transaction."""
    plan = Plan(
        cycle_id=cycle.id, saved_at=time.now(), saved_by_id=by.id, months=months, overview="Safety first.",
        strengths={}, improvements={},
        priorities=[
            Priority(
                position=n, title=f"Aim {n}", why="It matters.", practice_codes=[code],
                actions=[
                    PlanAction(position=k, text=f"Step {n}.{k}", owner="Ana Ruiz", due_month=date(2026, 9, 1))
                    for k in (1, 2)
                ],
            )
            for n, code in enumerate(CODES, 1)
        ],
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    keep_issue(cycle, plan, time.now(), by.id)


@pytest.fixture
def running(staged: Callable[..., Running]) -> Running:
    return staged(make_running)


def make_running(app: Flask) -> Running:
    program = make_program(make_partnership("riverbend"), name="Open Door")
    administrator = make_person(Role.PROGRAM_ADMINISTRATOR, program, "Ana Ruiz")
    reviewer = make_person(Role.REVIEWER, program.partnership, "Ruben Ortega")
    cycle = submitted_cycle(program, administrator, ("B.2.4",))
    with unit_of_work():
        for step in (CycleState.CONTACTED, CycleState.VISITED, CycleState.PLAN_ISSUED):
            advance(cycle, step, ISSUED)
        add_plan(cycle, reviewer)
    return Running(app, cycle, administrator, reviewer, browser(app, administrator), browser(app, reviewer))
