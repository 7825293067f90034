"""A draft of the demo's plan in work, as it was shown to the program, with what both sides said. All is made up."""

from __future__ import annotations

from datetime import date

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.plans.models import Plan, PlanComment, PlanShare
from portal.plans.queries import plan_of
from portal.plans.resting import content_of, rests_of
from rules.codec import canonical_json

from .clock import at

REVIEWER, ADVISER = "Ruben Ortega", "Grace Mbeki"
NOTE = "Do the months fit your school year? And is there a second person who can call families?"
# place of the priority (0: the whole), who, day, words, answers to the one before, done
SAID: tuple[tuple[int, str, date, str, bool, bool], ...] = (
    (1, ADVISER, date(2026, 9, 26), "Monthly calls are too much for two advisers. Could it be every six weeks after the first month?", False, True),
    (1, REVIEWER, date(2026, 9, 28), "Yes. I will write: twice in the first month, then every six weeks.", True, False),
    (3, ADVISER, date(2026, 9, 29), "Alan leaves in November. Please put me down for the cupboard.", False, False),
    (0, ADVISER, date(2026, 9, 29), "This is what we talked about. Thank you for writing it so plainly.", False, False),
)  # fmt: skip


def add_shared_draft(cycle: Cycle, people: dict[str, Person]) -> None:
    """Add the draft and its comments to the running transaction, and what was changed in the plan after them."""
    plan = plan_of(cycle)
    if plan is None:
        raise ValueError("The demo shares a draft before there is one.")
    share = PlanShare(
        plan_id=plan.id, number=1, version=plan.version, content=canonical_json(content_of(plan, rests_of(cycle, plan))),
        note=NOTE, shared_at=at(date(2026, 9, 25), 9, 30), shared_by_id=people[REVIEWER].id,
    )  # fmt: skip
    db.session.add(share)
    db.session.flush()
    before: PlanComment | None = None
    for number, (place, name, day, text, answers, done) in enumerate(SAID):
        before = PlanComment(
            share_id=share.id, priority_key=plan.priorities[place - 1].key if place else "", at=at(day, 15, number),
            answers_to_id=before.id if answers and before else None, by_id=people[name].id, from_staff=name == REVIEWER,
            text=text, save_id=f"demo-said-{number}",
        )  # fmt: skip
        if done:
            before.done_at, before.done_by_id = at(date(2026, 9, 28), 16), people[REVIEWER].id
        db.session.add(before)
        db.session.flush()
    _change(plan, people[REVIEWER])


def _change(plan: Plan, reviewer: Person) -> None:
    """Write into the plan what the first comment asked for."""
    plan.priorities[0].actions[0].text = "Call each family twice in the first month, then every six weeks"
    plan.version, plan.saved_at, plan.saved_by_id = plan.version + 1, at(date(2026, 9, 28), 16, 5), reviewer.id
