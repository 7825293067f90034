"""Reads awards and what the rules decide today."""

from __future__ import annotations

from sqlalchemy import select

from portal.assessments.queries import scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db
from portal.reviews.queries import reviewed_assessment_of
from rules.tiers import Decision, decide

from .models import Award


def award_of(cycle: Cycle) -> Award | None:
    """Return the recognition confirmed for this cycle."""
    return db.session.scalar(select(Award).where(Award.cycle_id == cycle.id))


def decision_of(cycle: Cycle) -> Decision:
    """Return the decision: the frozen one once confirmed, else that of the rules today."""
    award = award_of(cycle)
    if award is not None:
        return Decision.from_json(award.decision)
    return decide(scorecard_of(cycle), reviewed_assessment_of(cycle), rulebook_of(cycle))
