"""Reads evidence: what is attached where, what may be attached again, how much room is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, Select, func, or_, select

from portal.cycles.models import Cycle
from portal.foundation.access import STAFF_ROLES, Role
from portal.foundation.database import db
from portal.foundation.errors import Stranger

from .kinds import KINDS
from .models import Evidence, EvidenceKind, EvidenceUse

Record = Mapping[str, Sequence[Mapping[str, str]]]  # what a frozen copy says: title and hash or address, by practice


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a program's room for files is taken, in bytes."""

    used: int
    kept: int  # with the removed ones, which can be put back
    limit: int

    @property
    def left(self) -> int:
        """Return what is free."""
        return max(0, self.limit - self.used)

    def takes(self, size: int) -> bool:
        """Tell whether one more file fits; the removed ones have as much room again."""
        return self.used + size <= self.limit and self.kept + size <= 2 * self.limit


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece as a page shows it, with the practices of this cycle it is attached to."""

    piece: Evidence
    codes: tuple[str, ...] = ()
    taken_off_at: datetime | None = None  # with changes that were sent after submitting

    @property
    def is_gone(self) -> bool:
        """Tell whether the piece was removed and nothing of this cycle holds on to it."""
        return self.piece.removed_at is not None and not self.codes

    @property
    def kind_words(self) -> str:
        """Say what it is: PDF, Word document, link."""
        kind = KINDS.get(self.piece.media_type)
        return kind.words if kind else "link" if not self.piece.is_file else "file"


def is_staff_alone(roles: Collection[Role]) -> bool:
    """Tell whether somebody reads as the partnership, who sees only what was submitted."""
    return frozenset(roles) <= STAFF_ROLES


def counts_of(cycle_id: int) -> dict[str, int]:
    """Return how many pieces each practice has, for the links beside the answers."""
    found = (
        select(EvidenceUse.practice_code, func.count())
        .where(EvidenceUse.cycle_id == cycle_id, EvidenceUse.detached_at.is_(None))
        .group_by(EvidenceUse.practice_code)
    )
    return {row[0]: row[1] for row in db.session.execute(found)}


def shown_by_practice(cycle: Cycle, roles: Collection[Role]) -> dict[str, list[Shown]]:
    """Return what stands beside each answer, in one query. Staff see what was sent, also what was taken off by a change."""
    uses = list(db.session.scalars(_uses_seen(cycle, roles).order_by(EvidenceUse.id)))
    there = {(use.practice_code, use.evidence_id) for use in uses if use.taken_off_at is None}
    found: dict[str, list[Shown]] = {}
    for use in uses:
        if use.taken_off_at is None or (use.practice_code, use.evidence_id) not in there:
            found.setdefault(use.practice_code, []).append(Shown(use.evidence, (), use.taken_off_at))
    return found


def shown_as_recorded(cycle: Cycle, record: Record) -> dict[str, list[Shown]]:
    """Return the pieces that a frozen copy of the cycle names, by practice, whatever became of them since."""
    sealed = select(EvidenceUse).where(EvidenceUse.cycle_id == cycle.id, EvidenceUse.sealed_at.is_not(None))
    pieces = {_named(use.evidence): use.evidence for use in db.session.scalars(sealed.order_by(EvidenceUse.id))}
    return {
        code: [Shown(pieces[key]) for one in named if (key := tuple(sorted(one.items()))) in pieces]
        for code, named in record.items()
    }


def shown_in_cycle(cycle: Cycle, roles: Collection[Role]) -> list[Shown]:
    """Return every piece of the cycle once, with the practices it is attached to, in two queries."""
    codes: dict[int, dict[str, None]] = {}
    for use in db.session.scalars(_uses_seen(cycle, roles).order_by(EvidenceUse.practice_code)):
        pieces_codes = codes.setdefault(use.evidence_id, {})
        if use.taken_off_at is None:
            pieces_codes[use.practice_code] = None
    here: ColumnElement[bool] = Evidence.id.in_(codes)
    if not is_staff_alone(roles):
        ever = select(EvidenceUse.evidence_id).where(EvidenceUse.cycle_id == cycle.id)
        here = or_(Evidence.cycle_id == cycle.id, Evidence.id.in_(ever))
    found = select(Evidence).where(Evidence.program_id == cycle.program_id, here).order_by(Evidence.id)
    return [Shown(piece, tuple(codes.get(piece.id, ()))) for piece in db.session.scalars(found)]


def _uses_seen(cycle: Cycle, roles: Collection[Role]) -> Select[EvidenceUse]:
    mine = select(EvidenceUse).where(EvidenceUse.cycle_id == cycle.id)
    if is_staff_alone(roles):
        return mine.where(EvidenceUse.sealed_at.is_not(None))
    return mine.where(EvidenceUse.detached_at.is_(None))


def offered(cycle: Cycle, code: str) -> list[Shown]:
    """Return what could be attached to this practice too: of this cycle and the program's earlier ones, newest first."""
    attached = select(EvidenceUse.evidence_id).where(
        EvidenceUse.cycle_id == cycle.id, EvidenceUse.practice_code == code, EvidenceUse.detached_at.is_(None)
    )
    found = (
        select(Evidence)
        .where(Evidence.program_id == cycle.program_id, Evidence.removed_at.is_(None), Evidence.id.not_in(attached))
        .order_by(Evidence.id.desc())
    )
    elsewhere: dict[int, list[str]] = {}
    rows = select(EvidenceUse.evidence_id, EvidenceUse.practice_code).where(
        EvidenceUse.cycle_id == cycle.id, EvidenceUse.detached_at.is_(None)
    )
    for evidence_id, other in db.session.execute(rows.order_by(EvidenceUse.practice_code)):
        elsewhere.setdefault(evidence_id, []).append(other)
    return [Shown(piece, tuple(elsewhere.get(piece.id, ()))) for piece in db.session.scalars(found)]


def room_of(program_id: int) -> Room:
    """Return how much room the program's files take."""
    used = func.coalesce(func.sum(Evidence.size).filter(Evidence.removed_at.is_(None)), 0)
    kept = func.coalesce(func.sum(Evidence.size), 0)
    row = db.session.execute(select(used, kept).where(Evidence.program_id == program_id)).one()
    return Room(int(row[0]), int(row[1]), current_app.config["EVIDENCE_QUOTA_BYTES"])


def load_piece(cycle: Cycle, piece_id: int, roles: Collection[Role]) -> Evidence:
    """Return a piece of the cycle's program; staff get what was submitted in this cycle. Raises Stranger."""
    piece = db.session.get(Evidence, piece_id)
    if piece is None or piece.program_id != cycle.program_id:
        raise Stranger
    if is_staff_alone(roles):
        sealed = _uses_seen(cycle, roles).where(EvidenceUse.evidence_id == piece.id).limit(1)
        if db.session.scalar(sealed) is None:
            raise Stranger
    return piece


def record_of(cycle_id: int) -> dict[str, list[dict[str, str]]]:
    """Return what the frozen copy says about evidence: by practice, title and the hash or the address."""
    uses = select(EvidenceUse).where(EvidenceUse.cycle_id == cycle_id, EvidenceUse.detached_at.is_(None))
    found: dict[str, list[dict[str, str]]] = {}
    for use in db.session.scalars(uses.order_by(EvidenceUse.practice_code, EvidenceUse.id)):
        found.setdefault(use.practice_code, []).append(dict(_named(use.evidence)))
    return found


def _named(piece: Evidence) -> tuple[tuple[str, str], ...]:
    what = ("sha256", piece.sha256) if piece.kind is EvidenceKind.FILE else ("address", piece.address)
    return tuple(sorted((what, ("title", piece.title))))
