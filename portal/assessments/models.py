"""A program's answers, every version of each, and the frozen copy that was submitted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime
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
    """The frozen copy: canonical JSON of all answers and its SHA-256."""

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
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
