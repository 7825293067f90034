"""What every saved text carries from the first day: a version, a save id, and a history nothing leaves.

A save names the version its sender last saw and a fresh id. A stale version is refused and the refused text is kept in
the history all the same; the same id sent again gets the same reply and stores nothing twice. The whole protocol is
written down in portal/assessments/README.md; `verdict_on` is its heart.
"""

from __future__ import annotations

import enum
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from .database import UtcDateTime
from .errors import NotReadable

SAVE_ID_LENGTH = 64
SAVE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
FORM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of a form that is sent once, as a whole
MOST_UNANSWERED = 20  # a browser names fewer


class SaveNotReadable(NotReadable):
    """A save without a usable version or id; only a broken or made-up request does this."""


@dataclass(frozen=True, slots=True)
class SaveKey:
    """What a save carries beside its text: the version its sender saw, its id, and its sender's ids still unanswered."""

    version: int
    id: str
    unanswered: frozenset[str] = frozenset()


class Verdict(enum.Enum):
    """What is to be done with a save."""

    STORE = "it is the newest text"
    SAME = "this text is what is stored already"
    REFUSE = "somebody stored another text first; keep this one in the history"


def save_key(version: object, save_id: object, unanswered: object = "") -> SaveKey:
    """Read the version and the ids a save came with. Raises SaveNotReadable."""
    if not isinstance(version, str) or not version.isascii() or not version.isdigit() or len(version) > 9:
        raise SaveNotReadable("This save came without its version. Load the page again; nothing was stored.")
    if not isinstance(save_id, str) or not SAVE_ID.fullmatch(save_id):
        raise SaveNotReadable("This save came without its id. Load the page again; nothing was stored.")
    named = unanswered.split(".")[:MOST_UNANSWERED] if isinstance(unanswered, str) else []
    return SaveKey(int(version), save_id, frozenset(one for one in named if SAVE_ID.fullmatch(one)))


def own_id(given: str) -> str:
    """Return the id a form came with, else a fresh one: what no page of ours made may hold signs no database takes."""
    return given if FORM_ID.fullmatch(given) else secrets.token_urlsafe(12)


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
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

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


def verdict_on(
    key: SaveKey,
    content: Mapping[str, Any],
    by_id: int,
    row: Versioned | None,
    before: VersionRow | None,
    seen: Mapping[str, Any] | None = None,
) -> Verdict:
    """Say what is to be done with a text that arrived.

    `row` holds the newest stored text, `before` what arrived with this very id and text before. `seen` is what the
    sender's page showed at its version, given only for a form sent as a whole: it cannot name what its page sent just before.
    """
    if row is None:
        if key.version:
            raise SaveNotReadable("This save names a version that does not exist. Load the page again.")
        return Verdict.STORE
    if row.content == content:
        return Verdict.SAME
    if before is not None:  # refused then, or replaced since: the sender's page rests on a text that is not there
        return Verdict.REFUSE
    if key.version == row.version:
        return Verdict.STORE
    if row.saved_by_id == by_id:
        if row.save_id in key.unanswered:  # the sender's own save, whose reply never reached its page
            return Verdict.STORE
        if seen is not None and covers(content, row.content, seen):
            return Verdict.STORE
    return Verdict.REFUSE


def covers(typed: Mapping[str, Any], stored: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Tell whether the typed content holds everything that was stored since its sender saw `seen`.

    A form sent while a save of the same page is on its way names the version before that save, yet says all of it.
    """
    return all(
        stored.get(part) in (seen.get(part), value)
        or (isinstance(value, str) and isinstance(stored.get(part), str) and value.startswith(stored[part]))
        for part, value in typed.items()
    )
