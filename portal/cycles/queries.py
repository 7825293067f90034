"""Reads cycles, with the access check inside the loader, and the rules each cycle began with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Person
from portal.foundation import clock
from portal.foundation.access import STAFF_ROLES, Action, Role, require
from portal.foundation.database import db
from portal.foundation.errors import NotAllowed, Stranger
from portal.partnerships.queries import rulebook_of_record
from rules.catalogue import Section
from rules.duties import Due, due_dates
from rules.eligibility import Eligibility
from rules.rulebook import Rulebook

from .models import AccessRequest, Cycle, CycleMove


def load_cycle(person: Person, cycle_id: int, action: Action) -> tuple[Cycle, frozenset[Role]]:
    """Return the cycle and the roles held there; raises Stranger or NotAllowed.

    Answers are the program's own until it submits: staff alone cannot read them before.
    """
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None:
        raise Stranger
    roles = require(person.memberships, action, cycle.program.partnership_id, cycle.program_id)
    if action in (Action.READ_ANSWERS, Action.REVIEW) and cycle.submitted_on is None and roles <= STAFF_ROLES:
        raise NotAllowed("The program is still working on its answers. You can read them once it submits.")
    return cycle, roles


def load_for_change(cycle_id: int) -> Cycle:
    """Read the cycle again inside a write, locked where the database can."""
    # "of": the program comes by an outer join, whose rows PostgreSQL does not lock
    return db.session.get_one(Cycle, cycle_id, with_for_update={"of": Cycle}, populate_existing=True)


def rulebook_of(cycle: Cycle) -> Rulebook:
    """Return the rules this cycle began with."""
    return rulebook_of_record(cycle.rulebook)


def section_after(cycle: Cycle, here: Section) -> Section | None:
    """Return the section that follows, or None after the last."""
    sections = rulebook_of(cycle).catalogue.sections
    at = [one.key for one in sections].index(here.key)
    return sections[at + 1] if at + 1 < len(sections) else None


def local_today(cycle: Cycle) -> date:
    """Return today where the partnership is."""
    return clock.local_day(cycle.program.partnership.time_zone)


def open_duties(cycle: Cycle, check_ins_done: tuple[int, ...] = ()) -> tuple[Due, ...]:
    """Return what is due in this cycle, by the policy of its rules."""
    return due_dates(rulebook_of(cycle).policy, cycle.facts(local_today(cycle), check_ins_done))


def not_under_way(cycle: Cycle, dues: Iterable[Due]) -> tuple[Due, ...]:
    """Leave out the mini-review while it is under way: it is no duty to come, until its day is past."""
    today = local_today(cycle)
    begun = cycle.in_mini_review
    return tuple(one for one in dues if not begun or one.kind != "mini_review" or one.days_late(today))


def cycles_of(program_id: int) -> list[Cycle]:
    """Return the program's cycles, newest first."""
    found = select(Cycle).where(Cycle.program_id == program_id).order_by(Cycle.number.desc())
    return list(db.session.scalars(found))


def labels_of(rulebook: Rulebook) -> dict[int, str]:
    """Return what each rating from 1 to 5 is called by these rules."""
    return dict(enumerate(rulebook.policy.rating_labels, start=1))


def verdict_at_start(cycle: Cycle) -> Eligibility | None:
    """Return what the rules said when access was given; None for cycles that began before that was kept."""
    return Eligibility.from_json(cycle.eligibility) if cycle.eligibility else None


def moves_of(cycle: Cycle) -> list[CycleMove]:
    """Return the moves of this cycle to other rules, newest first, the undone ones too."""
    found = select(CycleMove).where(CycleMove.cycle_id == cycle.id).order_by(CycleMove.id.desc())
    return list(db.session.scalars(found.options(joinedload(CycleMove.moved_by), joinedload(CycleMove.undone_by))))


def newest_request(program_id: int) -> AccessRequest | None:
    """Return the program's newest request for access."""
    mine = select(AccessRequest).where(AccessRequest.program_id == program_id)
    return db.session.scalar(mine.order_by(AccessRequest.id.desc()).limit(1))
