"""Clears away stored files that no row names: what a kill or a lost connection left behind."""

from __future__ import annotations

import contextlib
import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, select

from portal.foundation import uploads
from portal.foundation.database import reading
from portal.foundation.storage import StorageDown, storage

from .models import Evidence

log = logging.getLogger("portal.evidence")

_others: dict[str, Select[str]] = {}  # other rooms whose rows name stored files


def also_named(room: str, keys: Select[str]) -> None:
    """Let another room say which stored files its rows name, so that they stay."""
    _others[room] = keys


GRACE = timedelta(days=1)  # of a stored file without a row; the row of one being added follows within seconds


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
            for keys in _others.values():
                named |= set(session.scalars(keys))
        for key in old:
            if key not in named:
                storage().delete(key)
                cleared += 1
    except StorageDown:
        log.exception("stored files could not be cleaned; it is tried again in an hour")
    return cleared
