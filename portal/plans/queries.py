"""Reads plans, proposals and Statements."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from portal.assessments.queries import assessment_of, scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db
from rules.tiers import ProposedPriority, propose_priorities

from .models import Plan, Statement


def plan_of(cycle: Cycle) -> Plan | None:
    """Return the cycle's plan, once somebody saved one."""
    return db.session.scalar(select(Plan).where(Plan.cycle_id == cycle.id))


def proposals_for(cycle: Cycle) -> tuple[ProposedPriority, ...]:
    """Return what the rules propose for the plan, safety gaps first."""
    return propose_priorities(scorecard_of(cycle), assessment_of(cycle), rulebook_of(cycle))


def statement_by_token(token: str) -> Statement | None:
    """Return the Statement a link opens, also a used or withdrawn one."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return db.session.scalar(select(Statement).where(Statement.token_hash == digest))


def open_statement(cycle: Cycle) -> Statement | None:
    """Return the Statement that waits for its signature."""
    waiting = (Statement.cycle_id == cycle.id) & Statement.withdrawn_at.is_(None) & Statement.signed_at.is_(None)
    return db.session.scalar(select(Statement).where(waiting))
