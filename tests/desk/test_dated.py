"""What a person's calendar holds of a partnership's duties."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask
from icalendar import Calendar, Event

from portal.accounts.models import Person
from portal.cycles.models import CycleState
from portal.cycles.services import grant_access
from portal.followup.models import CheckIn
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.reviews.models import Review
from portal.visits import feeds
from portal.visits.models import Visit, VisitState
from tests.factories import make_award, make_partnership, make_person, make_program

from .test_duties import cycle_at

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def calendar_of(person: Person) -> list[Event]:
    read = Calendar.from_ical(feeds.calendar_for(feeds.renew(person.id), "", "http://localhost"))
    return sorted(read.walk("VEVENT"), key=lambda one: (str(one["DTSTART"].dt), one["SUMMARY"]))


def told(events: list[Event]) -> list[tuple[date, str]]:
    return [(one["DTSTART"].dt, str(one["SUMMARY"])) for one in events]


def test_calendar_holds_the_year_of_follow_up_for_whoever_decides_and_nobody_else(app: Flask) -> None:
    here = make_partnership("here")
    cycle = cycle_at(here, CycleState.PLAN_ISSUED, submitted_on=date(2026, 7, 1), plan_issued_on=date(2026, 9, 1))
    ruth, omar = (make_person(Role.REVIEWER, here, name=name) for name in ("Ruth Okoye", "Omar Diaz"))
    with unit_of_work() as session:
        session.add(Review(cycle_id=cycle.id, reviewer_id=ruth.id))
    statement = (date(2026, 9, 15), "Due: Signed Statement of Accuracy: Harbor Light")
    six, mini = "Due: 6-month check-in: Harbor Light", "Due: Mini-review: Harbor Light"
    events = calendar_of(ruth)
    assert told(events) == [
        statement,
        (date(2026, 12, 1), "Due: 3-month check-in: Harbor Light"),
        (date(2027, 3, 1), six),
        (date(2027, 6, 1), "Due: 9-month check-in: Harbor Light"),
        (date(2027, 9, 1), mini),
    ]
    assert len({str(one["UID"]) for one in events}) == len(events)
    assert str(events[1]["URL"]) == f"http://localhost/cycles/{cycle.id}/check-ins/new"
    assert calendar_of(omar) == []

    with unit_of_work() as session:
        session.add(CheckIn(cycle_id=cycle.id, month=3, done_on=date(2026, 10, 1), how="phone", logged_at=NOW))
    assert [what for _, what in told(calendar_of(ruth))][:2] == [statement[1], six]


def test_calendar_tells_when_to_invite_to_renew_and_when_the_recognition_ends(app: Flask) -> None:
    here = make_partnership("here")
    award = make_award(make_program(here, "Harbor Light"), date(2024, 3, 1), date(2027, 3, 1))
    ruth = make_person(Role.REVIEWER, here)
    with unit_of_work() as session:
        session.add(Review(cycle_id=award.cycle_id, reviewer_id=ruth.id))
    found = told(calendar_of(ruth))
    assert [one for one in found if "Due" not in one[1]] == [
        (date(2026, 9, 1), "Invitation to renew: Harbor Light"),
        (date(2027, 3, 1), "Recognition ends: Harbor Light"),
    ]
    grant_access(award.cycle.program, None, base_url="http://localhost")  # a renewal begins; the recognition goes on
    assert (date(2027, 3, 1), "Recognition ends: Harbor Light") in told(calendar_of(ruth))


def test_calendar_keeps_all_else_when_the_rules_of_one_cycle_are_gone(app: Flask) -> None:
    here = make_partnership("here")
    ruth = make_person(Role.REVIEWER, here)
    cycles = [cycle_at(here, CycleState.SUBMITTED, name, submitted_on=date(2026, 9, 12)) for name in ("Gone", "There")]
    at = datetime(2026, 10, 20, 14, tzinfo=UTC)
    with unit_of_work() as session:
        for cycle in cycles:
            session.add(Review(cycle_id=cycle.id, reviewer_id=ruth.id))
            session.add(
                Visit(cycle_id=cycle.id, uid=f"visit-{cycle.id}", state=VisitState.PLANNED, starts_at=at, minutes=60)
            )
        kept = {key: value for key, value in cycles[0].rulebook.items() if key != "policy"}
        cycles[0].rulebook = kept | {"plugins": [{"name": "gone", "settings": {}}]}
    db.session.expire_all()
    assert [str(one["SUMMARY"]) for one in calendar_of(ruth) if "Due" not in str(one["SUMMARY"])] == [
        "Onsite review: There", "Visit: Gone",
    ]  # fmt: skip
