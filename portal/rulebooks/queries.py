"""Reads drafts, previews and the history of adopted lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from portal.accounts.models import Person
from portal.assessments.models import StoredAnswer
from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.partnerships.models import RulesList
from portal.programs.models import Program

from .models import RulesDraft, RulesPreview


def draft_of(partnership_id: int, person_id: int) -> RulesDraft | None:
    """Return the draft this person is working on."""
    mine = select(RulesDraft).where(RulesDraft.partnership_id == partnership_id, RulesDraft.person_id == person_id)
    return db.session.scalar(mine)


def history_of(partnership_id: int) -> list[tuple[RulesList, str]]:
    """Return every adopted list, the newest first, with who adopted it."""
    rows = db.session.execute(
        select(RulesList, Person.name)
        .outerjoin(Person, Person.id == RulesList.adopted_by_id)
        .where(RulesList.partnership_id == partnership_id)
        .order_by(RulesList.number.desc())
        .options(defer(RulesList.record))  # each is long, and the page shows one
    )
    return [(row[0], row[1] or "") for row in rows]


def list_of(partnership_id: int, number: int) -> RulesList:
    """Return one adopted list; raises Stranger."""
    mine = select(RulesList).where(RulesList.partnership_id == partnership_id, RulesList.number == number)
    found = db.session.scalar(mine)
    if found is None:
        raise Stranger
    return found


def previews_of(partnership_id: int) -> list[RulesPreview]:
    """Return the newest previews, without reading their results."""
    mine = select(RulesPreview).where(RulesPreview.partnership_id == partnership_id)
    light = mine.options(defer(RulesPreview.result), defer(RulesPreview.record))
    return list(db.session.scalars(light.order_by(RulesPreview.id.desc()).limit(5)))


def preview_of(partnership_id: int, preview_id: int) -> RulesPreview:
    """Return one preview of this partnership; raises Stranger."""
    found = db.session.get(RulesPreview, preview_id)
    if found is None or found.partnership_id != partnership_id:
        raise Stranger
    return found


def newest_answer(partnership_id: int) -> datetime | None:
    """Return when an answer of the partnership's programs was last stored."""
    mine = select(func.max(StoredAnswer.saved_at)).join(Cycle, Cycle.id == StoredAnswer.cycle_id).join(Program)
    return db.session.scalar(mine.where(Program.partnership_id == partnership_id))
