"""A recognition as it stands, every row of what became of it, and the address others may look it up by."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime, Word
from portal.programs.models import Program


class Standing(enum.StrEnum):
    """Whether a recognition is held, or how it ended."""

    HELD = "held"
    LAPSED = "lapsed"  # its time ended
    EXPIRED = "expired"  # its provisional time ended, and nothing follows
    WITHDRAWN = "withdrawn"
    FOLLOWED = "followed"  # a newer cycle was recognized

    @property
    def words(self) -> str:
        """Return the standing in words."""
        return "followed by a newer one" if self is Standing.FOLLOWED else self.value


class EventKind(enum.StrEnum):
    """What can become of a recognition."""

    AWARDED = "awarded"
    MOVED_UP = "moved up"
    STEPPED_DOWN = "stepped down"
    EXTENDED = "extended"
    NOTICE = "notice given"
    ANNOUNCED = "loss announced"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"
    APPEAL_MADE = "appeal made"
    APPEAL_DECIDED = "appeal decided"
    FOLLOWED = "followed by a newer recognition"


class Award(Base):
    """A tier held from `awarded_on` to the end of `expires_on`, as it stands now; how it came there is in its events.

    What the rules decided is never worked out anew for an award: `decision` is theirs from the day of the newest step.
    """

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
    standing: Mapped[Standing] = mapped_column(Word(Standing), default=Standing.HELD, index=True)
    override_reason: Mapped[str] = mapped_column(Text, default="")  # why the tier is not the one the rules decided
    ending_on: Mapped[date | None]  # the last day before an announced loss
    ending_tier: Mapped[str] = mapped_column(String(60), default="")  # what is left after it; empty for nothing
    appeal_open: Mapped[bool] = mapped_column(default=False)

    cycle: Mapped[Cycle] = relationship()
    confirmed_by: Mapped[Person | None] = relationship()

    @property
    def last_day(self) -> date:
        """Return the last day on which the tier is held, unless an appeal is open then."""
        return min(self.ending_on or self.expires_on, self.expires_on)

    def current(self, today: date) -> bool:
        """Tell whether the recognition is held on this day, also before the worker has moved one that ended."""
        last = self.expires_on if self.ending_tier else self.last_day  # an announced step down leaves something
        return self.standing is Standing.HELD and (today <= last or self.appeal_open)


class AwardEvent(Base):
    """One thing that became of a recognition, with how it stood afterwards. Rows are only ever added.

    `key` keeps what the calendar brings from being written twice; `by_id` is empty where the calendar brought it.
    """

    __tablename__ = "award_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id", ondelete="CASCADE"), index=True)
    kind: Mapped[EventKind] = mapped_column(Word(EventKind))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    tier_key: Mapped[str] = mapped_column(String(60))
    tier_name: Mapped[str] = mapped_column(String(100))
    standing: Mapped[Standing] = mapped_column(Word(Standing))
    expires_on: Mapped[date]
    overridden: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[str] = mapped_column(
        Text, default=""
    )  # what the rules decided at that moment, where they were asked

    award: Mapped[Award] = relationship()
    by: Mapped[Person | None] = relationship()


class Listing(Base):
    """The public address of a program that was recognized; it stays over renewals. Listed only by consent."""

    __tablename__ = "listing"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), unique=True)
    address: Mapped[str] = mapped_column(String(40), unique=True)
    listed: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    program: Mapped[Program] = relationship()
    changed_by: Mapped[Person | None] = relationship()
