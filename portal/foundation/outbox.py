"""Mail leaves through a table: written in the transaction that caused it, sent by the worker, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .database import Base, UtcDateTime, db


class Message(Base):
    """One mail. `key` names its cause and recipient, so that a cause repeated sends nothing twice."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id"), index=True)
    to_name: Mapped[str] = mapped_column(String(200))
    to_email: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str] = mapped_column(Text, default="", server_default="")  # an iCalendar part with its METHOD
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")


def post(
    key: str,
    *,
    to_name: str,
    to_email: str,
    subject: str,
    text: str,
    partnership_id: int | None = None,
    calendar: str = "",
) -> Message:
    """Put one mail into the outbox of the running transaction; the same key again returns the first one."""
    known = db.session.scalar(select(Message).where(Message.key == key))
    if known is not None:
        return known
    moment = clock.now()
    message = Message(
        key=key,
        partnership_id=partnership_id,
        to_name=to_name,
        to_email=to_email,
        subject=" ".join(subject.split())[:200],
        text=text,
        calendar=calendar,
        created_at=moment,
        next_try_at=moment,
    )
    db.session.add(message)
    return message
