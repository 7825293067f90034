"""The record of who did what, written in the same transaction as the deed; nothing in the portal edits it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .database import Base, UtcDateTime, db


class AuditEntry(Base):
    """One deed. `detail` holds ids and words of the field, never an answer's text or a secret."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    deed: Mapped[str] = mapped_column(String(60), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id"))
    program_id: Mapped[int | None] = mapped_column(ForeignKey("program.id"), index=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(
    deed: str,
    *,
    person_id: int | None = None,
    partnership_id: int | None = None,
    program_id: int | None = None,
    cycle_id: int | None = None,
    **detail: Any,
) -> None:
    """Add the deed to the running transaction; the caller commits."""
    db.session.add(
        AuditEntry(
            at=clock.now(),
            deed=deed,
            person_id=person_id,
            partnership_id=partnership_id,
            program_id=program_id,
            cycle_id=cycle_id,
            detail=detail,
        )
    )
