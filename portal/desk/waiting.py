"""What a program said and staff have not answered yet: dates for the visit, questions of the review, a shared draft."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.plans.models import Plan, PlanComment, PlanShare
from portal.reviews.models import Question
from portal.visits.models import Visit, VisitDeed, VisitEvent, VisitState

SAID = {
    "dates": "The program asks for other dates",
    "answered": "The program answered your questions",
    "comments": "The program commented on the draft of the plan",
}
PAGES = {"dates": "visits.page", "answered": "questions.page", "comments": "results.draft"}  # where staff act on it


@dataclass(frozen=True, slots=True)
class Word:
    """One thing a program said; `since` is when the first of it came, `draft` the number of a commented draft."""

    kind: str
    cycle_id: int
    since: datetime
    draft: int = 0


def words_of(cycle_ids: Collection[int]) -> Iterator[Word]:
    """Give what waits for staff in these cycles, in three queries."""
    dates = (
        select(Visit.cycle_id, func.max(VisitEvent.at))
        .join(VisitEvent, VisitEvent.visit_id == Visit.id)
        .join(Cycle, Visit.cycle_id == Cycle.id)
        .where(
            Visit.cycle_id.in_(cycle_ids), Visit.asked != "", VisitEvent.deed == VisitDeed.ASKED,
            Visit.state.in_((VisitState.ASKED, VisitState.PLANNED)), Cycle.visited_on.is_(None),
            Cycle.plan_issued_on.is_(None),
        )
        .group_by(Visit.cycle_id)
    )  # fmt: skip
    for cycle_id, since in db.session.execute(dates):
        yield Word("dates", cycle_id, since)
    answered = (
        select(Question.cycle_id, func.min(Question.answered_at))
        .where(Question.cycle_id.in_(cycle_ids), Question.closed_at.is_(None), Question.answered_at.is_not(None))
        .group_by(Question.cycle_id)
    )
    for cycle_id, first in db.session.execute(answered):
        if first is not None:
            yield Word("answered", cycle_id, first)
    comments = (
        select(Plan.cycle_id, func.min(PlanComment.at), func.max(PlanShare.number))
        .join(PlanShare, PlanShare.plan_id == Plan.id)
        .join(PlanComment, PlanComment.share_id == PlanShare.id)
        .join(Cycle, Plan.cycle_id == Cycle.id)
        .where(
            Plan.cycle_id.in_(cycle_ids), PlanComment.from_staff.is_(False), PlanComment.done_at.is_(None),
            PlanComment.answers_to_id.is_(None), Cycle.plan_issued_on.is_(None),
        )
        .group_by(Plan.cycle_id)
    )  # fmt: skip
    for cycle_id, since, number in db.session.execute(comments):
        yield Word("comments", cycle_id, since, number)
