"""Second opinions: what a reviewer who does not decide thinks, kept as theirs beside the decider's item, never instead of it.

They are for the partnership alone, and follow the save protocol of answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, Refused, StaleVersion
from portal.foundation.versions import SaveKey, Shelf, Verdict, changed, content_at, keep, save_key

from .forms import read_opinion
from .models import FindingKind, Opinion, OpinionVersion, Review
from .services import LOCKED, ReviewClosed, SavedItem, begin

OPINIONS = Shelf(Opinion, OpinionVersion)
BLANK: dict[str, Any] = {"rating": None, "finding": "", "text": ""}


class OpinionChanged(StaleVersion):
    """The same person stored another text, in another window; both are kept."""

    def __init__(self, code: str, stored: Opinion) -> None:
        super().__init__(f"You saved {code} in another window while you were typing. Both texts are kept.")
        self.code, self.stored = code, stored


class DecidesHere(DomainError):
    """The decider's opinion is the review itself."""

    def __init__(self) -> None:
        super().__init__("You decide in this review, so your ratings and findings belong into the review itself.")


@dataclass(frozen=True, slots=True)
class OpinionShown:
    """One second opinion as it stands beside the decider's."""

    by: str
    rating: int | None
    finding: FindingKind | None
    text: str
    saved_at: datetime


def opinions_of(review: Review | None) -> dict[str, list[OpinionShown]]:
    """Return all second opinions that say something, by practice code."""
    found: dict[str, list[OpinionShown]] = {}
    if review is None:
        return found
    mine = select(Opinion).where(Opinion.review_id == review.id).options(joinedload(Opinion.person))
    for row in db.session.scalars(mine.order_by(Opinion.id)):
        if row.content != BLANK:
            finding = FindingKind(row.content["finding"]) if row.content["finding"] else None
            one = OpinionShown(row.person.name, row.content["rating"], finding, row.content["text"], row.saved_at)
            found.setdefault(row.practice_code, []).append(one)
    return found


def own_opinions(review: Review | None, person_id: int) -> dict[str, Opinion]:
    """Return what one person stored, by practice code."""
    if review is None:
        return {}
    mine = select(Opinion).where(Opinion.review_id == review.id, Opinion.person_id == person_id)
    return {row.practice_code: row for row in db.session.scalars(mine)}


def record_opinion(
    cycle_id: int, code: str, raw: Mapping[str, str], version: object, save_id: object, by_id: int,
    unanswered: object = "",
) -> SavedItem:  # fmt: skip
    """Store one opinion. Raises as services.record_review_item does, OpinionChanged, or DecidesHere."""
    key = save_key(version, save_id, unanswered)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        outcome = _record(cycle, code, raw, key, by_id)
    if isinstance(outcome, (OpinionChanged, ReviewClosed)):
        raise outcome  # after the commit, so that the refused text is in the history
    return outcome


def record_opinions(
    cycle_id: int, saves: Mapping[str, tuple[Mapping[str, str], object, object]], by_id: int,
    aside: Collection[str] = (),
) -> list[OpinionChanged]:  # fmt: skip
    """Store a section's opinions sent as one form; return the conflicts, all others being stored."""
    conflicts, closed = [], None
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        review = begin(cycle, by_id)

        def seen_at(code: str, version: int) -> Mapping[str, Any] | None:
            return content_at(OPINIONS, _place(review, code, by_id), version) if version else BLANK

        for code, raw, key, seen in changed(saves, lambda _, raw: read_opinion(raw)[0], seen_at):
            outcome = _record(cycle, code, raw, key, by_id, seen, aside=code in aside)
            if isinstance(outcome, OpinionChanged) and code not in aside:
                conflicts.append(outcome)
            elif isinstance(outcome, ReviewClosed):
                closed = outcome
    if closed is not None:
        raise closed
    return conflicts


def _record(
    cycle: Cycle, code: str, raw: Mapping[str, str], key: SaveKey, by_id: int,
    seen: Mapping[str, Any] | None = None, aside: bool = False,
) -> SavedItem | OpinionChanged | ReviewClosed:  # fmt: skip
    rulebook_of(cycle).catalogue.practice(code)  # refuses an unknown code
    content, problems = read_opinion(raw)
    if problems:
        raise Refused(problems)
    review, closed = begin(cycle, by_id), cycle.state in LOCKED
    if review.reviewer_id == by_id:
        raise DecidesHere
    kept = keep(
        OPINIONS, _place(review, code, by_id), content, key, by_id, seen=seen, aside=aside, closed=closed
    )  # fmt: skip
    row = kept.row
    if row is None or kept.verdict is Verdict.REFUSE:
        return ReviewClosed() if closed or row is None else OpinionChanged(code, row)
    if kept.verdict is Verdict.STORE:
        audit.record("opinion saved", person_id=by_id, cycle_id=cycle.id, practice=code, version=row.version)
    return SavedItem(code, row.version, row.saved_at)


def _place(review: Review, code: str, person_id: int) -> dict[str, Any]:
    return {"review_id": review.id, "practice_code": code, "person_id": person_id}
