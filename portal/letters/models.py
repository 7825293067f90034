"""A partnership's own wording of its mails, and the reminders that are planned."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime


class LetterWording(Base):
    """One version of a partnership's wording of a kind of letter in a language; the newest counts.

    `usual` says that from then on the portal's own wording was used again; subject and body are empty then.
    """

    __tablename__ = "letter_wording"
    __table_args__ = (UniqueConstraint("partnership_id", "kind", "language", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(5))
    number: Mapped[int]
    usual: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    saved_by: Mapped[Person | None] = relationship()


class Reminder(Base):
    """One reminder of one duty: planned, then sent once, or stopped because the duty is done or has moved."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("subject", "kind", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(100))  # what it is about, like cycle:12
    about: Mapped[str] = mapped_column(String(200))  # the program's name, for people
    due_on: Mapped[date]
    remind_on: Mapped[date]  # where the partnership is
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
