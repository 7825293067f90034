"""What a reviewer does practice by practice: rate and note. Contact and visit are in meeting.py.

Items follow the save protocol of answers: a version, a save id, and a refused text is kept all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused, StaleVersion
from portal.foundation.versions import SaveKey, Verdict, renamed, save_key, verdict_on

from .forms import read_item
from .models import FindingKind, Review, ReviewItem, ReviewItemVersion

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
        for code, (raw, version, save_id) in saves.items():
            key = save_key(version, save_id)
            seen = _content_at(review.id, code, key.version)
            if read_item(raw)[0] == seen:
                continue  # left as it was shown; a colleague's newer text stands
            outcome = _record(cycle, code, raw, key, by_id, seen, aside=code in aside)
            if isinstance(outcome, ItemChanged) and code not in aside:
                conflicts.append(outcome)
            elif isinstance(outcome, ReviewClosed):
                closed = outcome
    if closed is not None:
        raise closed
    return conflicts


BLANK = {"rating": None, "finding": "", "na_accepted": None, "finding_text": "", "private_note": ""}


def _content_at(review_id: int, code: str, version: int) -> dict[str, Any] | None:
    if version == 0:
        return BLANK
    return db.session.scalar(
        select(ReviewItemVersion.content).where(
            ReviewItemVersion.review_id == review_id,
            ReviewItemVersion.practice_code == code,
            ReviewItemVersion.version == version,
            ReviewItemVersion.refused.is_(False),
        )
    )


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
    review, save_id, moment = begin(cycle, by_id), key.id, clock.now()
    row = db.session.scalar(
        select(ReviewItem)
        .where(ReviewItem.review_id == review.id, ReviewItem.practice_code == code)
        .with_for_update(of=ReviewItem)
    )
    again = _sent_before(review.id, code, save_id)
    if again is not None and again.content != content:
        save_id = renamed(save_id, content)
        again = _sent_before(review.id, code, save_id)
    verdict, closed = verdict_on(key, content, by_id, row, again, seen), cycle.state in LOCKED
    if row is not None and verdict is Verdict.SAME:
        return SavedItem(code, row.version, row.saved_at)
    if closed or (row is not None and (aside or verdict is Verdict.REFUSE)):
        if not _kept_before(review.id, code, content):
            db.session.add(
                ReviewItemVersion(
                    review_id=review.id, practice_code=code, version=key.version + 1, save_id=save_id, saved_at=moment,
                    saved_by_id=by_id, content=content, refused=True,
                )
            )  # fmt: skip
        return ReviewClosed() if closed or row is None else ItemChanged(code, row)
    if row is None:
        row = ReviewItem(review_id=review.id, practice_code=code, version=0)
        db.session.add(row)
    row.version, row.save_id, row.saved_at, row.saved_by_id = row.version + 1, save_id, moment, by_id
    row.content, row.finding = content, FindingKind(content["finding"]) if content["finding"] else None
    db.session.add(
        ReviewItemVersion(
            review_id=review.id, practice_code=code, version=row.version, save_id=save_id, saved_at=moment,
            saved_by_id=by_id, content=content,
        )
    )  # fmt: skip
    audit.record("review item saved", person_id=by_id, cycle_id=cycle.id, practice=code, version=row.version)
    return SavedItem(code, row.version, moment)


def _kept_before(review_id: int, code: str, content: Mapping[str, Any]) -> bool:
    """Tell whether the history holds this text already; each is kept once."""
    mine = (ReviewItemVersion.review_id == review_id) & (ReviewItemVersion.practice_code == code)
    return any(one == content for one in db.session.scalars(select(ReviewItemVersion.content).where(mine)))


def _sent_before(review_id: int, code: str, save_id: str) -> ReviewItemVersion | None:
    return db.session.scalar(
        select(ReviewItemVersion).where(
            ReviewItemVersion.review_id == review_id,
            ReviewItemVersion.practice_code == code,
            ReviewItemVersion.save_id == save_id,
        )
    )
