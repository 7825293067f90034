"""Documents as rows: asked for by a page, rendered in the worker, kept by the hash of what they say.

Nothing here imports the PDF library; `portal.foundation.pdf` does, and only the worker loads it.
"""

from __future__ import annotations

import enum
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CursorResult, ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, jobs
from .database import Base, UtcDateTime, Word, db, unit_of_work

JOB = "render_document"
KEPT = timedelta(days=30)  # a document is kept so long after it was last asked for, and made again when asked for later


class Paper(enum.StrEnum):
    """The two paper sizes."""

    LETTER = "letter"
    A4 = "a4"


class DocumentState(enum.StrEnum):
    """Where a document stands."""

    WAITING = "waiting"
    READY = "ready"
    NOT_MADE = "not_made"


class Document(Base):
    """One rendered document of one cycle, or of a program that need not have one.

    `snapshot` is everything the template needs, frozen when asked for.
    """

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    program_id: Mapped[int | None] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    paper: Mapped[Paper] = mapped_column(Word(Paper))
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    file_name: Mapped[str] = mapped_column(String(200))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[DocumentState] = mapped_column(Word(DocumentState), default=DocumentState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pages: Mapped[int | None]
    percent: Mapped[int] = mapped_column(default=0, server_default="0")  # how far the worker is
    problem: Mapped[str] = mapped_column(String(500), default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


def ask(cycle_id: int, kind: str, paper: Paper, file_name: str, snapshot: dict[str, Any]) -> Document:
    """Return the cycle's document for exactly this content, queueing it when it was never made; the caller commits."""
    return _ask([cycle_id], kind, paper, snapshot, cycle_id=cycle_id, file_name=file_name)


def ask_for_program(program_id: int, kind: str, paper: Paper, file_name: str, snapshot: dict[str, Any]) -> Document:
    """Return the program's document for exactly this content, as `ask` does for a cycle."""
    return _ask(["program", program_id], kind, paper, snapshot, program_id=program_id, file_name=file_name)


def file_name(what: str, whose: str, paper: Paper) -> str:
    """Name a file by what it is, whose it is and its paper, in letters that every system takes."""
    safe = "".join(char if char.isalnum() else "-" for char in whose)
    return f"{what}-{'-'.join(part for part in safe.split('-') if part)[:150]}-{paper}.pdf"


def _ask(owner: list[Any], kind: str, paper: Paper, snapshot: dict[str, Any], **columns: Any) -> Document:
    text = json.dumps([*owner, kind, paper.value, snapshot], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    document = db.session.scalar(select(Document).where(Document.content_hash == digest))
    if document is None:
        document = Document(
            kind=kind,
            paper=paper,
            content_hash=digest,
            snapshot=snapshot,
            state=DocumentState.WAITING,
            asked_at=clock.now(),
            **columns,
        )
        db.session.add(document)
        db.session.flush()
    document.asked_at = clock.now()
    if document.state is not DocumentState.READY:
        if document.state is DocumentState.NOT_MADE:
            document.state, document.problem, document.percent = DocumentState.WAITING, "", 0
        jobs.enqueue(JOB, f"{JOB}:{document.id}", document_id=document.id)
    return document


def forget_old() -> int:
    """Delete what nobody asked for lately, so that confidential papers do not pile up; return how many."""
    with unit_of_work() as session:
        done = session.execute(delete(Document).where(Document.asked_at < clock.now() - KEPT))
    return done.rowcount if isinstance(done, CursorResult) else 0
