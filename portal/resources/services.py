"""Adds, edits, retires and brings back a partnership's own resources. What was attached somewhere keeps its title."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import func, select

from portal.evidence.cleaning import drop
from portal.evidence.kinds import FileRefused
from portal.evidence.taking import Taken, take
from portal.foundation import audit, clock
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import StaleVersion, Stranger
from portal.foundation.pages import size_words
from portal.foundation.uploads import Arriving
from portal.foundation.versions import own_id, renamed

from .forms import Words
from .models import OwnResource

Came = tuple[Arriving, str]  # a file on its way in, and the name its sender gave it


class ResourceChanged(StaleVersion):
    """A colleague changed the resource after the sender last looked."""


def add(partnership_id: int, words: Words, came: Came | None, save_id: str, by_id: int) -> OwnResource:
    """Add a resource; the same form sent twice adds one. Raises FileRefused, VirusFound, NotScanned or StorageDown."""
    taken = _take(partnership_id, came)
    save_id = own_id(save_id)
    with unit_of_work() as session:
        known = _sent_before(save_id)
        if known is not None and not _same(known, partnership_id, words, taken):
            save_id = renamed(save_id, {**words.as_dict(), "sha256": taken.sha256 if taken else ""})
            known = _sent_before(save_id)
        if known is None:
            made = OwnResource(partnership_id=partnership_id, save_id=save_id, added_at=clock.now(), added_by_id=by_id)
            _write(made, words, taken)
            session.add(made)
            session.flush()
            audit.record("resource added", person_id=by_id, partnership_id=partnership_id, resource=made.id)
            return made
    if taken is not None:
        drop(taken.key)
    return known


def edit(partnership_id: int, resource_id: int, version: str, words: Words, came: Came | None, by_id: int) -> None:
    """Change what is said about a resource, or its file. Raises ResourceChanged and what `add` raises."""
    taken = _take(partnership_id, came)
    try:
        with unit_of_work():
            row = _locked(partnership_id, resource_id)
            before = row.words() | {"storage_key": row.storage_key}
            unchanged = words.as_dict() == {name: getattr(row, name) for name in words.as_dict()}
            if str(row.version) != version and not (unchanged and taken is None):
                raise ResourceChanged(
                    "A colleague changed this while you were writing. Nothing of yours was stored yet."
                )
            if unchanged and taken is None:
                return
            _write(row, words, taken)
            row.version += 1
            row.changed_at, row.changed_by_id = clock.now(), by_id
            audit.record(
                "resource changed", person_id=by_id, partnership_id=partnership_id, resource=row.id, before=before
            )
    except (ResourceChanged, Stranger):
        if taken is not None:
            drop(taken.key)
        raise


def retire(partnership_id: int, resource_id: int, by_id: int) -> None:
    """Offer a resource no more. It stays wherever it is attached, and can be brought back."""
    with unit_of_work():
        row = _locked(partnership_id, resource_id)
        if row.retired_at is None:
            row.retired_at, row.retired_by_id = clock.now(), by_id
            audit.record("resource retired", person_id=by_id, partnership_id=partnership_id, resource=row.id)


def bring_back(partnership_id: int, resource_id: int, by_id: int) -> None:
    """Offer a retired resource again."""
    with unit_of_work():
        row = _locked(partnership_id, resource_id)
        if row.retired_at is not None:
            row.retired_at = row.retired_by_id = None
            audit.record("resource brought back", person_id=by_id, partnership_id=partnership_id, resource=row.id)


def _take(partnership_id: int, came: Came | None) -> Taken | None:
    if came is None:
        return None

    def room_for(_: str, size: int) -> None:
        with reading() as session:
            mine = OwnResource.partnership_id == partnership_id
            used = session.scalar(select(func.coalesce(func.sum(OwnResource.size), 0)).where(mine)) or 0
        limit: int = current_app.config["EVIDENCE_QUOTA_BYTES"]
        if used + size > limit:
            raise FileRefused(
                f"There is no room for this file: it has {size_words(size)}, and {size_words(max(0, limit - used))} of "
                f"the library's {size_words(limit)} are left. Give the address of a page instead."
            )

    return take(*came, room_for)


def _write(row: OwnResource, words: Words, taken: Taken | None) -> None:
    for name, value in words.as_dict().items():
        setattr(row, name, value)
    if taken is not None:
        row.file_name, row.media_type, row.size = taken.name, taken.media_type, taken.size
        row.sha256, row.storage_key = taken.sha256, taken.key


def _same(row: OwnResource, partnership_id: int, words: Words, taken: Taken | None) -> bool:
    stored = {name: getattr(row, name) for name in words.as_dict()}
    return (row.partnership_id, stored, row.sha256) == (partnership_id, words.as_dict(), taken.sha256 if taken else "")


def _sent_before(save_id: str) -> OwnResource | None:
    return db.session.scalar(select(OwnResource).where(OwnResource.save_id == save_id))


def _locked(partnership_id: int, resource_id: int) -> OwnResource:
    mine = (OwnResource.id == resource_id) & (OwnResource.partnership_id == partnership_id)
    row = db.session.scalar(select(OwnResource).where(mine).with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise Stranger
    return row
