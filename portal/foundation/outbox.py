"""Mail leaves through a table: written in the transaction that caused it, sent by the worker, once.

A letter that is not pressing waits for its recipient's mail of the day; `gather_at` says from when on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, letterpaper, wording
from .database import Base, UtcDateTime, db
from .languages import USUAL, Value
from .wording import Letter, Wording

POSTROOM = "nqms-postroom"
MORNING = 7  # o'clock where the partnership is: the mail of the day leaves


class Message(Base):
    """One mail. `key` names its cause and recipient, so that a cause repeated sends nothing twice."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(5), default=USUAL)
    to_name: Mapped[str] = mapped_column(String(200))
    to_email: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str] = mapped_column(Text, default="", server_default="")  # an iCalendar part with its METHOD
    reminds: Mapped[bool] = mapped_column(default=False)  # it holds a reminder, so it carries the link that stops them
    wording_problem: Mapped[str] = mapped_column(String(500), default="")  # why the own wording was not used
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gather_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # waits for a mail of the day
    gathered_into_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")

    @property
    def waits(self) -> bool:
        """Tell whether this still has to leave, by itself or within a mail of the day."""
        return self.sent_at is None and (self.next_try_at is not None or self.gather_at is not None)


class Addressee(Protocol):
    """Whoever gets a letter: a person with an account, or a name and an address."""

    @property
    def name(self) -> str:
        """Return the name to greet."""

    @property
    def email(self) -> str:
        """Return the address."""


@dataclass(frozen=True, slots=True)
class To:
    """A name and an address, for people without an account."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the portal knows of an address: whose it is, and the language to write in."""

    person_id: int | None = None
    language: str = USUAL


class Postroom(Protocol):
    """What the rooms tell the outbox: it knows neither people nor partnerships itself."""

    def known(self, email: str, partnership_id: int | None) -> Known:
        """Return who has this address and which language they read."""

    def own_wording(self, partnership_id: int | None, kind: str, language: str) -> Wording | None:
        """Return the partnership's own wording, if it has one."""

    def contact(self, partnership_id: int) -> To | None:
        """Return who answers replies."""

    def time_zone(self, partnership_id: int | None) -> str:
        """Return where the day of this partnership begins."""


def set_postroom(app: Flask, postroom: Postroom) -> None:
    """Let a room that knows people and partnerships answer for them."""
    app.extensions[POSTROOM] = postroom


def postroom() -> Postroom:
    """Return what knows people and partnerships."""
    found: Postroom = current_app.extensions[POSTROOM]
    return found


def post(
    key: str, *, to_name: str, to_email: str, subject: str, text: str, partnership_id: int | None = None,
    kind: str = "", language: str = USUAL, calendar: str = "",
) -> Message:  # fmt: skip
    """Put one mail into the outbox of the running transaction; the same key again returns the first one."""
    known = db.session.scalar(select(Message).where(Message.key == key))
    if known is not None:
        return known
    moment = clock.now()
    message = Message(
        key=key,
        partnership_id=partnership_id,
        kind=kind,
        language=language,
        to_name=to_name,
        to_email=to_email,
        subject=" ".join(subject.split())[:200],
        text=text,
        calendar=calendar,
        created_at=moment,
        next_try_at=moment,
    )
    db.session.add(message)
    return message


def write(
    kind: str, key: str, to: Addressee, fields: Mapping[str, Value], partnership_id: int | None = None,
    listed: bool = True, calendar: str = "",
) -> Message:  # fmt: skip
    """Put a letter of this kind into the outbox, in the recipient's language and the partnership's wording.

    It leaves at once or with the mail of the day, as its kind says. `listed` is false for letters that the partnership
    must not see; the same key again returns the first one.
    """
    found, room = wording.kinds()[kind], postroom()
    known = room.known(to.email, partnership_id)
    letter = compose_letter(kind, known.language, to.name, fields, partnership_id)
    stop = stop_link(known.person_id) if found.reminder and known.person_id else ""
    message = post(
        key, to_name=to.name, to_email=to.email, subject=letter.subject, kind=kind, language=known.language,
        text=letterpaper.on_paper(to.name, letter.body, known.language, stop),
        partnership_id=partnership_id if listed else None, calendar=calendar,
    )  # fmt: skip
    if message in db.session.new:
        message.reminds, message.wording_problem = bool(stop), letter.problem[:500]
        if not found.at_once:
            message.next_try_at, message.gather_at = None, next_morning(room.time_zone(partnership_id))
    return message


def compose_letter(
    kind: str, language: str, name: str, fields: Mapping[str, Value], partnership_id: int | None
) -> Letter:
    """Return subject and body of a letter, by the partnership's own wording where it has one."""
    own = postroom().own_wording(partnership_id, kind, language)
    return wording.render(wording.kinds()[kind], language, {"name": name, **fields}, own)


def address_of(path: str) -> str:
    """Return the whole address of a page, for those who have no request at hand."""
    return f"{current_app.config['BASE_URL']}{path}"


def next_morning(time_zone: str) -> datetime:
    """Return when the next mail of the day leaves where the partnership is: always later than now."""
    zone = ZoneInfo(time_zone)
    local = clock.now().astimezone(zone)
    today = datetime.combine(local.date(), time(MORNING), zone)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), time(MORNING), zone)


def _stops() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="stop-reminders")


def stop_link(person_id: int) -> str:
    """Return the address that stops a person's reminders without a sign-in."""
    return address_of(f"/stop-reminders/{_stops().dumps(person_id)}")


def person_of_stop_link(token: str) -> int | None:
    """Return whose reminders a link stops, None when we never made it."""
    try:
        found = _stops().loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None
