"""What happens in the demo while plans run: private notes, resources sent, progress, extra time, a mini-review under way."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.followup.models import (
    ActionProgress,
    CheckIn,
    CheckInNote,
    ExtraTime,
    PriorityOutcome,
    ProgressState,
)
from portal.foundation.database import db
from portal.plans.models import Plan
from portal.plans.services import keep_issue
from portal.resources.queries import library_of

from .clock import at

# of the running plan: priority and action, then what was said in its order
PROGRESS = (
    (1, 1, "Tom Adeyemi", date(2026, 5, 28), "under_way", "Two surveys are on the table.", None),
    (1, 1, "Marisol Keane", date(2026, 6, 16), "done", "We chose the one with 20 questions.", date(2026, 6, 12)),
    (1, 2, "Tom Adeyemi", date(2026, 8, 26), "done", "Ten pairs tried it; two questions need a plainer word.", date(2026, 8, 26)),
    (2, 1, "Tom Adeyemi", date(2026, 9, 22), "under_way", "31 of 84 stories are in.", None),
    (3, 1, "Marisol Keane", date(2026, 7, 9), "done", "Weeks 40 and 18.", date(2026, 7, 9)),
)  # fmt: skip


def add_follow_up(cycles: dict[str, Cycle], people: dict[str, Person]) -> None:
    """Add what goes with the check-ins of the running plan, and how the older plan's priorities ended."""
    db.session.flush()
    running, reviewer = cycles["harbor"], people["Dana Whitlock"]
    by_title = {one.title: one for one in library_of(running.program.partnership)}
    for one in db.session.scalars(select(CheckIn).where(CheckIn.cycle_id == running.id).order_by(CheckIn.month)):
        if one.month == 3:
            one.private_notes = "Marisol thinks of retiring in two years. Ask who could learn the budget from her."
            one.resources = [by_title["Measurement Guidance Toolkit for mentoring programs"].sent()]
            db.session.add(
                CheckInNote(
                    check_in_id=one.id, at=at(date(2026, 6, 9)), by_id=one.logged_by_id, private=False, save_id="demo-note",
                    text="The two articles went out on Tuesday.",
                )
            )  # fmt: skip
    _add_progress(running, people)
    running.mini_review_on = date(2026, 9, 28)
    db.session.add(
        ExtraTime(
            cycle_id=running.id, months=3, save_id="demo-time", at=at(date(2026, 9, 28), 11), by_id=reviewer.id,
            reason="The spring round of the survey comes after the school's own tests, so it ends three months later.",
        )
    )  # fmt: skip
    _add_outcomes(cycles["harbor-2022"], people["Ruben Ortega"])
    _issue_again(cycles["bridgelink"], people["Priya Nair"])


def _add_progress(cycle: Cycle, people: dict[str, Person]) -> None:
    plan = db.session.scalars(select(Plan).where(Plan.cycle_id == cycle.id)).one()
    for priority, action, who, day, state, note, on in PROGRESS:
        step = plan.priorities[priority - 1].actions[action - 1]
        db.session.add(
            ActionProgress(
                cycle_id=cycle.id, action_key=step.key, action_text=step.text, state=ProgressState(state), note=note, on=on,
                at=at(day, 16), by_id=people[who].id,
            )
        )  # fmt: skip
        db.session.flush()


def _issue_again(cycle: Cycle, by: Person) -> None:
    """Issue a plan again after its mini-review, with a year more for the action that had to wait."""
    plan = db.session.scalars(select(Plan).where(Plan.cycle_id == cycle.id)).one()
    plan.priorities[0].actions[0].due_month = date(2025, 9, 1)
    reason = "The site day of September 2024 was full, so training in person waits for the next one."
    keep_issue(cycle, plan, at(date(2024, 11, 26), 15), by.id, reason)


def _add_outcomes(cycle: Cycle, by: Person) -> None:
    plan = db.session.scalars(select(Plan).where(Plan.cycle_id == cycle.id)).one()
    for priority in plan.priorities:
        if priority.outcome is not None:
            db.session.add(
                PriorityOutcome(
                    cycle_id=cycle.id, priority_key=priority.key, title=priority.title, outcome=priority.outcome, note="",
                    at=at(date(2023, 12, 12), 12), by_id=by.id,
                )
            )  # fmt: skip
