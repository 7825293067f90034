"""Reads check-ins: what is logged, what may still be edited, which month comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.assessments.guides import gaps_of
from portal.assessments.queries import answers_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation import clock
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.plans.queries import plan_of
from portal.resources.queries import Item, library_of, suggested
from rules.duties import add_months
from rules.policy import Policy

from .models import ANOTHER, CheckIn, CheckInNote

OFFERED = 8  # resources that stand first in the form
EARLY_DAYS = 30  # further from its day, a call is hardly the planned one; reminder_days only says when staff are told


def check_ins_of(cycle: Cycle) -> list[CheckIn]:
    """Return the check-ins logged for this cycle with what was added to them, in the order they took place."""
    mine = select(CheckIn).where(CheckIn.cycle_id == cycle.id).order_by(CheckIn.done_on, CheckIn.id)
    people = (joinedload(CheckIn.logged_by), joinedload(CheckIn.edited_by))
    return list(db.session.scalars(mine.options(*people, selectinload(CheckIn.added).joinedload(CheckInNote.by))))


def months_done(cycle: Cycle) -> tuple[int, ...]:
    """Return the months whose check-in is logged."""
    mine = select(CheckIn.month).where(CheckIn.cycle_id == cycle.id, CheckIn.month != ANOTHER)
    return tuple(db.session.scalars(mine.order_by(CheckIn.month)))


def load_check_in(cycle: Cycle, check_in_id: int) -> CheckIn:
    """Return one check-in of this cycle. Raises Stranger."""
    found = db.session.get(CheckIn, check_in_id)
    if found is None or found.cycle_id != cycle.id:
        raise Stranger
    return found


def months_asked(policy: Policy) -> tuple[int, ...]:
    """Return the months after the plan for which the policy wants a contact, the mini-review among them."""
    return tuple(sorted({*policy.check_in_months, policy.mini_review_months}))


def is_asked(policy: Policy, month: int) -> bool:
    """Tell whether the policy wants a contact, or a report, so many months after the plan."""
    every = policy.report_every_months
    return month in months_asked(policy) or bool(every and month > 0 and month % every == 0)


@dataclass(frozen=True, slots=True)
class Month:
    """One contact that the policy asks for: its number, what it is called, and its day, counted from the plan."""

    number: int
    title: str
    due_on: date


def early_for(cycle: Cycle, month: int | None, on: date | None) -> date | None:
    """Return the day of a planned contact that `on` is long before; None in time, and in a mini-review that was begun."""
    policy, anchor = rulebook_of(cycle).policy, cycle.plan_issued_on
    if month is None or on is None or anchor is None or not is_asked(policy, month):
        return None
    if month == policy.mini_review_months and cycle.mini_review_on is not None:
        return None
    due_on = add_months(anchor, month)
    return due_on if on < due_on - timedelta(days=EARLY_DAYS) else None


def months_open(cycle: Cycle, own: int = ANOTHER) -> list[Month]:
    """Return the contacts that are not logged yet, and the one a check-in is logged as; days count from the plan's."""
    policy, anchor = rulebook_of(cycle).policy, cycle.plan_issued_on
    if anchor is None:
        return []
    done, months = set(months_done(cycle)) - {own}, set(months_asked(policy)) | ({own} - {ANOTHER})
    if every := policy.report_every_months:
        months.add(next(n for n in range(every, 10**6, every) if n not in done))
    return [
        Month(n, "Mini-review" if n == policy.mini_review_months else f"{n} months", add_months(anchor, n))
        for n in sorted(months) if n not in done
    ]  # fmt: skip


def may_edit(one: CheckIn, policy: Policy) -> bool:
    """Tell whether the check-in itself may still be edited; later, notes are added to it."""
    return clock.now() < one.logged_at + timedelta(hours=policy.check_in_edit_hours)


@dataclass(frozen=True, slots=True)
class Offer:
    """Resources to choose from: those that fit the plan and the gaps first, then all others."""

    first: tuple[Item, ...]
    more: tuple[Item, ...]
    items: tuple[Item, ...]


def offer_of(cycle: Cycle) -> Offer:
    """Return what the library offers for this cycle's plan and gaps."""
    rulebook, plan = rulebook_of(cycle), plan_of(cycle)
    items = library_of(cycle.program.partnership, rulebook)
    planned = [code for one in (plan.priorities if plan else ()) for code in one.practice_codes]
    codes = [*planned, *(one.practice.code for one in gaps_of(answers_of(cycle), rulebook))]
    first = suggested(items, dict.fromkeys(codes), OFFERED)
    keys = {one.key for one in first}
    return Offer(tuple(first), tuple(one for one in items if one.key not in keys), tuple(items))
