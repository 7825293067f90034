"""A person's calendar under a secret address: the visits with the person in them, and the days other rooms say are due."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Flask, current_app
from icalendar import Event
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts import tries
from portal.accounts.hashes import digest
from portal.accounts.models import Person
from portal.accounts.tries import Limit
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, Stranger
from portal.programs.models import Program
from portal.reviews.reviewers import teams_of
from rules.discovery import UnknownPlugin
from rules.rulebook import RulebookNotBuilt

from .invitations import PUBLISH, calendar_of, day_entry, entry_of, summary_of
from .mails import address_of
from .models import CalendarFeed, Visit, VisitState

LIMIT = Limit("calendar feed:", timedelta(hours=1), 30, 300)  # for one feed; calendars ask a few times a day
GONE = (CycleState.IN_PROGRESS, CycleState.CLOSED)
DAYS = "calendar days"


@dataclass(frozen=True, slots=True)
class Day:
    """One day in a person's calendar: what is due at which program, and the path of the page where it is done.

    `uid` names it for as long as the day stays the same. Nothing of it may tell an answer or a result.
    """

    uid: str
    on: date
    what: str
    program: str
    path: str


DaySource = Callable[[Person], Iterable[Day]]


def add_days(app: Flask, source: DaySource) -> None:
    """Let a room say which days a person's calendar holds besides visits."""
    app.extensions[DAYS] = (*app.extensions.get(DAYS, ()), source)


class AskedTooOften(DomainError):
    """A calendar, or many from one network, asked more often than any calendar needs."""


def feed_of(person_id: int) -> CalendarFeed | None:
    """Return the person's feed, when there is one."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.person_id == person_id))


def renew(person_id: int) -> str:
    """Make a new secret address and return its token; the one before answers nobody any more."""
    token = secrets.token_urlsafe(24)
    with unit_of_work() as session:
        session.get_one(Person, person_id, with_for_update={"of": Person})
        feed = feed_of(person_id)
        if feed is None:
            feed = CalendarFeed(person_id=person_id)
            session.add(feed)
        feed.token_hash, feed.made_at = digest(token), clock.now()
        audit.record("calendar address made", person_id=person_id)
    return token


def revoke(person_id: int) -> None:
    """End the secret address."""
    with unit_of_work() as session:
        feed = feed_of(person_id)
        if feed is not None:
            session.delete(feed)
            audit.record("calendar address ended", person_id=person_id)


def calendar_for(token: str, network: str, base_url: str) -> bytes:
    """Return the calendar behind a token. Raises Stranger for an unknown one and AskedTooOften."""
    hashed = digest(token)
    with unit_of_work():
        if tries.reached(LIMIT, hashed, network):
            raise AskedTooOften("This calendar was asked for too often. It answers again within the hour.")
        tries.note(LIMIT, hashed, network)
    feed = db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.token_hash == hashed).options(joinedload(CalendarFeed.person))
    )
    if feed is None or not feed.person.is_active:
        raise Stranger
    made = calendar_of(PUBLISH, "NQMS Portal")
    for entry in entries_for(feed.person, base_url):
        made.add_component(entry)
    return bytes(made.to_ical())


def entries_for(person: Person, base_url: str) -> Iterator[Event]:
    """Give the visits the person takes part in, and what is due by the person's work."""
    yield from _visits(person, base_url)
    sources: tuple[DaySource, ...] = current_app.extensions.get(DAYS, ())
    for day in (day for source in sources for day in source(person)):
        yield day_entry(f"{day.uid}@nqms-portal", day.on, summary_of(day.what, day.program), base_url + day.path)


def _visits(person: Person, base_url: str) -> Iterator[Event]:
    places = [one.partnership_id for one in person.memberships if one.partnership_id]
    found = (
        select(Cycle, Visit)
        .join(Program, Cycle.program_id == Program.id)
        .join(Visit, Visit.cycle_id == Cycle.id)
        .where(Program.partnership_id.in_(places), Cycle.state.not_in(GONE), Visit.state == VisitState.PLANNED)
        .order_by(Cycle.id)
    )
    rows = db.session.execute(found).all()
    teams = teams_of(cycle.id for cycle, _ in rows)
    for cycle, visit in rows:
        invited = person.id in teams[cycle.id].ids or any(one["email"] == person.email for one in visit.attendees)
        if visit.starts_at and invited:
            yield entry_of(visit, visit.starts_at, _title(cycle), address_of(cycle, base_url))


def _title(cycle: Cycle) -> str:
    try:
        return rulebook_of(cycle).policy.review_title
    except (UnknownPlugin, RulebookNotBuilt):  # one cycle's rules that are gone take nothing else from the calendar
        return "visit"
