"""What a calendar program shows of a partnership's duties: the days by which somebody has to do something."""

from __future__ import annotations

from collections.abc import Iterator

from portal.accounts.models import Person
from portal.foundation.access import STAFF_ROLES
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.visits.feeds import Day

from .duties import NEVER_LATE, Duty, duties_of

SHOWN = frozenset({"contact", "visit", "results", "statement", "check_in", "mini_review", "report", *NEVER_LATE})


def days_of(person: Person) -> Iterator[Day]:
    """Return the days of the cycles whose review this person decides, from the first contact to the end of a recognition."""
    places = {one.partnership_id for one in person.memberships if one.partnership_id and one.role in STAFF_ROLES}
    for place in sorted(places):
        for duty in duties_of(db.session.get_one(Partnership, place)):
            if duty.kind in SHOWN and duty.due is not None and duty.owner is not None and duty.owner.id == person.id:
                if duty.kind == "visit" and duty.opens is None:
                    continue  # its day is agreed, and the visit itself is in the calendar
                yield Day(_uid(duty), duty.due, _what(duty), duty.program, duty.link)


def _uid(duty: Duty) -> str:
    return f"due-{duty.kind}-{duty.cycle_id}-{duty.due:%Y%m%d}"  # check-ins of one cycle differ by their days


def _what(duty: Duty) -> str:
    return duty.title if duty.kind in NEVER_LATE else f"Due: {duty.title}"
