"""Check-ins at 3, 6 and 9 months after the plan was issued."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime


class CheckIn(Base):
    """One contact with a program while its plan runs; `month` counts from the plan's issue."""

    __tablename__ = "check_in"
    __table_args__ = (UniqueConstraint("cycle_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    month: Mapped[int]
    done_on: Mapped[date]
    how: Mapped[str] = mapped_column(String(40))  # e-mail, phone, visit
    notes: Mapped[str] = mapped_column(Text, default="")
    logged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    cycle: Mapped[Cycle] = relationship()
    logged_by: Mapped[Person | None] = relationship()
