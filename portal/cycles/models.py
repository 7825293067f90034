"""One full pass of a program through NQMS: its state and its dates."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime, Word
from portal.programs.models import Program
from rules.facts import CycleFacts


class CycleState(enum.StrEnum):
    """Where a cycle stands; the order is the order of the steps."""

    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    CONTACTED = "contacted"
    VISITED = "visited"
    PLAN_ISSUED = "plan_issued"
    SIGNED = "signed"
    RECOGNIZED = "recognized"
    CLOSED = "closed"

    @property
    def words(self) -> str:
        """Return the state in words."""
        return STATE_TITLES[self]


STATE_TITLES = {
    CycleState.IN_PROGRESS: "Self-assessment in progress",
    CycleState.SUBMITTED: "Submitted",
    CycleState.CONTACTED: "Review being scheduled",
    CycleState.VISITED: "Review held",
    CycleState.PLAN_ISSUED: "Plan issued",
    CycleState.SIGNED: "Statement signed",
    CycleState.RECOGNIZED: "Recognized",
    CycleState.CLOSED: "Closed",
}


class Cycle(Base):
    """A cycle keeps the catalogue edition and the rulebook it began with until someone moves it."""

    __tablename__ = "cycle"
    __table_args__ = (UniqueConstraint("program_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[CycleState] = mapped_column(Word(CycleState), default=CycleState.IN_PROGRESS, index=True)
    rulebook: Mapped[dict[str, Any]] = mapped_column(JSON)  # Rulebook.record() at the start of the cycle
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    access_on: Mapped[date]
    submitted_on: Mapped[date | None]
    contacted_on: Mapped[date | None]
    visited_on: Mapped[date | None]
    plan_issued_on: Mapped[date | None]
    statement_signed_on: Mapped[date | None]
    awarded_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    mini_review_on: Mapped[date | None]  # staff began the mini-review, and answers may change again
    mini_review_done_on: Mapped[date | None]
    renewal_invited_on: Mapped[date | None]
    eligibility: Mapped[str] = mapped_column(Text, default="")  # Eligibility.to_json() when access was granted
    override_reason: Mapped[str] = mapped_column(String(500), default="")  # why staff let it begin all the same
    staff_agreed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # condition key -> who, when, why
    reopened: Mapped[list[str]] = mapped_column(JSON, default=list)  # practices the program may change after submitting

    program: Mapped[Program] = relationship(lazy="joined")

    @property
    def in_mini_review(self) -> bool:
        """Tell whether the mini-review is under way: answers may be opened again, also after the recognition."""
        return self.mini_review_on is not None and self.mini_review_done_on is None

    def is_open(self, code: str = "") -> bool:
        """Tell whether the program may change what it says of this practice; without a code, of every practice.

        It may until it submits, and afterwards while staff keep the practice open. Every room asks this and nothing else.
        """
        return self.state is CycleState.IN_PROGRESS or (bool(code) and code in (self.reopened or ()))

    def facts(self, today: date, check_ins_done: tuple[int, ...] = (), na_accepted: tuple[str, ...] = ()) -> CycleFacts:
        """Return what the rules may know of this cycle."""
        return CycleFacts(
            today=today,
            access_on=self.access_on,
            submitted_on=self.submitted_on,
            contacted_on=self.contacted_on,
            visited_on=self.visited_on,
            plan_issued_on=self.plan_issued_on,
            statement_signed_on=self.statement_signed_on,
            awarded_on=self.awarded_on,
            check_ins_done=check_ins_done,
            renewal_invited_on=self.renewal_invited_on,
            reports_done=check_ins_done,
            na_accepted=na_accepted,
            staff_agreed=tuple(sorted(self.staff_agreed or {})),
        )


class CycleMove(Base):
    """One deliberate move of a cycle to other rules; no answer changes, and undoing it restores `before` exactly."""

    __tablename__ = "cycle_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)  # Rulebook.record() on both sides of the move
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    cycle: Mapped[Cycle] = relationship()
    moved_by: Mapped[Person | None] = relationship(foreign_keys=[moved_by_id])
    undone_by: Mapped[Person | None] = relationship(foreign_keys=[undone_by_id])


class RequestState(enum.StrEnum):
    """Where a program's request for access stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"


class AccessRequest(Base):
    """A program asks for a self-assessment: from when, and with whom. At most one is open for a program."""

    __tablename__ = "access_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    start_on: Mapped[date]
    helpers: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[RequestState] = mapped_column(Word(RequestState), default=RequestState.OPEN, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was declined
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id", ondelete="SET NULL"))

    program: Mapped[Program] = relationship()
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
