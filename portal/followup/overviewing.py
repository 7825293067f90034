"""Gathers what a page shows of a running plan: progress, the log, extra time, and what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import local_today, not_under_way, open_duties, rulebook_of
from portal.foundation.database import db
from portal.plans.models import Outcome, Plan, PlanAction, Priority
from portal.plans.queries import plan_of, signs_again
from portal.resources.queries import Item, library_of
from rules.duties import Due, add_months

from .models import ActionProgress, CheckIn, ExtraTime, PriorityOutcome, ProgressState
from .queries import check_ins_of, may_edit

KINDS = ("check_in", "mini_review", "report", "renewal_invitation")


@dataclass(frozen=True, slots=True)
class Note:
    """What was added to a check-in, as its reader may see it."""

    text: str
    private: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One check-in as its reader may see it: what is private is not in here for a program."""

    id: int
    title: str
    done_on: date
    how: str
    notes: str
    private_notes: str
    resources: tuple[dict[str, str], ...]
    by: str
    edited_at: datetime | None
    fresh: bool
    added: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the plan with how far it is; `row` is the number of what was said last, 0 before anything was."""

    action: PlanAction
    state: ProgressState
    note: str
    on: date | None
    row: int
    at: datetime | None
    by: str
    late: bool
    history: tuple[ActionProgress, ...]  # newest first, with what came too late and does not count
    guide: Item | None  # what the plan names as help, when it is in the library, also once retired


@dataclass(frozen=True, slots=True)
class Aim:
    """One priority with its actions and how it ended."""

    priority: Priority
    steps: tuple[Step, ...]
    outcomes: tuple[PriorityOutcome, ...]  # newest first

    @property
    def outcome(self) -> Outcome | None:
        """Return how it ended, once somebody said so."""
        return self.priority.outcome


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that happens while a plan runs."""

    plan: Plan | None
    aims: tuple[Aim, ...]
    log: tuple[Entry, ...]
    extra: tuple[ExtraTime, ...]
    ends_on: date | None
    duties: tuple[Due, ...]
    today: date
    signs_again: bool  # the Statement, after the mini-review that was held

    def count(self, state: str) -> int:
        """Count the actions in a state."""
        return sum(step.state == state for aim in self.aims for step in aim.steps)

    @property
    def total(self) -> int:
        """Count the actions."""
        return sum(len(aim.steps) for aim in self.aims)


def overview_of(cycle: Cycle, staff: bool) -> Overview:
    """Return what a reader may see; private notes leave this function for staff alone."""
    plan, today, log = plan_of(cycle), local_today(cycle), check_ins_of(cycle)
    said, outcomes, extra = progress_of(cycle.id), outcomes_of(cycle.id), extra_time_of(cycle.id)
    policy = rulebook_of(cycle).policy
    guides = {one.key: one for one in library_of(cycle.program.partnership, rulebook_of(cycle), retired=True)}
    aims = [
        Aim(one, tuple(_step(action, said.get(action.key, ()), today, guides.get(action.resource_key)) for action in one.actions), outcomes.get(one.key, ()))
        for one in (plan.priorities if plan else ())
    ]  # fmt: skip
    duties = () if cycle.closed_on else open_duties(cycle, tuple(one.month for one in log if one.month))
    return Overview(
        plan, tuple(aims), tuple(_entry(one, staff, may_edit(one, policy)) for one in log), extra,
        ends_on(cycle, plan, extra), not_under_way(cycle, (one for one in duties if one.kind in KINDS)), today,
        signs_again(cycle),
    )  # fmt: skip


def ends_on(cycle: Cycle, plan: Plan | None, extra: Iterable[ExtraTime]) -> date | None:
    """Return the day the plan ends, counted from the day it was delivered, with the extra time."""
    if plan is None or plan.months is None or cycle.plan_issued_on is None:
        return None
    return add_months(cycle.plan_issued_on, plan.months + sum(one.months for one in extra if one.issue_number is None))


def _entry(one: CheckIn, staff: bool, fresh: bool) -> Entry:
    added = tuple(
        Note(each.text, each.private, each.at, each.by.name if each.by else "")
        for each in one.added if staff or not each.private
    )  # fmt: skip
    return Entry(
        one.id, one.title, one.done_on, one.how, one.notes, one.private_notes if staff else "", tuple(one.resources),
        one.logged_by.name if one.logged_by else "", one.edited_at, fresh, added,
    )  # fmt: skip


def _step(action: PlanAction, said: tuple[ActionProgress, ...], today: date, guide: Item | None) -> Step:
    counted = [one for one in said if not one.refused]
    last = counted[-1] if counted else None
    begun = ProgressState.DONE if action.done_on else ProgressState.NOT_STARTED
    state = last.state if last else begun
    over = add_months(action.due_month, 1) <= today if action.due_month else False
    return Step(
        action, state, last.note if last else "", last.on if last else action.done_on, last.id if last else 0,
        last.at if last else None, last.by.name if last and last.by else "",
        over and state in (ProgressState.NOT_STARTED, ProgressState.UNDER_WAY), tuple(one for one in said[::-1] if one is not last), guide,
    )  # fmt: skip


def progress_of(cycle_id: int) -> dict[str, tuple[ActionProgress, ...]]:
    """Return everything said about the actions of a cycle's plan, by action, oldest first."""
    mine = select(ActionProgress).where(ActionProgress.cycle_id == cycle_id).options(joinedload(ActionProgress.by))
    found: dict[str, list[ActionProgress]] = {}
    for row in db.session.scalars(mine.order_by(ActionProgress.id)):
        found.setdefault(row.action_key, []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def outcomes_of(cycle_id: int) -> dict[str, tuple[PriorityOutcome, ...]]:
    """Return how priorities ended, by priority, newest first."""
    mine = select(PriorityOutcome).where(PriorityOutcome.cycle_id == cycle_id).options(joinedload(PriorityOutcome.by))
    found: dict[str, list[PriorityOutcome]] = {}
    for row in db.session.scalars(mine.order_by(PriorityOutcome.id.desc())):
        found.setdefault(row.priority_key, []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def extra_time_of(cycle_id: int) -> tuple[ExtraTime, ...]:
    """Return the extra time granted to a plan, oldest first."""
    mine = select(ExtraTime).where(ExtraTime.cycle_id == cycle_id).options(joinedload(ExtraTime.by))
    return tuple(db.session.scalars(mine.order_by(ExtraTime.id)))
