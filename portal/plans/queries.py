"""Reads plans, proposals and Statements."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from portal.assessments.queries import assessment_of, scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db
from rules.tiers import propose_priorities

from .models import Plan, Statement
from .moving import move_up_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold an aim proposed for the plan; `helps` names the tier that its practices would help to reach."""

    title: str
    practices: tuple[str, ...]
    why: str
    safety: bool
    helps: str = ""


def plan_of(cycle: Cycle) -> Plan | None:
    """Return the cycle's plan, once somebody saved one."""
    return db.session.scalar(select(Plan).where(Plan.cycle_id == cycle.id))


def proposals_for(cycle: Cycle) -> tuple[Proposal, ...]:
    """Return what the rules propose for the plan, safety gaps first, then what else would help to reach the next tier."""
    proposed = propose_priorities(scorecard_of(cycle), assessment_of(cycle), rulebook_of(cycle))
    found = move_up_of(cycle)
    helps = {True: found.name, False: ""}
    made = [
        Proposal(one.title, one.practices, one.why, one.safety, helps[not found.practices.isdisjoint(one.practices)])
        for one in proposed
    ]
    named = {code for one in proposed for code in one.practices}
    made += [
        Proposal(one.title, (one.practice,), f"{one.practice} is {one.reason}.", False, found.name)
        for one in (found.sets[0].practices if found.sets else ())
        if one.practice not in named
    ]
    return tuple(made)


def statement_by_token(token: str) -> Statement | None:
    """Return the Statement a link opens, also a used or withdrawn one."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return db.session.scalar(select(Statement).where(Statement.token_hash == digest))


def open_statement(cycle: Cycle) -> Statement | None:
    """Return the Statement that waits for its signature."""
    waiting = (Statement.cycle_id == cycle.id) & Statement.withdrawn_at.is_(None) & Statement.signed_at.is_(None)
    return db.session.scalar(select(Statement).where(waiting))
