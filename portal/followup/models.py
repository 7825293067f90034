"""What happens while a plan runs: check-ins, the program's own progress, extra time, and how priorities ended."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime, Word
from portal.plans.models import Outcome

ANOTHER = 0  # the month of a contact that is none of those the policy asks for


class CheckIn(Base):
    """One contact with a program while its plan runs; `month` counts from the day the plan was delivered.

    `notes` and `resources` are shared with the program; `private_notes` never leave the partnership. Each month the
    policy asks for is logged once, which the lock on the cycle sees to; of other contacts there may be many.
    """

    __tablename__ = "check_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    month: Mapped[int]
    done_on: Mapped[date]
    how: Mapped[str] = mapped_column(String(40))  # e-mail, phone, visit
    notes: Mapped[str] = mapped_column(Text, default="")
    private_notes: Mapped[str] = mapped_column(Text, default="")
    resources: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # key, title and address as sent
    version: Mapped[int] = mapped_column(default=1)
    save_id: Mapped[str] = mapped_column(String(64), default="")  # of the form that logged it
    logged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    cycle: Mapped[Cycle] = relationship()
    logged_by: Mapped[Person | None] = relationship(foreign_keys=[logged_by_id])
    edited_by: Mapped[Person | None] = relationship(foreign_keys=[edited_by_id])
    added: Mapped[list[CheckInNote]] = relationship(order_by="CheckInNote.id", back_populates="check_in")

    @property
    def title(self) -> str:
        """Say which contact it is."""
        return f"{self.month}-month check-in" if self.month else "Another contact"

    def content(self) -> dict[str, Any]:
        """Return what it says, for the history."""
        return {
            "month": self.month, "done_on": self.done_on.isoformat(), "how": self.how, "notes": self.notes,
            "private_notes": self.private_notes, "resources": list(self.resources),
        }  # fmt: skip


class CheckInNote(Base):
    """What somebody added to a check-in afterwards; never changed."""

    __tablename__ = "check_in_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    private: Mapped[bool] = mapped_column(default=True)
    save_id: Mapped[str] = mapped_column(String(64), unique=True)

    check_in: Mapped[CheckIn] = relationship(back_populates="added")
    by: Mapped[Person | None] = relationship()


class CheckInVersion(Base):
    """What a check-in said before it was edited."""

    __tablename__ = "check_in_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class ProgressState(enum.StrEnum):
    """How far an action of the plan is."""

    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def words(self) -> str:
        """Return the state in words."""
        return self.value.replace("_", " ")


class ActionProgress(Base):
    """One thing said about how far an action is; the newest counts, the others are its history."""

    __tablename__ = "action_progress"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    action_key: Mapped[str] = mapped_column(String(20))  # plans.PlanAction.key, the same from issue to issue
    action_text: Mapped[str] = mapped_column(Text)  # the action as it stood
    state: Mapped[ProgressState] = mapped_column(Word(ProgressState))
    note: Mapped[str] = mapped_column(Text, default="")
    on: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_staff: Mapped[bool] = mapped_column(default=False)
    refused: Mapped[bool] = mapped_column(default=False)  # came too late; kept all the same

    by: Mapped[Person | None] = relationship()


class ExtraTime(Base):
    """Months granted to a plan beyond its length, with the reason."""

    __tablename__ = "extra_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    months: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    save_id: Mapped[str] = mapped_column(String(64), unique=True)
    issue_number: Mapped[int | None]  # of the plan's issue whose length holds it already

    by: Mapped[Person | None] = relationship()


class PriorityOutcome(Base):
    """One time somebody said how a priority ended; the newest stands with the priority itself."""

    __tablename__ = "priority_outcome"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    priority_key: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))  # the priority as it stood
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    by: Mapped[Person | None] = relationship()
