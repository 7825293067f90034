"""A person's calendar under a secret address: visits and due dates of the reviews the person does."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta

from icalendar import Event
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts import tries
from portal.accounts.hashes import digest
from portal.accounts.models import Person
from portal.accounts.tries import Limit
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import local_today, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, Stranger
from portal.programs.models import Program
from portal.reviews.models import Review
from portal.reviews.queries import DUTIES
from portal.reviews.reviewers import teams_of
from rules.duties import due_dates

from .invitations import PUBLISH, calendar_of, day_entry, entry_of, summary_of
from .mails import address_of
from .models import CalendarFeed, Visit, VisitState

LIMIT = Limit("calendar feed:", timedelta(hours=1), 30, 300)  # for one feed; calendars ask a few times a day
GONE = (CycleState.IN_PROGRESS, CycleState.CLOSED)


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
    """Give the visits the person takes part in, and what is due in the reviews the person decides."""
    places = [one.partnership_id for one in person.memberships if one.partnership_id]
    found = (
        select(Cycle, Review.reviewer_id, Visit)
        .join(Program, Cycle.program_id == Program.id)
        .join(Review, Review.cycle_id == Cycle.id)
        .outerjoin(Visit, Visit.cycle_id == Cycle.id)
        .where(Program.partnership_id.in_(places), Cycle.state.not_in(GONE))
        .order_by(Cycle.id)
    )
    rows = db.session.execute(found).all()
    teams = teams_of(cycle.id for cycle, _, _ in rows)
    for cycle, reviewer_id, visit in rows:
        policy, address = rulebook_of(cycle).policy, address_of(cycle, base_url)
        mine, planned = reviewer_id == person.id, visit is not None and visit.state is VisitState.PLANNED
        invited = person.id in teams[cycle.id].ids or any(
            one["email"] == person.email for one in (visit.attendees if planned else ())
        )
        if planned and visit.starts_at and invited:
            yield entry_of(visit, visit.starts_at, policy.review_title, address)
        if not mine:
            continue
        for due in due_dates(policy, cycle.facts(local_today(cycle))):
            if due.kind not in DUTIES or (planned and due.kind == "visit"):
                continue
            uid = f"due-{due.kind}-{cycle.id}@nqms-portal"
            title = f"Due: {due.title}"
            yield day_entry(
                uid, due.until or due.on, summary_of(title, cycle.program.name), f"{base_url}/cycles/{cycle.id}/review"
            )
