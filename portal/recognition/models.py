"""The recognition a partnership confirmed, with the rules' decision as it stood on that day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime


class Award(Base):
    """A tier held from `awarded_on` until `expires_on`; never recomputed."""

    __tablename__ = "award"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
    tier_key: Mapped[str] = mapped_column(String(60))
    tier_name: Mapped[str] = mapped_column(String(100))
    awarded_on: Mapped[date]
    expires_on: Mapped[date]
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str] = mapped_column(Text)  # Decision.to_json()
    rulebook: Mapped[dict[str, Any]] = mapped_column(JSON)

    cycle: Mapped[Cycle] = relationship()
    confirmed_by: Mapped[Person | None] = relationship()
