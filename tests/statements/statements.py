"""A program whose plan is issued and whose leader is asked to sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.cycles.models import CycleState
from portal.foundation import clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.plans import services
from portal.plans.forms import ActionDraft, PlanDraft, PriorityDraft
from portal.plans.models import Plan, Statement
from portal.plans.queries import open_statement, plan_of
from tests.assessments.amendments import URL, Cast, make_cast

CODES = ("B.5.4", "B.5.12", "B.6.3")
SIGNED = {"name": "Lee Dorn", "title": "Director", "confirm": "yes"}


@dataclass
class Asked:
    """The cast, and the leader's browser, which nobody is signed in to."""

    cast: Cast
    leader: FlaskClient

    @property
    def link(self) -> str:
        """Return the newest link's path."""
        mails = select(Message.text).where(Message.key.like("statement:%")).order_by(Message.id.desc())
        text = db.session.scalars(mails).first() or ""
        return "/statement/" + text.rpartition("/statement/")[2].strip()

    @property
    def waiting(self) -> Statement:
        db.session.rollback()
        found = open_statement(self.cast.cycle)
        assert found is not None
        return found

    @property
    def state(self) -> CycleState:
        db.session.rollback()
        db.session.refresh(self.cast.cycle)
        return self.cast.cycle.state

    def change_plan(self, title: str = "Another aim") -> None:
        """Let the plan say something else, as if it was issued again."""
        with unit_of_work():
            plan: Plan | None = plan_of(self.cast.cycle)
            assert plan is not None
            plan.priorities[0].title = title
            services.keep_issue(self.cast.cycle, plan, clock.now(), None, "A test.")


def make_asked(app: Flask, send_to: str | None = None) -> Asked:
    cast = make_cast(app, CODES)
    with unit_of_work():
        cast.cycle.state, cast.cycle.contacted_on = CycleState.VISITED, date(2026, 10, 1)
        cast.cycle.visited_on = date(2026, 10, 1)
    priorities = tuple(
        PriorityDraft(f"Aim {code}", "Because.", code, (ActionDraft("Do it.", "Coordinator", "2027-03"),))
        for code in CODES
    )
    services.save_plan(cast.cycle.id, PlanDraft("12", "", {}, {}, priorities), "0", "plan-save-1", cast.reviewer.id)
    services.issue_plan(cast.cycle.id, cast.reviewer.id, URL, send_to=send_to)
    return Asked(cast, app.test_client())
