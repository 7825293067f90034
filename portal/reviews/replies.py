"""What somebody types under a question before it is sent: each person's own, saved by the protocol of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.foundation.errors import Refused, StaleVersion
from portal.foundation.typed import text_of, text_problems
from portal.foundation.versions import SaveKey, Shelf, Verdict, follow, keep
from rules.answers import MAX_TEXT

from .models import Question, ReplyDraft, ReplyDraftVersion

DRAFTS = Shelf(ReplyDraft, ReplyDraftVersion)
BLANK = {"text": ""}


class ReplyChanged(StaleVersion):
    """The same person stored another text in another window; both are kept."""

    def __init__(self, stored: ReplyDraft) -> None:
        super().__init__("You saved another text here in another window. Both texts are kept.")
        self.stored = stored


def drafts_of(cycle: Cycle, person_id: int) -> dict[int, ReplyDraft]:
    """Return what this person typed under the cycle's questions and did not send, by the question's id."""
    mine = select(ReplyDraft).join(Question, Question.id == ReplyDraft.question_id)
    found = db.session.scalars(mine.where(Question.cycle_id == cycle.id, ReplyDraft.person_id == person_id))
    return {one.question_id: one for one in found}


def keep_reply(question_id: int, raw: Mapping[str, Any], key: SaveKey, by_id: int) -> ReplyDraft | ReplyChanged:
    """Store a text in the running transaction, or give back the conflict. Raises Refused or SaveNotReadable."""
    text = text_of(raw, "text")
    if text and (problems := text_problems(text, "text", "text", MAX_TEXT)):
        raise Refused(problems)
    kept = keep(DRAFTS, _place(question_id, by_id), {"text": text}, key, by_id)
    row: Any = kept.row
    return ReplyChanged(row) if kept.verdict is Verdict.REFUSE else row


def draft_text(question_id: int, by_id: int) -> str:
    """Return what this person has stored under a question and not sent."""
    row = _row(question_id, by_id)
    return str(row.content["text"]) if row is not None else ""


def sent(question_id: int, by_id: int) -> None:
    """Empty the draft that was sent, in the running transaction; it stays in the history."""
    row = _row(question_id, by_id)
    if row is not None and row.content != BLANK:
        follow(DRAFTS, _place(question_id, by_id), row, dict(BLANK), by_id)


def _row(question_id: int, by_id: int) -> ReplyDraft | None:
    return db.session.scalar(select(ReplyDraft).filter_by(**_place(question_id, by_id)))


def _place(question_id: int, by_id: int) -> dict[str, Any]:
    return {"question_id": question_id, "person_id": by_id}
