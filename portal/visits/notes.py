"""Notes taken during a visit, each person's own, saved by the protocol of answers: a version, a save id, a history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Problem, Refused, StaleVersion
from portal.foundation.versions import SaveKey, Shelf, Verdict, changed, content_at, keep, save_key
from rules.answers import MAX_TEXT

from .models import Visit, VisitNote, VisitNoteVersion
from .services import begun

FREE = "free"  # the part that belongs to no section
BLANK = {"note": ""}
NOTES = Shelf(VisitNote, VisitNoteVersion)


class NoteChanged(StaleVersion):
    """The same person stored another text in another window; both are kept."""

    def __init__(self, part: str, stored: VisitNote) -> None:
        super().__init__("You saved another text here in another window. Both texts are kept.")
        self.code, self.stored = part, stored


@dataclass(frozen=True, slots=True)
class SavedNote:
    """What the page needs to know after a save."""

    part: str
    version: int
    saved_at: datetime


def notes_of(visit: Visit | None) -> list[VisitNote]:
    """Return everybody's notes, oldest first."""
    if visit is None:
        return []
    mine = select(VisitNote).where(VisitNote.visit_id == visit.id).order_by(VisitNote.id)
    return list(db.session.scalars(mine.options(joinedload(VisitNote.person))))


def read_note(raw: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Return the clean content of a note and every problem."""
    text = str(raw.get("note", "")).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_TEXT or "\x00" in text:
        return {"note": text}, (Problem("note", f"A note can hold {MAX_TEXT:,} characters."),)
    return {"note": text}, ()


def check_part(cycle: Cycle, part: str) -> None:
    """Raise UnknownSection unless this is a section of the cycle's rules, or the free part."""
    if part != FREE:
        rulebook_of(cycle).catalogue.section(part)


def record_note(
    cycle_id: int,
    part: str,
    raw: Mapping[str, Any],
    version: object,
    save_id: object,
    by_id: int,
    unanswered: object = "",
) -> SavedNote:
    """Store one note. Raises UnknownSection, Refused, SaveNotReadable, OutOfOrder or NoteChanged."""
    key = save_key(version, save_id, unanswered)
    with unit_of_work():
        outcome = _record(load_for_change(cycle_id), part, raw, key, by_id)
    if isinstance(outcome, NoteChanged):
        raise outcome  # after the commit, so that the refused text is in the history
    return outcome


def record_notes(
    cycle_id: int,
    saves: Mapping[str, tuple[Mapping[str, Any], object, object]],
    by_id: int,
    aside: Collection[str] = (),
) -> list[NoteChanged]:
    """Store every changed note of a page sent as one form; return the conflicts, all others being stored."""
    conflicts = []
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        visit = begun(cycle, by_id)

        def seen_at(part: str, version: int) -> Mapping[str, Any] | None:
            return content_at(NOTES, _place(visit, by_id, part), version) if version else BLANK

        for part, raw, key, seen in changed(saves, lambda _, raw: read_note(raw)[0], seen_at):
            outcome = _record(cycle, part, raw, key, by_id, seen, aside=part in aside)
            if isinstance(outcome, NoteChanged) and part not in aside:
                conflicts.append(outcome)
    return conflicts


def _record(
    cycle: Cycle, part: str, raw: Mapping[str, Any], key: SaveKey, by_id: int,
    seen: Mapping[str, Any] | None = None, aside: bool = False,
) -> SavedNote | NoteChanged:  # fmt: skip
    check_part(cycle, part)
    content, problems = read_note(raw)
    if problems:
        raise Refused(problems)
    visit = begun(cycle, by_id)
    kept = keep(NOTES, _place(visit, by_id, part), content, key, by_id, seen=seen, aside=aside)
    row: Any = kept.row
    if kept.verdict is Verdict.REFUSE:
        return NoteChanged(part, row)
    if kept.verdict is Verdict.STORE:
        audit.record("visit note saved", person_id=by_id, cycle_id=cycle.id, part=part, version=row.version)
    return SavedNote(part, row.version, row.saved_at)


def _place(visit: Visit, by_id: int, part: str) -> dict[str, Any]:
    return {"visit_id": visit.id, "person_id": by_id, "part": part}
