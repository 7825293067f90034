"""Reads reviews: the queue, one review's items, how far each section is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.assessments.amendments import under_way_in
from portal.assessments.models import Amendment
from portal.assessments.queries import assessment_of, scorecards_of
from portal.cycles.agreed import agreed_days, with_agreed
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import local_today, rulebook_of
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from rules.answers import Answer
from rules.asking import Assessment
from rules.duties import Due, due_dates

from .models import Review, ReviewItem

DUTIES = frozenset({"contact", "visit", "results", "statement"})  # check-ins and later are on the desk
OPEN = (CycleState.SUBMITTED, CycleState.CONTACTED, CycleState.VISITED, CycleState.PLAN_ISSUED, CycleState.SIGNED)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One submitted cycle in the partnership's queue; days are whole days, one of the two is 0."""

    cycle: Cycle
    review: Review | None
    safety_gaps: int
    next_due: Due | None
    days_late: int
    days_left: int
    amending: Amendment | None = None  # a request that waits, or practices open for changes


@dataclass(frozen=True, slots=True)
class RatingGap:
    """A practice the two sides rate differently; the widest lead the visit's agenda."""

    code: str
    section: str
    title: str
    program: int
    reviewer: int


def queue_of(partnership: Partnership) -> list[QueueRow]:
    """Return every submitted cycle that is not finished, the latest duty first, in a fixed number of queries."""
    cycles = list(
        db.session.scalars(
            select(Cycle).join(Program).where(Program.partnership_id == partnership.id, Cycle.state.in_(OPEN))
        )
    )
    ids = [cycle.id for cycle in cycles]
    reviews = {
        review.cycle_id: review
        for review in db.session.scalars(
            select(Review).where(Review.cycle_id.in_(ids)).options(joinedload(Review.reviewer))
        )
    }
    cards, amending, agreed = scorecards_of(ids), under_way_in(ids), agreed_days(ids)
    rows = []
    for cycle in cycles:
        today = local_today(cycle)
        dues = with_agreed(due_dates(rulebook_of(cycle).policy, cycle.facts(today)), agreed.get(cycle.id))
        duties = [due for due in dues if due.kind in DUTIES]
        first = duties[0] if duties else None
        gaps = len(cards[cycle.id].safety_gaps) if cycle.id in cards else 0
        late, left = (first.days_late(today), first.days_left(today)) if first else (0, 0)
        rows.append(QueueRow(cycle, reviews.get(cycle.id), gaps, first, late, left, amending.get(cycle.id)))
    return sorted(rows, key=_waits_since)


def _waits_since(row: QueueRow) -> date:
    """Order by the last day in time; a signed Statement waits for the recognition since the day it was signed."""
    if row.next_due is not None:
        return row.next_due.until or row.next_due.on
    return row.cycle.statement_signed_on or date.max


def review_of(cycle: Cycle) -> Review | None:
    """Return the cycle's review, once somebody began it."""
    return db.session.scalar(select(Review).where(Review.cycle_id == cycle.id))


def items_of(review: Review | None) -> dict[str, ReviewItem]:
    """Return the review's items by practice code."""
    if review is None:
        return {}
    return {
        item.practice_code: item
        for item in db.session.scalars(select(ReviewItem).where(ReviewItem.review_id == review.id))
    }


def widest_gaps(
    cycle: Cycle, answers: Mapping[str, Answer], items: Mapping[str, ReviewItem], most: int = 8
) -> list[RatingGap]:
    """Return where the program's rating and the reviewer's differ most, the widest first."""
    found = []
    for practice in rulebook_of(cycle).catalogue.practices:
        item, answer = items.get(practice.code), answers.get(practice.code)
        own = item.content.get("rating") if item else None
        if own and answer and answer.rating and answer.rating != own:
            found.append(RatingGap(practice.code, practice.section, practice.title, answer.rating, own))
    return sorted(found, key=lambda gap: -abs(gap.program - gap.reviewer))[:most]


def reviewed_assessment_of(cycle: Cycle) -> Assessment:
    """Return what the rules are given to decide a tier: the assessment with what the reviewer accepted."""
    items = items_of(review_of(cycle))
    return assessment_of(cycle, tuple(code for code in sorted(items) if items[code].content.get("na_accepted") is True))
