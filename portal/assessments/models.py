"""A program's answers, every version of each, the frozen copies that were sent, and the changes asked for afterwards."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime, Word
from portal.foundation.versions import Versioned, VersionRow


class StoredAnswer(Versioned, Base):
    """The newest answer to one practice; `content` is rules.answers.Answer.as_dict()."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("cycle_id", "practice_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))

    saved_by: Mapped[Person | None] = relationship(foreign_keys="StoredAnswer.saved_by_id")


class AnswerVersion(VersionRow, Base):
    """One text that arrived for a practice, stored or refused as stale."""

    __tablename__ = "answer_version"
    __table_args__ = (UniqueConstraint("cycle_id", "practice_code", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))

    saved_by: Mapped[Person | None] = relationship(foreign_keys="AnswerVersion.saved_by_id")


class Submission(Base):
    """A frozen copy: canonical JSON of all answers and its SHA-256.

    Number 1 is what was submitted; each further one holds changes sent afterwards. The newest counts, and none changes.
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("cycle_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    number: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))

    cycle: Mapped[Cycle] = relationship()
    submitted_by: Mapped[Person | None] = relationship()


class Judgement(Base):
    """What the rules made of the submitted answers, each time they judged; the newest counts, and none is changed."""

    __tablename__ = "judgement"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(String(60))
    rulebook: Mapped[dict[str, Any]] = mapped_column(JSON)  # Rulebook.record() of the rules that judged
    scorecard: Mapped[str] = mapped_column(Text)  # Scorecard.to_json()
    undetermined: Mapped[bool] = mapped_column(default=False, index=True)  # a rule could not judge; tried again
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)  # the copy judged


class AmendmentState(enum.StrEnum):
    """Where a round of changes stands; the first two are under way."""

    ASKED = "asked"
    OPEN = "open"
    SENT = "sent"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Amendment(Base):
    """One round of changes after submitting: asked for by the program or begun by staff, then open, then sent or over.

    At most one round of a cycle is under way. While it is open, `Cycle.reopened` holds the same codes.
    """

    __tablename__ = "amendment"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    state: Mapped[AmendmentState] = mapped_column(Word(AmendmentState), index=True)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: staff began it
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # reopened or declined
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    codes: Mapped[list[str]] = mapped_column(JSON, default=list)  # what staff reopened
    note: Mapped[str] = mapped_column(Text, default="")  # of staff to the program; when declined, the reason
    due_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # sent, withdrawn or closed
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    end_note: Mapped[str] = mapped_column(Text, default="")
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))  # the copy that was sent

    cycle: Mapped[Cycle] = relationship()
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])
    submission: Mapped[Submission | None] = relationship()
