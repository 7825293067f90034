"""What a program, or somebody who wants to be one, hands to a partnership."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime, Word
from portal.foundation.versions import Versioned, VersionRow
from portal.partnerships.models import Partnership
from portal.programs.models import Program


class RegistrationState(enum.StrEnum):
    """Where a registration stands; staff see it from `waiting` on."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    ASKED_BACK = "asked_back"
    APPROVED = "approved"
    DECLINED = "declined"


class Registration(Base):
    """A program that somebody entered without an account. The link mailed last confirms it, or opens it to be changed."""

    __tablename__ = "registration"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    save_id: Mapped[str] = mapped_column(String(64), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[RegistrationState] = mapped_column(
        Word(RegistrationState), default=RegistrationState.UNCONFIRMED, index=True
    )
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # the facts, as plain values
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said: Mapped[str] = mapped_column(Text, default="")  # what staff asked back, or why it was declined
    program_id: Mapped[int | None] = mapped_column(ForeignKey("program.id", ondelete="SET NULL"))

    partnership: Mapped[Partnership] = relationship()
    decided_by: Mapped[Person | None] = relationship()

    @property
    def name(self) -> str:
        """Return the program's name."""
        return str(self.content["name"])

    @property
    def contact(self) -> tuple[str, str]:
        """Return name and address of the contact person."""
        return str(self.content["contact_name"]), str(self.content["contact_email"])


class NeedsAssessment(Versioned, Base):
    """What a program needs and hopes for, told before access; staff read it once it is sent."""

    __tablename__ = "needs_assessment"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # question key -> text
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    saved_by: Mapped[Person | None] = relationship(foreign_keys="NeedsAssessment.saved_by_id")
    sent_by: Mapped[Person | None] = relationship(foreign_keys=[sent_by_id])
    versions: Mapped[list[NeedsVersion]] = relationship(order_by="NeedsVersion.id.desc()", cascade="all, delete-orphan")


class NeedsVersion(VersionRow, Base):
    """Every text of a needs assessment that ever arrived, stored or refused as stale."""

    __tablename__ = "needs_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    needs_id: Mapped[int] = mapped_column(ForeignKey("needs_assessment.id", ondelete="CASCADE"), index=True)

    saved_by: Mapped[Person | None] = relationship()


class GateSignature(Base):
    """One signatory of a step before access: named by the program, signs an exact text by a single-use link."""

    __tablename__ = "gate_signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), index=True)
    gate_key: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)  # as it was when the link was sent
    content_hash: Mapped[str] = mapped_column(String(64))  # over the text and both parties
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signer_name: Mapped[str] = mapped_column(String(200), default="")
    signer_title: Mapped[str] = mapped_column(String(200), default="")

    program: Mapped[Program] = relationship()


class AdviceState(enum.StrEnum):
    """Whose turn it is in a talk."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Advice(Base):
    """A program's request for help (technical assistance), with every message of both sides."""

    __tablename__ = "advice"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), index=True)
    topic: Mapped[str] = mapped_column(String(200))
    practices: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes
    state: Mapped[AdviceState] = mapped_column(Word(AdviceState), default=AdviceState.OPEN, index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    save_id: Mapped[str] = mapped_column(String(64), unique=True)

    program: Mapped[Program] = relationship()
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id])
    messages: Mapped[list[AdviceMessage]] = relationship(order_by="AdviceMessage.id", cascade="all, delete-orphan")


class AdviceMessage(Base):
    """One message in a talk; nobody edits it."""

    __tablename__ = "advice_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    advice_id: Mapped[int] = mapped_column(ForeignKey("advice.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_staff: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    save_id: Mapped[str] = mapped_column(String(64), unique=True)

    by: Mapped[Person | None] = relationship(lazy="joined")


class ChangeNotice(Base):
    """News of a change that a program reports: leadership, model, closing, or what its partnership asks for."""

    __tablename__ = "change_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(Text)
    happens_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    save_id: Mapped[str] = mapped_column(String(64), unique=True)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    program: Mapped[Program] = relationship()
    reported_by: Mapped[Person | None] = relationship(foreign_keys=[reported_by_id])
    read_by: Mapped[Person | None] = relationship(foreign_keys=[read_by_id])
