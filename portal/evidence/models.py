"""Pieces of evidence, and which practices of which cycle each is attached to. No row is ever deleted."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime, Word

NAME_LENGTH = 200
TITLE_LENGTH = 200
NOTE_LENGTH = 500
ADDRESS_LENGTH = 2000


class EvidenceKind(enum.StrEnum):
    """What a piece of evidence is."""

    FILE = "file"
    LINK = "link"


class Evidence(Base):
    """One file or link of a program. Removing it sets a date; the file stays, so that it can be put back."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_program_id_sha256", "program_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)  # the one it was added in
    kind: Mapped[EvidenceKind] = mapped_column(Word(EvidenceKind))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH), default="")
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")  # of a link
    file_name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")  # as shown; never a path of ours
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")  # of the bytes as they are stored
    storage_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    added_by: Mapped[Person | None] = relationship(foreign_keys=[added_by_id], lazy="joined")

    @property
    def is_file(self) -> bool:
        """Tell a file from a link."""
        return self.kind is EvidenceKind.FILE


class EvidenceUse(Base):
    """One time a piece was attached to a practice.

    `sealed_at`: it went to the partnership, with the submission or with changes sent afterwards. Taken off after that, it
    stays with the partnership until the change is sent, which is `taken_off_at`.
    """

    __tablename__ = "evidence_use"
    __table_args__ = (Index("ix_evidence_use_cycle_id_practice_code", "cycle_id", "practice_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    practice_code: Mapped[str] = mapped_column(String(20))
    attached_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attached_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    detached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    detached_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    fell: Mapped[bool] = mapped_column(default=False)  # detached because the piece was removed; comes back with it
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    evidence: Mapped[Evidence] = relationship(lazy="joined", innerjoin=True)
