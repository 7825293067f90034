"""A list of plugins on its way into force: drafts, previews, and what was found out about each plugin."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime, Word


class PreviewState(enum.StrEnum):
    """How far a preview is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


UNDER_WAY = (PreviewState.WAITING, PreviewState.RUNNING)


class RulesDraft(Base):
    """The list one administrator is working on, with every setting as it was typed; nothing of it is in force."""

    __tablename__ = "rules_draft"
    __table_args__ = (UniqueConstraint("partnership_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    base_number: Mapped[int]  # the adopted list its writer last saw
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    choices: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class RulesPreview(Base):
    """A dry run of a list over all assessments of a partnership; nothing else is written by it.

    `record` is Rulebook.record() of the rules it tried, empty until they are described.
    """

    __tablename__ = "rules_preview"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    base_number: Mapped[int]
    choices: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    record: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[PreviewState] = mapped_column(Word(PreviewState), default=PreviewState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problem: Mapped[str] = mapped_column(String(1000), default="")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    adopted_as: Mapped[int | None]  # the number of the list it became

    asked_by: Mapped[Person | None] = relationship()

    @property
    def under_way(self) -> bool:
        """Tell whether the worker still has to do something."""
        return self.state in UNDER_WAY

    @property
    def percent(self) -> int:
        """Return how far it is; 100 only when it is done."""
        if self.state is PreviewState.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0


class PluginReport(Base):
    """What was found out about one plugin as it is: its hooks, and whether it keeps the contract."""

    __tablename__ = "plugin_report"
    __table_args__ = (UniqueConstraint("name", "version", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passed: Mapped[bool] = mapped_column(default=False)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # hooks, lines, wrong
