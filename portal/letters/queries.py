"""Reads wordings, mails and planned reminders of one partnership."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.foundation.wording import kinds

from .models import LetterWording, Reminder

PAGE = 50  # mails on one page


class Shown(enum.StrEnum):
    """Which mails a page lists."""

    ALL = "all"
    SENT = "sent"
    WAITING = "waiting"
    NOT_SENT = "not_sent"
    PLANNED = "planned"

    @property
    def words(self) -> str:
        """Return the choice in words."""
        return {"all": "All", "sent": "Sent", "waiting": "Waiting", "not_sent": "Not sent", "planned": "Planned reminders"}[self]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail as the page shows it; never its text, since texts hold personal links."""

    id: int
    to_name: str
    to_email: str
    subject: str
    kind: str  # what it is for, in words
    created_at: datetime
    state: Shown  # sent, waiting or not sent
    at: datetime | None  # when it was sent, or will be tried next
    daily: bool  # within a mail of the day
    note: str
    wording_problem: str
    can_go_again: bool


@dataclass(frozen=True, slots=True)
class Outbox:
    """One page of a partnership's mail."""

    rows: Sequence[MailRow]
    page: int
    pages: int
    counts: dict[Shown, int]
    planned: Sequence[Reminder]


_daily = aliased(Message)
_WENT = or_(Message.sent_at.is_not(None), _daily.sent_at.is_not(None))
_WAITS = and_(
    Message.sent_at.is_(None), _daily.sent_at.is_(None),
    or_(Message.next_try_at.is_not(None), Message.gather_at.is_not(None), _daily.next_try_at.is_not(None)),
)  # fmt: skip


def outbox_of(partnership_id: int, shown: Shown, page: int) -> Outbox:
    """Return one page of what was sent, waits, could not be sent, and is planned."""
    states = select(func.count(), func.sum(_one(_WENT)), func.sum(_one(_WAITS))).select_from(Message)
    total, went, waits = db.session.execute(_with_daily(states, partnership_id)).one()
    went, waits = went or 0, waits or 0
    open_reminders = (
        Reminder.partnership_id == partnership_id,
        Reminder.sent_at.is_(None),
        Reminder.stopped_at.is_(None),
    )
    planned = list(
        db.session.scalars(select(Reminder).where(*open_reminders).order_by(Reminder.remind_on, Reminder.id))
    )
    counts = {
        Shown.ALL: total, Shown.SENT: went, Shown.WAITING: waits, Shown.NOT_SENT: total - went - waits,
        Shown.PLANNED: len(planned),
    }  # fmt: skip
    pages = max(1, -(-counts[shown] // PAGE))
    page = min(max(1, page), pages)
    if shown is Shown.PLANNED:
        return Outbox((), page, pages, counts, planned[(page - 1) * PAGE : page * PAGE])
    wanted = _with_daily(select(Message, _daily), partnership_id)
    if shown is not Shown.ALL:
        wanted = wanted.where({Shown.SENT: _WENT, Shown.WAITING: _WAITS, Shown.NOT_SENT: ~or_(_WENT, _WAITS)}[shown])
    found = db.session.execute(wanted.order_by(Message.id.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return Outbox([_row(message, daily) for message, daily in found], page, pages, counts, planned[:1])


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _with_daily(query: Select, partnership_id: int) -> Select:  # type: ignore[type-arg]
    joined = query.outerjoin(_daily, _daily.id == Message.gathered_into_id)
    alone = Message.key.startswith("daily:") & (Message.kind != "digest")  # carries one letter, which is listed itself
    return joined.where(Message.partnership_id == partnership_id, ~alone)


def _row(message: Message, daily: Message | None) -> MailRow:
    carrier = daily or message
    kind = kinds().get(message.kind)
    at: datetime | None
    if carrier.sent_at is not None:
        state, at = Shown.SENT, carrier.sent_at
    elif carrier.waits:
        state, at = Shown.WAITING, carrier.gather_at or carrier.next_try_at
    else:
        state, at = Shown.NOT_SENT, None
    return MailRow(
        carrier.id, message.to_name, message.to_email, message.subject, kind.title if kind else "", message.created_at,
        state, at, daily is not None or message.gather_at is not None, carrier.error if state is not Shown.SENT else "",
        message.wording_problem, state is Shown.NOT_SENT and carrier.partnership_id == message.partnership_id and bool(carrier.error),
    )  # fmt: skip


def newest_wording(partnership_id: int, kind: str, language: str) -> LetterWording | None:
    """Return the version of a wording that counts now."""
    return db.session.scalars(_versions(partnership_id, kind, language).limit(1)).one_or_none()


def versions(partnership_id: int, kind: str, language: str) -> list[LetterWording]:
    """Return every version of a wording, newest first."""
    return list(db.session.scalars(_versions(partnership_id, kind, language)))


def own_wordings(partnership_id: int) -> dict[tuple[str, str], LetterWording]:
    """Return the partnership's own wordings that count now, by kind and language."""
    mine = select(LetterWording).where(LetterWording.partnership_id == partnership_id).order_by(LetterWording.number)
    newest = {(one.kind, one.language): one for one in db.session.scalars(mine)}
    return {key: one for key, one in newest.items() if not one.usual}


def _versions(partnership_id: int, kind: str, language: str) -> Select[LetterWording]:
    mine = (LetterWording.partnership_id == partnership_id, LetterWording.kind == kind)
    found = select(LetterWording).where(*mine, LetterWording.language == language)
    return found.options(joinedload(LetterWording.saved_by)).order_by(LetterWording.number.desc())
