"""Signed papers, scanned back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime
from portal.plans.models import Statement


class SignedPaper(Base):
    """The scan of a Statement that was signed on paper; only the partnership's staff can open it."""

    __tablename__ = "signed_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id", ondelete="CASCADE"), unique=True)
    file_name: Mapped[str] = mapped_column(String(200))  # as shown; never a path of ours
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))  # of the bytes as they are stored
    storage_key: Mapped[str] = mapped_column(String(40), unique=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    statement: Mapped[Statement] = relationship()
    added_by: Mapped[Person | None] = relationship()
