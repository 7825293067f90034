"""Reminders are rows: planned from what the rules say is due, shown before they are sent, sent once, stopped when done.

Rooms to the right say what they would remind of; here it is planned and sent. A row is one subject, kind and due date,
so a reminder is never sent twice for the same day, whatever workers, kills or clocks do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import Person
from portal.foundation import clock, outbox
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.languages import Value
from portal.partnerships.models import Partnership

from .models import Reminder

log = logging.getLogger("portal.letters")

SOURCES = "nqms-reminders"
PLANNED_AHEAD = timedelta(days=60)  # what is shown before it is sent
TOO_LATE = timedelta(days=14)  # what was to be reminded of longer ago, before anybody planned it, is left alone

Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One reminder that a room would send: what about, to whom, by when the thing is due, and on which local day."""

    kind: str
    subject: str  # names the matter for ever, like cycle:12
    program_id: int
    program: str
    due_on: date
    remind_on: date
    people: tuple[int, ...]
    fields: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Return what makes this reminder the same one tomorrow."""
        return self.subject, self.kind, self.due_on


Source = Callable[[Partnership], Iterable[Wanted]]


def add_source(app: Flask, source: Source) -> None:
    """Let a room say which reminders it would send for a partnership; asked outside of any write."""
    app.extensions[SOURCES] = (*app.extensions.get(SOURCES, ()), source)


def run() -> int:
    """Plan and send the reminders of every partnership; return how many left for somebody's mail of the day."""
    with reading() as session:
        partnerships = list(session.scalars(select(Partnership.id).order_by(Partnership.id)))
    sent = 0
    for partnership_id in partnerships:
        try:
            sent += run_for(partnership_id)
        except IntegrityError:  # another worker planned the same at this moment; the next run finds its rows
            log.info("reminders of partnership %s were planned elsewhere", partnership_id)
        except Exception:  # rules that cannot be used at one partnership must not keep the others from being reminded
            log.exception("reminders of partnership %s could not be planned", partnership_id)
            db.session.rollback()
    return sent


def run_for(partnership_id: int) -> int:
    """Plan, stop and send one partnership's reminders; nothing is written when nothing changes."""
    with reading() as session:
        partnership = session.get_one(Partnership, partnership_id)
        local = clock.now().astimezone(ZoneInfo(partnership.time_zone))
        today, morning = local.date(), local.hour >= outbox.MORNING
        wanted = {one.key: one for source in current_app.extensions.get(SOURCES, ()) for one in source(partnership)}
        changes = _changes(partnership_id, wanted, today, morning)
    if not any(changes):
        return 0
    with unit_of_work():
        fresh, gone, due = _changes(partnership_id, wanted, today, morning)  # anew: somebody may have been first
        for one in fresh:
            _plan(partnership_id, one)
        for row in gone:
            row.stopped_at = clock.now()
        db.session.flush()
        due = [row for row in _unsent(partnership_id) if _is_due(row, wanted, today, morning)]
        return sum(_send(row, wanted[_key(row)], partnership_id) for row in due)


def _changes(
    partnership_id: int, wanted: Mapping[Key, Wanted], today: date, morning: bool
) -> tuple[list[Wanted], list[Reminder], list[Reminder]]:
    """Return what has to be planned, stopped and sent now."""
    rows = {_key(row): row for row in _unsent(partnership_id)}
    open_rows = {key for key, row in rows.items() if row.stopped_at is None}
    near = [one for one in wanted.values() if today - TOO_LATE <= one.remind_on <= today + PLANNED_AHEAD]
    days = {one.due_on for one in near}
    sent = select(Reminder).where(Reminder.partnership_id == partnership_id, Reminder.due_on.in_(days))
    done = {_key(row) for row in db.session.scalars(sent.where(Reminder.sent_at.is_not(None)))}
    fresh = [one for one in near if one.key not in done and (one.key not in open_rows or _differs(rows[one.key], one))]
    gone = [row for key, row in rows.items() if row.stopped_at is None and key not in wanted]
    return fresh, gone, [row for row in rows.values() if _is_due(row, wanted, today, morning)]


def _unsent(partnership_id: int) -> list[Reminder]:
    mine = select(Reminder).where(Reminder.partnership_id == partnership_id, Reminder.sent_at.is_(None))
    return list(db.session.scalars(mine.order_by(Reminder.remind_on, Reminder.id)))


def _key(row: Reminder) -> Key:
    return row.subject, row.kind, row.due_on


def _differs(row: Reminder, one: Wanted) -> bool:
    return (row.remind_on, row.about) != (one.remind_on, one.program[:200])


def _is_due(row: Reminder, wanted: Mapping[Key, Wanted], today: date, morning: bool) -> bool:
    arrived = row.remind_on < today or (row.remind_on == today and morning)
    return row.stopped_at is None and arrived and _key(row) in wanted


def _plan(partnership_id: int, one: Wanted) -> None:
    """Plan a reminder, or take a stopped or moved one up again."""
    subject, kind, due_on = one.key
    mine = (Reminder.subject == subject) & (Reminder.kind == kind) & (Reminder.due_on == due_on)
    row = db.session.scalar(select(Reminder).where(mine))
    if row is None:
        row = Reminder(
            partnership_id=partnership_id, program_id=one.program_id, kind=kind, subject=subject, due_on=due_on,
            planned_at=clock.now(),
        )  # fmt: skip
        db.session.add(row)
    row.about, row.remind_on, row.stopped_at = one.program[:200], one.remind_on, None


def _send(row: Reminder, one: Wanted, partnership_id: int) -> int:
    """Give the reminder to each of its people's mail of the day, once."""
    row = db.session.get_one(Reminder, row.id, with_for_update=True, populate_existing=True)
    if row.sent_at is not None or row.stopped_at is not None:  # another worker was first
        return 0
    row.sent_at = clock.now()
    active = Person.id.in_(one.people) & Person.disabled_at.is_(None) & Person.reminders_stopped_at.is_(None)
    people = list(db.session.scalars(select(Person).where(active).order_by(Person.id)))
    for person in people:
        fields = {"program": one.program, "until": one.due_on, **one.fields}
        message = outbox.write(one.kind, f"reminder:{row.id}:{person.id}", person, fields, partnership_id)
        message.gather_at = clock.now()  # today's mail, not tomorrow's
    return len(people)
