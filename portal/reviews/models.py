"""What the partnership adds to a submitted assessment: ratings, findings, notes, questions, opinions, contact, visit."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

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


class Mark(enum.StrEnum):
    """Where the review of one practice stands."""

    UNSEEN = "unseen"
    REVIEWED = "reviewed"
    FLAGGED = "flagged"
    ACCEPTED = "accepted"


MARK_TAGS = {Mark.UNSEEN: "", Mark.REVIEWED: "brand", Mark.FLAGGED: "warn", Mark.ACCEPTED: "good"}  # looks of its tag


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
    finding_text (for the program), private_note (never for the program) and na_accepted (true, false, null).
    Where there is something in them also: mark (a Mark), na_reason (told to the program when sent), and question, the draft
    of one that is not sent yet."""

    __tablename__ = "review_item"
    __table_args__ = (UniqueConstraint("review_id", "practice_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))
    finding: Mapped[FindingKind | None] = mapped_column(Word(FindingKind))  # copy, for counting

    saved_by: Mapped[Person | None] = relationship(foreign_keys="ReviewItem.saved_by_id")

    @property
    def mark(self) -> Mark:
        """Return where the practice stands: what somebody marked, else reviewed once there is anything in it."""
        return mark_of(self.content)


def mark_of(content: Mapping[str, Any]) -> Mark:
    """Return where a practice stands by what its item says; nothing said is unseen."""
    if content.get("mark"):
        return Mark(content["mark"])
    return Mark.REVIEWED if any(value not in (None, "") for value in content.values()) else Mark.UNSEEN


class ReviewItemVersion(VersionRow, Base):
    """One text that arrived for a review item, stored or refused as stale."""

    __tablename__ = "review_item_version"
    __table_args__ = (UniqueConstraint("review_id", "practice_code", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))

    saved_by: Mapped[Person | None] = relationship(foreign_keys="ReviewItemVersion.saved_by_id")


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


class EntryKind(enum.StrEnum):
    """What one line of a question's thread is."""

    SAID = "said"
    CLOSED = "closed"
    OPENED = "opened"


class Question(Base):
    """A question of the reviewer to the program about one practice, with everything said since as its entries.

    `about_na` marks the one that tells why "not applicable" was not accepted. Everything in it is for the program to read.
    """

    __tablename__ = "review_question"
    __table_args__ = (UniqueConstraint("cycle_id", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))
    about_na: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the program spoke last; None: its turn
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    save_id: Mapped[str] = mapped_column(String(64))

    cycle: Mapped[Cycle] = relationship()
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id])
    entries: Mapped[list[QuestionEntry]] = relationship(order_by="QuestionEntry.id", cascade="all, delete-orphan")


class QuestionEntry(Base):
    """One thing said or done in a question's thread after it was asked; never changed."""

    __tablename__ = "review_question_entry"
    __table_args__ = (UniqueConstraint("question_id", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("review_question.id", ondelete="CASCADE"), index=True)
    kind: Mapped[EntryKind] = mapped_column(Word(EntryKind), default=EntryKind.SAID)
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_staff: Mapped[bool]
    save_id: Mapped[str] = mapped_column(String(64))

    by: Mapped[Person | None] = relationship()


class ReplyDraft(Versioned, Base):
    """What one person typed under a question and has not sent, the person's own; `content` holds `text`."""

    __tablename__ = "reply_draft"
    __table_args__ = (UniqueConstraint("question_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("review_question.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    saved_by: Mapped[Person | None] = relationship(foreign_keys="ReplyDraft.saved_by_id")


class ReplyDraftVersion(VersionRow, Base):
    """One text that arrived for such a draft, stored or refused as stale."""

    __tablename__ = "reply_draft_version"
    __table_args__ = (UniqueConstraint("question_id", "person_id", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("review_question.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Opinion(Versioned, Base):
    """What a reviewer who does not decide thinks of one practice: rating, finding and text, for the partnership alone."""

    __tablename__ = "opinion"
    __table_args__ = (UniqueConstraint("review_id", "practice_code", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # whose it is; nobody else saves here

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    saved_by: Mapped[Person | None] = relationship(foreign_keys="Opinion.saved_by_id")


class OpinionVersion(VersionRow, Base):
    """One text that arrived for an opinion, stored or refused as stale."""

    __tablename__ = "opinion_version"
    __table_args__ = (UniqueConstraint("review_id", "practice_code", "person_id", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
