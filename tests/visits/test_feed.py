"""A reviewer's calendar under a secret address: what it holds, for whom, and until when."""

from __future__ import annotations

import re

from icalendar import Calendar

from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.visits import feeds
from portal.visits.models import CalendarFeed
from tests.factories import browser, make_person

from .cast import ALSO, Cast


def address(client) -> str:
    found = re.search(r"<code>(.*?)</code>", client.post("/account/calendar").text)
    assert found is not None
    return found.group(1).removeprefix("http://localhost")


def entries(cast: Cast, where: str) -> list[tuple[str, str]]:
    reply = cast.app.test_client().get(where)
    assert (reply.status_code, reply.mimetype) == (200, "text/calendar")
    return [
        (str(one["SUMMARY"]), one["DTSTART"].to_ical().decode())
        for one in Calendar.from_ical(reply.data).walk("VEVENT")
    ]


def test_feed_holds_visits_and_due_dates_without_a_session(cast: Cast) -> None:
    cast.ours.post(
        f"/cycles/{cast.cycle.id}/review/items/B.2.3",
        data={"B.2.3-version": "0", "B.2.3-save_id": "item-id-1", "B.2.3-private_note": "Hush"},
    )
    where = address(cast.ours)
    assert entries(cast, where) == [("Due: Onsite review: Jóvenes Unidos", "20261112")]
    cast.planned()
    cast.ours.post("/sign-out")
    assert entries(cast, where) == [("Onsite review: Jóvenes Unidos", "20261102T150000Z")]
    cast.ours = browser(cast.app, cast.reviewer)
    cast.post(cast.ours, "date", starts_at=ALSO, reason="Hush")
    assert entries(cast, where) == [("Onsite review: Jóvenes Unidos", "20261105T193000Z")]
    assert "Hush" not in cast.app.test_client().get(where).text
    cast.post(cast.ours, "cancel", cancel_reason="Hush")
    assert entries(cast, where) == [("Due: Onsite review: Jóvenes Unidos", "20261112")]


def test_feed_of_a_colleague_holds_only_visits_with_the_colleague_in_them(cast: Cast) -> None:
    cast.planned()
    colleague = make_person(Role.REVIEWER, cast.program.partnership)
    where = address(browser(cast.app, colleague))
    assert entries(cast, where) == []
    people = {"program": "Ana", "partnership": f"A colleague, {colleague.email}"}
    cast.post(cast.ours, "details", minutes="120", place="", materials="", **people)
    assert entries(cast, where) == [("Onsite review: Jóvenes Unidos", "20261102T150000Z")]
    with unit_of_work() as session:
        session.delete(colleague.memberships[0])
    assert entries(cast, where) == []  # whoever left the partnership sees nothing of it


def test_address_is_stored_hashed_and_the_old_one_ends(cast: Cast) -> None:
    first, second = address(cast.ours), address(cast.ours)
    assert first != second
    (row,) = db.session.query(CalendarFeed).all()
    assert (len(row.token_hash), row.token_hash in second) == (64, False)
    nobody = cast.app.test_client()
    assert [nobody.get(where).status_code for where in (first, second, "/calendar/unknown.ics")] == [404, 200, 404]
    assert second not in cast.ours.get("/account/calendar").text
    assert cast.ours.post("/account/calendar/end").status_code == 303
    assert nobody.get(second).status_code == 404


def test_feed_asked_for_too_often_waits(cast: Cast, clock) -> None:
    where, nobody = address(cast.ours), cast.app.test_client()
    statuses = [nobody.get(where).status_code for _ in range(feeds.LIMIT.per_email + 1)]
    assert statuses == [200] * feeds.LIMIT.per_email + [429]
    clock.go(hours=1, minutes=1)
    assert nobody.get(where).status_code == 200
