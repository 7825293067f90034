"""Regional partnerships and the rule plugins each has chosen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.database import Base, UtcDateTime


class Partnership(Base):
    """A regional partner that runs NQMS in its service area."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(60), default="America/New_York")
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(5), default="en")  # of mails to people who chose none
    fictional: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    rules: Mapped[list[RulesList]] = relationship(
        order_by="RulesList.number", cascade="all, delete-orphan", lazy="select", back_populates="partnership"
    )


class RulesList(Base):
    """A list of plugins that a partnership adopted, in order, with what they described on that day.

    The newest one is in force. `record` is Rulebook.record(), empty while nobody has described the list yet; an empty
    list means the national rules alone.
    """

    __tablename__ = "rules_list"
    __table_args__ = (UniqueConstraint("partnership_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    adopted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    adopted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    choices: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # name and settings, in order
    record: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    set_by: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # which plugin set what; {} while not known

    partnership: Mapped[Partnership] = relationship(back_populates="rules")


class CatalogueCopy(Base):
    """The practices as they were when a rulebook was adopted, kept once for each wording."""

    __tablename__ = "catalogue_copy"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
