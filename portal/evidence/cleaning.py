"""Clears away stored files that no row names: what a kill or a lost connection left behind."""

from __future__ import annotations

import contextlib
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.foundation import uploads
from portal.foundation.database import reading
from portal.foundation.storage import StorageDown, storage

from .models import Evidence

log = logging.getLogger("portal.evidence")

GRACE = timedelta(days=1)  # of a stored file without a row; the row of one being added follows within seconds


_named_too: list[Any] = []  # columns of rooms to the right that name stored files


def keep_also(column: Any) -> None:
    """Let another room say which column of its own names stored files; `prune` leaves them alone."""
    if all(column is not one for one in _named_too):
        _named_too.append(column)


def drop(key: str) -> None:
    """Delete a file that no row names; when the storage does not answer, `prune` does it tomorrow."""
    with contextlib.suppress(StorageDown):
        storage().delete(key)


def prune() -> int:
    """Delete stored files that no row names, a day after they were stored; return how many."""
    before = datetime.now(UTC) - GRACE  # real time, as the storage tells it; a demo's clock stands elsewhere
    cleared = uploads.clear_incoming()
    try:
        old = [kept.key for kept in storage().list() if kept.changed_at < before]
        with reading() as session:  # after the listing: whatever it named and is still wanted has its row by now
            named = set(session.scalars(select(Evidence.storage_key).where(Evidence.storage_key.is_not(None))))
            for column in _named_too:
                named |= set(session.scalars(select(column).where(column.is_not(None))))
        for key in old:
            if key not in named:
                storage().delete(key)
                cleared += 1
    except StorageDown:
        log.exception("stored files could not be cleaned; it is tried again in an hour")
    return cleared
