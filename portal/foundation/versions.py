"""What every saved text carries from the first day: a version, a save id, and a history nothing leaves.

A save names the version its sender last saw and a fresh id. A stale version is refused and the refused text is kept in
the history all the same; the same id sent again gets the same reply and stores nothing twice. The whole protocol is
written down in portal/assessments/README.md; `verdict_on` is its heart, and `keep` does what it says.
"""

from __future__ import annotations

import enum
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from . import clock
from .database import UtcDateTime, db
from .errors import NotReadable

SAVE_ID_LENGTH = 64
SAVE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
FORM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of a form that is sent once, as a whole
MOST_UNANSWERED = 20  # a browser names fewer
LOOKED_AT = 200  # newest texts a refused one is compared with, while everybody else who saves has to wait


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

    def says(part: str) -> bool:
        value, there = typed.get(part), stored.get(part)
        return there in (seen.get(part), value) or (
            isinstance(value, str) and isinstance(there, str) and value.startswith(there)
        )

    return all(says(part) for part in {*typed, *stored})


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one kind of text is kept: the table of the newest texts, and the one of everything that ever arrived."""

    newest: type[Any]  # a Versioned table
    history: type[Any]  # a VersionRow table with the same columns for the place


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a text that arrived. `row` is the newest stored one, None where none is stored."""

    verdict: Verdict
    row: Any | None


def keep(
    shelf: Shelf,
    place: Mapping[str, Any],
    content: dict[str, Any],
    key: SaveKey,
    by_id: int,
    *,
    seen: Mapping[str, Any] | None = None,
    aside: bool = False,
    closed: bool = False,
) -> Kept:
    """Store a text at its place, or keep it in the history alone; in the caller's transaction. Raises SaveNotReadable.

    `place` names the columns that say where it belongs. A text is `aside` when its sender chose the other one, and
    `closed` when nothing is stored there any more.
    """
    save_id, moment = key.id, clock.now()
    found = select(shelf.newest).filter_by(**place).with_for_update(of=shelf.newest)
    row = db.session.scalar(found)
    again = _sent_before(shelf, place, save_id)
    if again is not None and again.content != content:
        save_id = renamed(save_id, content)
        again = _sent_before(shelf, place, save_id)
    verdict = verdict_on(key, content, by_id, row, again, seen)
    if row is not None and (verdict is Verdict.SAME or _done_since(row, again)):
        return Kept(Verdict.SAME, row)
    saved: dict[str, Any] = {"save_id": save_id, "saved_at": moment, "saved_by_id": by_id, "content": content}
    if closed or (row is not None and (aside or verdict is Verdict.REFUSE)):
        if again is None and content not in _newest_contents(shelf, place):  # each text is kept once
            db.session.add(shelf.history(**place, **saved, version=key.version + 1, refused=True))
        return Kept(Verdict.REFUSE, row)
    if row is None:
        row = shelf.newest(**place, version=0)
        db.session.add(row)
    row.version += 1
    for column, value in saved.items():
        setattr(row, column, value)
    db.session.add(shelf.history(**place, **saved, version=row.version))
    return Kept(Verdict.STORE, row)


Sent = Mapping[str, tuple[Mapping[str, Any], object, object]]  # by place: what was typed, the version seen, the save id


def changed(
    sent: Sent,
    read: Callable[[str, Mapping[str, Any]], Mapping[str, Any]],
    seen_at: Callable[[str, int], Mapping[str, Any] | None],
) -> Iterator[tuple[str, Mapping[str, Any], SaveKey, Mapping[str, Any] | None]]:
    """Give each text of a page sent as one form that its sender changed, with its key and what the sender saw.

    What is left as it was shown is passed over, so that a colleague's newer text stands.
    """
    for place, (raw, version, save_id) in sent.items():
        key = save_key(version, save_id)
        seen = seen_at(place, key.version)
        if read(place, raw) != seen:
            yield place, raw, key, seen


def follow(shelf: Shelf, place: Mapping[str, Any], row: Any, content: dict[str, Any], by_id: int) -> None:
    """Store what a deed made of the newest text, such as a draft that was sent; the save before it stays known.

    The form that led to the deed may arrive again: it then finds its text done, not replaced.
    """
    saved: dict[str, Any] = {
        "save_id": _after(row.save_id), "saved_at": clock.now(), "saved_by_id": by_id, "content": content
    }  # fmt: skip
    row.version += 1
    for column, value in saved.items():
        setattr(row, column, value)
    db.session.add(shelf.history(**place, **saved, version=row.version))


def content_at(shelf: Shelf, place: Mapping[str, Any], version: int) -> dict[str, Any] | None:
    """Return what was stored at a version, None for one that never was."""
    found = select(shelf.history.content).filter_by(**place, version=version, refused=False)
    return db.session.scalar(found)


def _after(save_id: str) -> str:
    return renamed(save_id, {})


def _done_since(row: Any, again: Any | None) -> bool:
    return again is not None and not again.refused and row.save_id == _after(again.save_id)


def _sent_before(shelf: Shelf, place: Mapping[str, Any], save_id: str) -> Any | None:
    return db.session.scalar(select(shelf.history).filter_by(**place, save_id=save_id))


def _newest_contents(shelf: Shelf, place: Mapping[str, Any]) -> list[dict[str, Any]]:
    newest = shelf.history.saved_at.desc(), shelf.history.id.desc()
    return list(db.session.scalars(select(shelf.history.content).filter_by(**place).order_by(*newest).limit(LOOKED_AT)))
