"""Reads every text of a plan that ever arrived, so that what was set aside can be found again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.foundation.database import db

from .forms import ActionDraft, PlanDraft, PriorityDraft
from .models import Plan, PlanVersion

LISTED = 200  # the newest texts; somebody who types stores many


@dataclass(frozen=True, slots=True)
class Text:
    """One text that arrived: the row with who and when, and what it said."""

    version: PlanVersion
    draft: PlanDraft


def texts_of(plan: Plan | None) -> list[Text]:
    """Return the texts of a plan, newest first, in one query.

    Of those that one person stored within a minute only the newest is listed; what was set aside is always listed.
    """
    if plan is None:
        return []
    mine = select(PlanVersion).where(PlanVersion.plan_id == plan.id).options(joinedload(PlanVersion.saved_by))
    found: list[Text] = []
    last: PlanVersion | None = None
    for row in db.session.scalars(mine.order_by(PlanVersion.id.desc()).limit(LISTED)):
        if last is None or row.refused or last.refused or _moment(row) != _moment(last):
            found.append(Text(row, read_draft(row.content)))
        last = row
    return found


def _moment(row: PlanVersion) -> tuple[object, int | None]:
    return row.saved_at.replace(second=0, microsecond=0), row.saved_by_id


def read_draft(content: dict[str, Any]) -> PlanDraft:
    """Read a draft from the history; parts that older texts do not know are empty."""
    priorities = tuple(
        PriorityDraft(**{**one, "actions": tuple(ActionDraft(**action) for action in one.get("actions", ()))})
        for one in content.get("priorities", ())
    )
    return PlanDraft(**{**content, "priorities": priorities})
