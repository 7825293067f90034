"""Reads plans, proposals and Statements."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from portal.assessments.queries import assessment_of, scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db
from rules.codec import canonical_json, read_json
from rules.results import Undetermined
from rules.tiers import ProposedPriority, judge_priorities

from .models import Plan, Statement


def plan_of(cycle: Cycle) -> Plan | None:
    """Return the cycle's plan, once somebody saved one."""
    return db.session.scalar(select(Plan).where(Plan.cycle_id == cycle.id))


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the rules propose for a plan, safety gaps first, and the rules that could not propose."""

    proposed: tuple[ProposedPriority, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()

    def to_json(self) -> str:
        """Write the proposals; the same proposals always give the same bytes."""
        return canonical_json(self)


def proposals_for(cycle: Cycle) -> Proposals:
    """Return what the rules propose: as kept with the plan, else as they propose at this moment; nothing before submitting."""
    if cycle.submitted_on is None:
        return Proposals()
    plan = plan_of(cycle)
    if plan is not None and plan.proposals:
        return read_json(Proposals, plan.proposals)
    return Proposals(*judge_priorities(scorecard_of(cycle), assessment_of(cycle), rulebook_of(cycle)))


def statement_by_token(token: str) -> Statement | None:
    """Return the Statement a link opens, also a used or withdrawn one."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return db.session.scalar(select(Statement).where(Statement.token_hash == digest))


def open_statement(cycle: Cycle) -> Statement | None:
    """Return the Statement that waits for its signature."""
    waiting = (Statement.cycle_id == cycle.id) & Statement.withdrawn_at.is_(None) & Statement.signed_at.is_(None)
    return db.session.scalar(select(Statement).where(waiting))
