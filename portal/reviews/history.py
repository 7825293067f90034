"""Every text that ever arrived for one review item, the refused ones too, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.foundation.database import db

from .models import Review, ReviewItemVersion

PAGE = 20  # texts shown at once


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """A page of texts; `older` is where the next page begins, None at the end."""

    rows: tuple[ReviewItemVersion, ...]
    older: int | None


def item_history(review: Review | None, code: str, before: int | None = None) -> ItemHistory:
    """Return a page of the texts that arrived for a practice."""
    if review is None:
        return ItemHistory((), None)
    mine = (ReviewItemVersion.review_id == review.id) & (ReviewItemVersion.practice_code == code)
    found = select(ReviewItemVersion).where(mine).options(joinedload(ReviewItemVersion.saved_by))
    if before is not None:
        found = found.where(ReviewItemVersion.id < before)
    rows = list(db.session.scalars(found.order_by(ReviewItemVersion.id.desc()).limit(PAGE + 1)))
    return ItemHistory(tuple(rows[:PAGE]), rows[PAGE - 1].id if len(rows) > PAGE else None)
