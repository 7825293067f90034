"""The Improvement & Innovation Plan, its priorities and actions, and the Statement of Accuracy."""

from __future__ import annotations

import enum
import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import Base, UtcDateTime, Word


class Outcome(enum.StrEnum):
    """How a priority ended."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"
    CARRIED_OVER = "carried_over"

    @property
    def words(self) -> str:
        """Return the outcome in words."""
        return self.value.replace("_", " ")


def new_key() -> str:
    """Return a fresh mark for a priority or an action, by which it is known in every later issue."""
    return secrets.token_hex(6)


class Plan(Base):
    """A plan for 6-24 months. Its rows and its `issued_...` columns say what the newest issue says.

    What was issued is never edited: each issue stays in PlanIssue, and a change is a new issue with a reason.
    """

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    save_id: Mapped[str] = mapped_column(String(64), default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    months: Mapped[int | None]
    overview: Mapped[str] = mapped_column(Text, default="")
    strengths: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # by area key
    improvements: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # by area key
    proposals: Mapped[str] = mapped_column(Text, default="")  # queries.Proposals as JSON, as first drafted
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_content: Mapped[str] = mapped_column(Text, default="")
    issued_hash: Mapped[str] = mapped_column(String(64), default="")

    cycle: Mapped[Cycle] = relationship()
    issued_by: Mapped[Person | None] = relationship(foreign_keys=[issued_by_id])
    saved_by: Mapped[Person | None] = relationship(foreign_keys=[saved_by_id])
    priorities: Mapped[list[Priority]] = relationship(
        order_by="Priority.position", cascade="all, delete-orphan", back_populates="plan", lazy="selectin"
    )


class PlanIssue(Base):
    """One numbered issue of a plan, kept for good; number 1 is the first. The newest one counts."""

    __tablename__ = "plan_issue"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was issued again; "" for the first
    issued_content: Mapped[str] = mapped_column(Text)  # canonical JSON of contents.PlanContent
    issued_hash: Mapped[str] = mapped_column(String(64))

    plan: Mapped[Plan] = relationship()
    issued_by: Mapped[Person | None] = relationship()


class PlanShare(Base):
    """A draft as staff showed it to the program, frozen, so that everybody knows what a comment is about."""

    __tablename__ = "plan_share"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    version: Mapped[int]  # Plan.version that was shown
    content: Mapped[str] = mapped_column(Text)  # canonical JSON of contents.PlanContent
    note: Mapped[str] = mapped_column(Text, default="")  # what staff ask the program to look at
    shared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    shared_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    plan: Mapped[Plan] = relationship()
    shared_by: Mapped[Person | None] = relationship()


class PlanComment(Base):
    """What somebody said about a shared draft, as a whole or about one priority; kept after the plan is issued."""

    __tablename__ = "plan_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    share_id: Mapped[int] = mapped_column(ForeignKey("plan_share.id", ondelete="CASCADE"), index=True)
    priority_key: Mapped[str] = mapped_column(String(20), default="")  # "": about the whole
    answers_to_id: Mapped[int | None] = mapped_column(ForeignKey("plan_comment.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_staff: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    save_id: Mapped[str] = mapped_column(String(64), unique=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # staff acted on it
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    share: Mapped[PlanShare] = relationship()
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])
    done_by: Mapped[Person | None] = relationship(foreign_keys=[done_by_id])


class PlanVersion(Base):
    """Every draft of a plan that ever arrived, stored or refused as stale."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "save_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    save_id: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    refused: Mapped[bool] = mapped_column(default=False)

    saved_by: Mapped[Person | None] = relationship()


class Priority(Base):
    """One numbered aim, tied to the practices it improves."""

    __tablename__ = "priority"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(20), default=new_key)  # the same from draft to draft and issue to issue
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text, default="")
    practice_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))

    plan: Mapped[Plan] = relationship(back_populates="priorities")
    actions: Mapped[list[PlanAction]] = relationship(
        order_by="PlanAction.position", cascade="all, delete-orphan", lazy="selectin"
    )


class PlanAction(Base):
    """One step under a priority, with who does it and by which month."""

    __tablename__ = "plan_action"

    id: Mapped[int] = mapped_column(primary_key=True)
    priority_id: Mapped[int] = mapped_column(ForeignKey("priority.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(20), default=new_key)  # as a priority's
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(200), default="")
    due_month: Mapped[date | None]  # the first day of the month
    resource: Mapped[str] = mapped_column(Text, default="")  # what helps: a guide, money, people
    resource_key: Mapped[str] = mapped_column(String(40), default="")  # of the library, when the text is a title there
    done_on: Mapped[date | None]


class SignedHow(enum.StrEnum):
    """How a Statement was signed."""

    LINK = "link"
    PAPER = "paper"

    @property
    def words(self) -> str:
        """Return the way in words."""
        return "by a personal link" if self is SignedHow.LINK else "on paper"


class Statement(Base):
    """The Statement of Accuracy: one key leader is asked, by a single-use link or on paper, to sign an exact content.

    What it covers is kept as it was when it was sent or printed, and again as it was read when it was signed.
    """

    __tablename__ = "statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    leader_name: Mapped[str] = mapped_column(String(200))
    leader_email: Mapped[str] = mapped_column(String(254))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signer_name: Mapped[str] = mapped_column(String(200), default="")
    signer_title: Mapped[str] = mapped_column(String(200), default="")
    content_hash: Mapped[str] = mapped_column(String(64))  # over answers, basis of the tier and issued plan
    code: Mapped[str | None] = mapped_column(String(20), unique=True)  # the paper carries it; foundation.codes
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the link
    answers_number: Mapped[int | None]  # Submission.number; None in rows older than the column
    basis: Mapped[str] = mapped_column(Text, default="")  # covering.Covered.basis
    plan_content: Mapped[str] = mapped_column(Text, default="")  # covering.Covered.plan_content
    how: Mapped[SignedHow | None] = mapped_column(Word(SignedHow))  # once signed
    signed_on: Mapped[date | None]  # where the partnership is, or the day on the paper
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who entered a signed paper

    cycle: Mapped[Cycle] = relationship()
    sent_by: Mapped[Person | None] = relationship(foreign_keys=[sent_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])

    @property
    def day_signed(self) -> date | None:
        """Return the day of the signature; rows older than the column have its moment alone."""
        return self.signed_on or (self.signed_at.date() if self.signed_at else None)
