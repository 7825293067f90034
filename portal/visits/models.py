"""The visit of a review: proposed and planned dates, who comes, what happened to it, and the notes taken during it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime, Word
from portal.foundation.versions import SAVE_ID_LENGTH, Versioned, VersionRow


class VisitState(enum.StrEnum):
    """Where the date stands; that a visit was held is said by the cycle."""

    OPEN = "open"
    PROPOSED = "proposed"
    ASKED = "asked"  # the program asks for other times
    PLANNED = "planned"
    CANCELLED = "cancelled"


class VisitDeed(enum.StrEnum):
    """What was done to a visit."""

    PROPOSED = "proposed"
    PICKED = "picked"
    ASKED = "asked"
    SET = "set"
    MOVED = "moved"
    CANCELLED = "cancelled"
    DETAILS = "details"
    HELD = "held"
    CORRECTED = "corrected"  # after it was held

    @property
    def words(self) -> str:
        """Return the deed in words."""
        return DEEDS[self]


DEEDS = {
    VisitDeed.PROPOSED: "Dates proposed",
    VisitDeed.PICKED: "Date picked by the program",
    VisitDeed.ASKED: "Other dates asked for by the program",
    VisitDeed.SET: "Date set",
    VisitDeed.MOVED: "Moved",
    VisitDeed.CANCELLED: "Cancelled",
    VisitDeed.DETAILS: "Place, length, people or materials changed",
    VisitDeed.HELD: "Recorded as held",
    VisitDeed.CORRECTED: "Corrected",
}


class Visit(Base):
    """The one visit of a cycle.

    `version` counts every change, so that a page knows whether it is still true; `sequence` counts what calendars are
    told. `proposals` holds moments in UTC, `attendees` (side, name, email) with an empty e-mail for who gets no
    invitation, `invited` (name, email) who has it in the calendar now.
    """

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), unique=True)
    uid: Mapped[str] = mapped_column(String(100), unique=True)
    state: Mapped[VisitState] = mapped_column(Word(VisitState), default=VisitState.OPEN)
    version: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(300), default="")
    proposals: Mapped[list[str]] = mapped_column(JSON, default=list)
    asked: Mapped[str] = mapped_column(Text, default="")
    attendees: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    materials: Mapped[list[str]] = mapped_column(JSON, default=list)
    invited: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)

    cycle: Mapped[Cycle] = relationship()

    @property
    def times(self) -> tuple[datetime, ...]:
        """Return the proposed moments, in UTC."""
        return tuple(datetime.fromisoformat(one) for one in self.proposals)


class VisitEvent(Base):
    """One change of a visit; nothing edits or deletes it. `version` is the visit's after it."""

    __tablename__ = "visit_event"
    __table_args__ = (UniqueConstraint("visit_id", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deed: Mapped[VisitDeed] = mapped_column(Word(VisitDeed))
    before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int]
    save_id: Mapped[str] = mapped_column(String(SAVE_ID_LENGTH))

    by: Mapped[Person | None] = relationship()


class VisitNote(Versioned, Base):
    """What one person of the partnership noted of one section, or of the whole; `content` holds `note`."""

    __tablename__ = "visit_note"
    __table_args__ = (UniqueConstraint("visit_id", "person_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[str] = mapped_column(String(40))  # a section's key, or FREE

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    saved_by: Mapped[Person | None] = relationship(foreign_keys="VisitNote.saved_by_id")


class VisitNoteVersion(VersionRow, Base):
    """One text that arrived for a note, stored or refused as stale."""

    __tablename__ = "visit_note_version"
    __table_args__ = (UniqueConstraint("visit_id", "person_id", "part", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[str] = mapped_column(String(40))


class CalendarFeed(Base):
    """The secret address of a person's calendar; the row keeps only the token's SHA-256."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
