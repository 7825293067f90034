"""What the partnership adds to a submitted assessment: own ratings, findings, private notes, contact and visit."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime, Word
from portal.foundation.versions import Versioned, VersionRow


class FindingKind(enum.StrEnum):
    """The two kinds of finding NQMS knows."""

    STRENGTH = "strength"
    IMPROVE = "improve"

    @property
    def words(self) -> str:
        """Return the kind in words."""
        return "Strength" if self is FindingKind.STRENGTH else "Area for improvement"


class Review(Base):
    """The partnership's review of one cycle."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), unique=True)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    contact_how: Mapped[str] = mapped_column(String(200), default="")
    visit_planned_on: Mapped[date | None]
    visit_place: Mapped[str] = mapped_column(String(200), default="")
    attendees: Mapped[str] = mapped_column(Text, default="")
    visit_notes: Mapped[str] = mapped_column(Text, default="")  # private to the partnership

    cycle: Mapped[Cycle] = relationship()
    reviewer: Mapped[Person | None] = relationship()


class ReviewItem(Versioned, Base):
    """The reviewer's side of one practice. `content` holds rating (1-5 or null), finding (a FindingKind or ""),
    finding_text (for the program), private_note (never for the program) and na_accepted (true, false, null)."""

    __tablename__ = "review_item"
    __table_args__ = (UniqueConstraint("review_id", "practice_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))
    finding: Mapped[FindingKind | None] = mapped_column(Word(FindingKind))  # copy, for counting

    saved_by: Mapped[Person | None] = relationship(foreign_keys="ReviewItem.saved_by_id")


class ReviewItemVersion(VersionRow, Base):
    """One text that arrived for a review item, stored or refused as stale."""

    __tablename__ = "review_item_version"
    __table_args__ = (UniqueConstraint("review_id", "practice_code", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))


class ReviewLook(Base):
    """Which frozen copy a reviewer last looked at for one practice that was changed after submitting."""

    __tablename__ = "review_look"
    __table_args__ = (UniqueConstraint("review_id", "practice_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]  # Submission.number
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    looked_by: Mapped[Person | None] = relationship()
