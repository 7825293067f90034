"""What every saved text carries from the first day: a version, a save id, and a history nothing leaves.

A save names the version its sender last saw and a fresh id. A stale version is refused and the refused text is kept in
the history all the same; the same id sent again gets the same reply and stores nothing twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from .database import UtcDateTime

SAVE_ID_LENGTH = 64


def renamed(save_id: str, content: dict[str, Any]) -> str:
    """Return the id for an old id that came with a new text.

    A page brought back by the Back button sends its old id again: with another text that is another save, not a repeat.
    """
    return hashlib.sha256(f"{save_id} {json.dumps(content, sort_keys=True)}".encode()).hexdigest()


class Versioned:
    """Columns of the row that holds the newest stored text; version 1 is the first save."""

    version: Mapped[int] = mapped_column(default=0)
    save_id: Mapped[str] = mapped_column(String(SAVE_ID_LENGTH), default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @declared_attr
    def saved_by_id(cls) -> Mapped[int | None]:  # noqa: N805 (SQLAlchemy calls it with the class)
        """Point to who saved."""
        return mapped_column(ForeignKey("person.id"))


class VersionRow:
    """Columns of a history row: one for each text that ever arrived, also the refused ones."""

    version: Mapped[int]
    save_id: Mapped[str] = mapped_column(String(SAVE_ID_LENGTH))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    refused: Mapped[bool] = mapped_column(default=False)

    @declared_attr
    def saved_by_id(cls) -> Mapped[int | None]:  # noqa: N805
        """Point to who saved."""
        return mapped_column(ForeignKey("person.id"))


def covers(typed: Mapping[str, Any], stored: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Tell whether the typed content holds everything that was stored since its sender saw `seen`.

    A form sent while a save of the same page is on its way names the version before that save, yet says all of it.
    """
    return all(
        stored.get(part) in (seen.get(part), value)
        or (isinstance(value, str) and isinstance(stored.get(part), str) and value.startswith(stored[part]))
        for part, value in typed.items()
    )
