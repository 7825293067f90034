"""Adds, attaches, detaches, removes and puts back evidence. One function per use case; nothing stored is ever lost.

A file is looked at, checked by the scanner, drawn anew and copied to its place before any transaction begins, and its
row is written last. So a kill leaves at most a file without a row, which `cleaning.prune` clears away a day later; never a row
without a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import select

from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused
from portal.foundation.pages import size_words
from portal.foundation.storage import new_key, storage
from portal.foundation.uploads import Arriving

from .cleaning import drop
from .forms import Words
from .keeping import acceptable, cleaned, sum_of
from .kinds import FileRefused, shown_name
from .models import TITLE_LENGTH, Evidence, EvidenceKind, EvidenceUse
from .queries import room_of
from .sealing import attach_again, taken_off


class EvidenceFrozen(OutOfOrder):
    """The assessment was submitted; what belongs to it no longer changes, but for the practices open for changes."""

    def __init__(self, cycle: Cycle) -> None:
        only = f", except at the practices open for changes: {', '.join(cycle.reopened)}" if cycle.reopened else ""
        super().__init__(
            f"This assessment was submitted, so its files and links no longer change{only}. Nothing was stored."
        )


class NoRoom(FileRefused):
    """The program's room for files is full."""


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding: the piece, and whether the program had it already."""

    piece: Evidence
    known: bool


def add_file(cycle: Cycle, code: str, file: Arriving, name: str, words: Words, by_id: int) -> Added:
    """Store a file and attach it. Raises FileRefused, VirusFound, NotScanned, StorageDown or EvidenceFrozen."""
    program_id, cycle_id = cycle.program_id, cycle.id
    _check_open(cycle, code)
    kind = acceptable(file)
    with cleaned(file, kind) as path:
        digest, size = sum_of(path)
        with reading():
            if _known(program_id, digest) is None:
                _check_room(program_id, size)
        key = new_key()
        storage().put(key, path)
    shown = shown_name(name, kind)
    made = Evidence(
        program_id=program_id, cycle_id=cycle_id, kind=EvidenceKind.FILE, note=words.note,
        title=words.title or PurePath(shown).stem[:TITLE_LENGTH], file_name=shown, media_type=kind.media_type,
        size=size, sha256=digest, storage_key=key, added_at=clock.now(), added_by_id=by_id,
    )  # fmt: skip
    try:
        added = _add(cycle_id, code, made, by_id)
    except DomainError:  # only then is it sure that no row names the file
        drop(key)
        raise
    if added.known:
        drop(key)
    return added


def add_link(cycle_id: int, code: str, words: Words, address: str, by_id: int) -> Added:
    """Keep a web address and attach it; nothing is fetched. Raises EvidenceFrozen."""
    made = Evidence(
        kind=EvidenceKind.LINK, title=words.title, note=words.note, address=address,
        added_at=clock.now(), added_by_id=by_id,
    )  # fmt: skip
    return _add(cycle_id, code, made, by_id)


def attach(cycle_id: int, code: str, piece_ids: list[int], by_id: int) -> int:
    """Attach pieces the program has already; return how many were new here. Raises EvidenceFrozen or Refused."""
    if not piece_ids:
        raise Refused([Problem("pieces", "Tick at least one file or link.")])
    with unit_of_work() as session:
        cycle = _open_cycle(cycle_id, code)
        mine = (Evidence.program_id == cycle.program_id) & Evidence.removed_at.is_(None)
        found = session.scalars(select(Evidence).where(mine, Evidence.id.in_(piece_ids)).order_by(Evidence.id))
        return sum(_attach(cycle, code, piece, by_id) for piece in list(found))


def detach(cycle_id: int, code: str, piece_id: int, by_id: int) -> None:
    """Take a piece off one practice; it stays with the program. Raises EvidenceFrozen."""
    with unit_of_work():
        cycle = _open_cycle(cycle_id, code)
        for use in _uses(cycle.id, piece_id, code):
            use.detached_at, use.detached_by_id = clock.now(), by_id
            audit.record("evidence detached", person_id=by_id, cycle_id=cycle.id, evidence=piece_id, practice=code)


def remove(cycle_id: int, piece: Evidence, by_id: int) -> None:
    """Take a piece off every practice of this cycle and offer it no more; submitted copies keep it. Raises EvidenceFrozen."""
    piece_id = piece.id
    with unit_of_work() as session:
        cycle, moment = _open_cycle(cycle_id), clock.now()
        piece = session.get_one(Evidence, piece_id, populate_existing=True)
        if piece.removed_at is not None:
            return
        piece.removed_at, piece.removed_by_id = moment, by_id
        for use in _uses(cycle.id, piece_id):
            use.detached_at, use.detached_by_id, use.fell = moment, by_id, True
        audit.record("evidence removed", person_id=by_id, cycle_id=cycle.id, evidence=piece_id)


def put_back(cycle_id: int, piece: Evidence, by_id: int) -> None:
    """Undo a removal, with the practices it was taken off by it. Raises EvidenceFrozen or NoRoom."""
    piece_id = piece.id
    with unit_of_work() as session:
        cycle = _open_cycle(cycle_id)
        piece = session.get_one(Evidence, piece_id, populate_existing=True)
        if piece.removed_at is None:
            return
        room = room_of(cycle.program_id)
        if room.used + piece.size > room.limit:
            raise NoRoom(
                f"There is no room to put this file back: {size_words(room.left)} are left. Remove another first."
            )
        fell = (EvidenceUse.cycle_id == cycle.id) & (EvidenceUse.evidence_id == piece_id) & EvidenceUse.fell
        piece.removed_at = piece.removed_by_id = None
        for use in list(session.scalars(select(EvidenceUse).where(fell))):
            use.fell = False
            _attach(cycle, use.practice_code, piece, by_id)
        audit.record("evidence put back", person_id=by_id, cycle_id=cycle.id, evidence=piece_id)


def _check_open(cycle: Cycle, code: str) -> None:
    rulebook_of(cycle).catalogue.practice(code)
    if not cycle.is_open(code):
        raise EvidenceFrozen(cycle)


def _open_cycle(cycle_id: int, code: str = "") -> Cycle:
    """Read the cycle for a change at one practice, or without a code for one that reaches all of them."""
    cycle = load_for_change(cycle_id)
    if code:
        rulebook_of(cycle).catalogue.practice(code)
    if not cycle.is_open(code):
        raise EvidenceFrozen(cycle)
    return cycle


def _check_room(program_id: int, size: int) -> None:
    room = room_of(program_id)
    if room.takes(size):
        return
    if room.used + size > room.limit:
        raise NoRoom(
            f"There is no room for this file: it has {size_words(size)}, and {size_words(room.left)} of your program's "
            f"{size_words(room.limit)} are left. Remove a file that is not needed, or attach one you already have."
        )
    raise NoRoom(
        "Removed files are kept, and have filled their room. Put one back and use it, or ask your partnership for more room."
    )


def _known(program_id: int, digest: str) -> Evidence | None:
    same = (Evidence.program_id == program_id) & (Evidence.sha256 == digest) & Evidence.removed_at.is_(None)
    return db.session.scalar(select(Evidence).where(same, Evidence.kind == EvidenceKind.FILE).limit(1))


def _add(cycle_id: int, code: str, made: Evidence, by_id: int) -> Added:
    with unit_of_work() as session:
        cycle = _open_cycle(cycle_id, code)
        made.program_id, made.cycle_id = cycle.program_id, cycle.id
        same = _same(made)
        if same is None:
            if made.kind is EvidenceKind.FILE:
                _check_room(cycle.program_id, made.size)
            session.add(made)
            session.flush()
            audit.record("evidence added", person_id=by_id, cycle_id=cycle.id, evidence=made.id, kind=made.kind.value)
        _attach(cycle, code, same or made, by_id)
    return Added(same or made, same is not None)


def _same(made: Evidence) -> Evidence | None:
    """Find the piece that was stored before: sent again after a lost reply, or chosen for another practice."""
    if made.kind is EvidenceKind.FILE:
        return _known(made.program_id, made.sha256)
    mine = (Evidence.program_id == made.program_id) & Evidence.removed_at.is_(None)
    return db.session.scalar(
        select(Evidence).where(mine, Evidence.address == made.address, Evidence.title == made.title).limit(1)
    )


def _attach(cycle: Cycle, code: str, piece: Evidence, by_id: int) -> bool:
    if _uses(cycle.id, piece.id, code):
        return False
    mine = (EvidenceUse.cycle_id == cycle.id) & (EvidenceUse.practice_code == code)
    before = db.session.scalar(select(EvidenceUse).where(mine, EvidenceUse.evidence_id == piece.id, taken_off()))
    if before is not None:  # as it was sent
        attach_again(before, by_id)
        return True
    db.session.add(
        EvidenceUse(
            evidence_id=piece.id, cycle_id=cycle.id, practice_code=code, attached_at=clock.now(), attached_by_id=by_id
        )
    )
    db.session.flush()
    audit.record("evidence attached", person_id=by_id, cycle_id=cycle.id, evidence=piece.id, practice=code)
    return True


def _uses(cycle_id: int, piece_id: int, code: str | None = None) -> list[EvidenceUse]:
    found = select(EvidenceUse).where(
        EvidenceUse.cycle_id == cycle_id, EvidenceUse.evidence_id == piece_id, EvidenceUse.detached_at.is_(None)
    )
    return list(db.session.scalars(found if code is None else found.where(EvidenceUse.practice_code == code)))
