"""The mail of the day: what is not pressing comes together in one mail, at most one a day for each person."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import Person
from portal.foundation import clock, jobs, letterpaper, outbox
from portal.foundation.access import STAFF_ROLES
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.languages import Phrase, Value
from portal.foundation.outbox import Known, Message, postroom

from . import reminders

log = logging.getLogger("portal.letters")

DUTIES = "nqms-duties"
LONGEST = 12_000  # characters of letters in one mail; above it only their subjects are listed
MOST_SUBJECTS = 60


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that waits for a partnership: at which program, what, and by when."""

    program: str
    what: str
    due_on: date


DutySource = Callable[[int, int], Iterable[Todo]]  # of a partnership and one of its people


def add_duties(app: Flask, source: DutySource) -> None:
    """Let a room say what waits for a person of a partnership; it is listed in the mail of the day."""
    app.extensions[DUTIES] = (*app.extensions.get(DUTIES, ()), source)


def run() -> int:
    """Plan reminders, then put together every mail of the day that is due; return how many."""
    reminders.run()  # first, so that today's reminders are in today's mail
    return gather()


def is_due() -> bool:
    """Tell whether somebody's mail of the day waits to be put together."""
    with reading() as session:
        return session.scalar(select(Message.id).where(Message.gather_at <= clock.now()).limit(1)) is not None


def gather() -> int:
    """Put together the mails of the day that are due."""
    with reading() as session:
        due = select(Message.to_email).where(Message.gather_at <= clock.now()).distinct()
        addresses = sorted(session.scalars(due))
    return sum(bool(jobs.attempt("a mail of the day", _gather, address)) for address in addresses)


def _gather(address: str) -> bool:
    with reading():
        first = db.session.scalar(_waiting(address).limit(1))
        known = postroom().known(address, first.partnership_id) if first is not None else Known()
        todo = _todo(known.person_id)  # may ask much, so before the write
    try:
        with unit_of_work():
            return _put_together(address, known, todo)
    except IntegrityError:  # another worker put it together at this moment
        log.info("a mail of the day was put together elsewhere")
        return False


def _waiting(address: str) -> Select[Message]:
    return select(Message).where(Message.to_email == address, Message.gather_at.is_not(None)).order_by(Message.id)


def _put_together(address: str, known: Known, todo: Sequence[Todo]) -> bool:
    rows: list[Message] = list(db.session.scalars(_waiting(address).with_for_update()))
    if _stopped(known.person_id):
        for row in rows:
            row.gather_at = None if row.reminds else row.gather_at
        rows = [row for row in rows if not row.reminds]
    due = [row for row in rows if row.gather_at is not None and row.gather_at <= clock.now()]
    if not due:
        return False
    zone = postroom().time_zone(due[0].partnership_id)
    day = clock.now().astimezone(ZoneInfo(zone)).date()
    key = f"daily:{hashlib.sha256(address.encode()).hexdigest()[:32]}:{day}"
    if (
        db.session.scalar(select(Message.id).where(Message.key == key)) is not None
    ):  # one a day: the rest is for tomorrow
        for row in due:
            row.gather_at = outbox.next_morning(zone)
        return False
    made = _mail(key, rows, known, todo, day)
    db.session.flush()
    for row in rows:
        row.gather_at, row.gathered_into_id = None, made.id
    return True


def _mail(key: str, rows: Sequence[Message], known: Known, todo: Sequence[Todo], day: date) -> Message:
    """Write one mail for all of these; a single one is sent as it is."""
    partnerships = {row.partnership_id for row in rows}
    partnership_id = (
        partnerships.pop() if len(partnerships) == 1 else None
    )  # nobody sees the mail of another partnership
    last, reminds = rows[-1], any(row.reminds for row in rows)
    if len(rows) == 1 and not todo:
        made = outbox.post(
            key, to_name=last.to_name, to_email=last.to_email, subject=last.subject, text=last.text,
            partnership_id=partnership_id, kind=last.kind, language=last.language,
        )  # fmt: skip
        made.reminds, made.wording_problem = reminds, last.wording_problem
        return made
    stop = outbox.stop_link(known.person_id) if reminds and known.person_id else ""
    fields: dict[str, Value] = {
        "day": day, "count": len(rows), "items": _items(rows, stop),
        "todo": tuple(Phrase("{program}: {what}, by {day}", {"program": one.program, "what": Phrase(one.what), "day": one.due_on})
                      for one in todo),
    }  # fmt: skip
    letter = outbox.compose_letter("digest", known.language, last.to_name, fields, partnership_id)
    text = letterpaper.on_paper(last.to_name, letter.body, known.language, stop)
    made = outbox.post(
        key, to_name=last.to_name, to_email=last.to_email, subject=letter.subject, text=text,
        partnership_id=partnership_id, kind="digest", language=known.language,
    )  # fmt: skip
    made.reminds, made.wording_problem = reminds, letter.problem[:500]
    return made


def _items(rows: Sequence[Message], stop: str) -> str:
    whole = "\n\n".join(f"{row.subject}\n{'-' * min(len(row.subject), 60)}\n{_inner(row, stop)}" for row in rows)
    if len(whole) <= LONGEST:
        return whole
    lines = [f"- {row.subject}" for row in rows[:MOST_SUBJECTS]]
    more = [f"+ {len(rows) - MOST_SUBJECTS}"] if len(rows) > MOST_SUBJECTS else []
    return "\n".join([*lines, *more, "", outbox.address_of("/")])


def _inner(row: Message, stop: str) -> str:
    """Return a letter's text without what stands around it."""
    text = row.text.strip().removeprefix(letterpaper.greeting(row.to_name, row.language))
    end = f"-- \n{letterpaper.stop_line(stop, row.language)}" if stop else ""
    return text.strip().removesuffix(end).strip() if end else text.strip()


def _stopped(person_id: int | None) -> bool:
    person = db.session.get(Person, person_id) if person_id is not None else None
    return person is not None and person.reminders_stopped_at is not None


def _todo(person_id: int | None) -> list[Todo]:
    """Return what waits for a member of staff, soonest first; nothing for anybody else."""
    person = db.session.get(Person, person_id) if person_id is not None else None
    held = person.memberships if person is not None else []
    places = sorted({one.partnership_id for one in held if one.partnership_id and one.role in STAFF_ROLES})
    sources: tuple[DutySource, ...] = current_app.extensions.get(DUTIES, ())
    found = [one for place in places for source in sources for one in source(place, person_id or 0)]
    return sorted(found, key=lambda one: (one.due_on, one.program, one.what))[:20]
