"""What goes to the partnership: sealed when it is sent, given back when changes end without sending."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, select, update

from portal.foundation import audit, clock
from portal.foundation.database import db

from .models import EvidenceUse


def seal(cycle_id: int) -> None:
    """Mark what is attached as sent, and what was taken off since as taken off, inside the transaction that sends."""
    mine, moment = EvidenceUse.cycle_id == cycle_id, clock.now()
    attached = mine & EvidenceUse.detached_at.is_(None) & EvidenceUse.sealed_at.is_(None)
    db.session.execute(update(EvidenceUse).where(mine, taken_off()).values(taken_off_at=moment))
    db.session.execute(update(EvidenceUse).where(attached).values(sealed_at=moment))


def give_back(cycle_id: int, codes: Collection[str], by_id: int) -> None:
    """Attach to these practices what was sent before, and nothing else, inside the transaction that ends the changes."""
    mine = (EvidenceUse.cycle_id == cycle_id) & EvidenceUse.practice_code.in_(list(codes))
    added = mine & EvidenceUse.sealed_at.is_(None) & EvidenceUse.detached_at.is_(None)
    for use in list(db.session.scalars(select(EvidenceUse).where(added))):
        use.detached_at, use.detached_by_id = clock.now(), by_id
        audit.record("evidence detached", person_id=by_id, cycle_id=cycle_id, evidence=use.evidence_id,
                     practice=use.practice_code)  # fmt: skip
    for use in list(db.session.scalars(select(EvidenceUse).where(mine, taken_off()))):
        attach_again(use, by_id)


def taken_off() -> ColumnElement[bool]:
    """Return the condition for what was sent and taken off since, which was not sent yet."""
    return (
        EvidenceUse.sealed_at.is_not(None) & EvidenceUse.detached_at.is_not(None) & EvidenceUse.taken_off_at.is_(None)
    )


def attach_again(use: EvidenceUse, by_id: int) -> None:
    """Undo that a piece was taken off, in the running transaction: it is attached as it was sent."""
    use.detached_at = use.detached_by_id = None
    audit.record("evidence attached", person_id=by_id, cycle_id=use.cycle_id, evidence=use.evidence_id,
                 practice=use.practice_code)  # fmt: skip
