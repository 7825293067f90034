"""What several people need who answer together: given sections, who was where, what was said, personal flags.

All of it is the program's own; nothing here is ever shown to a partnership.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime, Word


class SectionGiven(Base):
    """A section that is somebody's to do; several people may share one."""

    __tablename__ = "section_given"
    __table_args__ = (UniqueConstraint("cycle_id", "section_key", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    section_key: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SectionSeen(Base):
    """When somebody was last on a section's page. A hint and never a lock; rows are overwritten, not kept."""

    __tablename__ = "section_seen"
    __table_args__ = (UniqueConstraint("cycle_id", "section_key", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    section_key: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Said(enum.StrEnum):
    """The last word on whether a section is completed."""

    YES = "yes"
    LATER = "later"
    OPENED = "opened"  # somebody said yes, then an answer lost something it needs


class SectionWord(Base):
    """The newest answer to "Have you completed this section?", by whom and when."""

    __tablename__ = "section_word"
    __table_args__ = (UniqueConstraint("cycle_id", "section_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    section_key: Mapped[str] = mapped_column(String(40))
    word: Mapped[Said] = mapped_column(Word(Said))
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Flag(Base):
    """ "Come back to this": one person's own mark on one practice. Nobody else ever sees it."""

    __tablename__ = "flag"
    __table_args__ = (UniqueConstraint("cycle_id", "practice_code", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Discussion(Base):
    """What the program's people say to each other about one practice; open until somebody marks it as resolved."""

    __tablename__ = "discussion"
    __table_args__ = (UniqueConstraint("cycle_id", "practice_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    practice_code: Mapped[str] = mapped_column(String(20))
    comments: Mapped[int] = mapped_column(default=0)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Kind(enum.StrEnum):
    """What one entry of a discussion is."""

    COMMENT = "comment"
    RESOLVED = "resolved"
    OPENED = "opened"


class Comment(Base):
    """One entry; never changed and never removed. `told` names the people who got a mail about it."""

    __tablename__ = "comment"
    __table_args__ = (UniqueConstraint("discussion_id", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    discussion_id: Mapped[int] = mapped_column(ForeignKey("discussion.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    text: Mapped[str] = mapped_column(Text, default="")
    told: Mapped[list[str]] = mapped_column(JSON, default=list)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    save_id: Mapped[str] = mapped_column(String(64))  # of the form, its kind and its text: a double press stores once

    written_by: Mapped[Person | None] = relationship()
