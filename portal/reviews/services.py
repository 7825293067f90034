"""What a reviewer does practice by practice: rate and note. Contact and visit are in meeting.py.

Items follow the save protocol of answers: a version, a save id, and a refused text is kept all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused, StaleVersion
from portal.foundation.versions import SaveKey, Shelf, Verdict, changed, content_at, keep, save_key

from .forms import read_item
from .models import FindingKind, Review, ReviewItem, ReviewItemVersion
from .questions import settle_na

ITEMS = Shelf(ReviewItem, ReviewItemVersion)
LOCKED = (CycleState.PLAN_ISSUED, CycleState.SIGNED, CycleState.RECOGNIZED, CycleState.CLOSED)


class ItemChanged(StaleVersion):
    """Another reviewer stored a newer text for this practice; both are kept."""

    def __init__(self, code: str, stored: ReviewItem) -> None:
        super().__init__(f"Somebody else saved {code} while you were typing. Both texts are kept.")
        self.code, self.stored = code, stored


class ReviewClosed(OutOfOrder):
    """The plan was issued; the review no longer changes, and the text is kept in the history all the same."""

    def __init__(self) -> None:
        super().__init__("The plan was issued, so the review no longer changes. Your text is not part of it.")


@dataclass(frozen=True, slots=True)
class SavedItem:
    """What the page needs to know after a save."""

    code: str
    version: int
    saved_at: datetime


def begin(cycle: Cycle, by_id: int) -> Review:
    """Return the cycle's review; whoever comes first becomes its reviewer. Part of the caller's transaction."""
    review = db.session.scalar(select(Review).where(Review.cycle_id == cycle.id))
    if review is None:
        if cycle.submitted_on is None:
            raise OutOfOrder("The program has not submitted its self-assessment yet. Nothing was stored.")
        review = Review(cycle_id=cycle.id, reviewer_id=by_id)
        db.session.add(review)
        db.session.flush()
        audit.record("review begun", person_id=by_id, cycle_id=cycle.id)
    elif review.reviewer_id is None:
        review.reviewer_id = by_id
    return review


def record_review_item(
    cycle_id: int,
    code: str,
    raw: Mapping[str, str],
    version: object,
    save_id: object,
    by_id: int,
    unanswered: object = "",
) -> SavedItem:
    """Store one item. Raises UnknownPractice, Refused, SaveNotReadable, OutOfOrder or ItemChanged."""
    key = save_key(version, save_id, unanswered)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        outcome = _record(cycle, code, raw, key, by_id)
    if isinstance(outcome, (ItemChanged, ReviewClosed)):
        raise outcome  # after the commit, so that the refused text is in the history
    return outcome


def record_section(
    cycle_id: int,
    saves: Mapping[str, tuple[Mapping[str, str], object, object]],
    by_id: int,
    aside: Collection[str] = (),
) -> list[ItemChanged]:
    """Store every changed item of a section sent as one form; return the conflicts, all others being stored.

    Texts of the codes in `aside` go to the history alone: their sender chose the other one.
    """
    conflicts, closed = [], None
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        review = begin(cycle, by_id)
        texts = changed(saves, lambda _, raw: read_item(raw)[0], partial(_content_at, review.id))
        for code, raw, key, seen in texts:
            outcome = _record(cycle, code, raw, key, by_id, seen, aside=code in aside)
            if isinstance(outcome, ItemChanged) and code not in aside:
                conflicts.append(outcome)
            elif isinstance(outcome, ReviewClosed):
                closed = outcome
    if closed is not None:
        raise closed
    return conflicts


BLANK: dict[str, Any] = {"rating": None, "finding": "", "na_accepted": None, "finding_text": "", "private_note": ""}


def _content_at(review_id: int, code: str, version: int) -> dict[str, Any] | None:
    return BLANK if version == 0 else content_at(ITEMS, place_of(review_id, code), version)


def _record(
    cycle: Cycle,
    code: str,
    raw: Mapping[str, str],
    key: SaveKey,
    by_id: int,
    seen: Mapping[str, Any] | None = None,
    aside: bool = False,
) -> SavedItem | ItemChanged | ReviewClosed:
    rulebook_of(cycle).catalogue.practice(code)  # refuses an unknown code
    content, problems = read_item(raw)
    if problems:
        raise Refused(problems)
    review, closed = begin(cycle, by_id), cycle.state in LOCKED
    place = place_of(review.id, code)
    kept = keep(ITEMS, place, content, key, by_id, seen=seen, aside=aside, closed=closed)
    row = kept.row
    if row is None or kept.verdict is Verdict.REFUSE:
        return ReviewClosed() if closed or row is None else ItemChanged(code, row)
    if kept.verdict is Verdict.STORE:
        noted(cycle, row, by_id)
    return SavedItem(code, row.version, row.saved_at)


def place_of(review_id: int, code: str) -> dict[str, Any]:
    """Return the columns that say where an item belongs."""
    return {"review_id": review_id, "practice_code": code}


def noted(cycle: Cycle, row: ReviewItem, by_id: int) -> None:
    """Do what goes with every change of an item: the copy for counting, the record of deeds, an N/A accepted after all."""
    finding = row.content["finding"]
    row.finding = FindingKind(finding) if finding else None
    if row.content["na_accepted"] is True:
        settle_na(cycle, row.practice_code, by_id)
    audit.record(
        "review item saved", person_id=by_id, cycle_id=cycle.id, practice=row.practice_code, version=row.version
    )
