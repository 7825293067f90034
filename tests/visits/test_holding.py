"""Recording that a visit was held: its order, its days, once."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import open_duties
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.reviews.models import Review
from tests.conftest import StandingClock
from tests.factories import browser, make_partnership, make_person, make_program, submitted_cycle

from .cast import IN_TIME, Cast, words


def held(cast: Cast, **fields: str):
    return cast.ours.post(f"/cycles/{cast.cycle.id}/review/visit", data=fields)


def test_visit_held_before_the_contact_is_refused_and_everything_typed_kept(app) -> None:
    program = make_program(make_partnership("riverbend"))
    cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    staff = browser(app, make_person(Role.REVIEWER, program.partnership))
    typed = {"held_on": "2026-10-01", "took_part": "Ana, Rosa", "visit_place": "Their office"}
    reply = staff.post(f"/cycles/{cycle.id}/review/visit", data=typed)
    assert reply.status_code == 422
    assert "Record the first contact with the program before the review meeting." in reply.text
    assert [text in reply.text for text in typed.values()] == [True] * 3
    assert db.session.scalars(select(Review)).all() == []


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("2026-10-02", "cannot be in the future"), ("2026-09-30", "cannot be before the first contact"),
     ("soon", "as a day like"), ("", "Enter the day it was held.")],
)  # fmt: skip
def test_visit_held_on_an_impossible_day_is_refused_and_kept(cast: Cast, day: str, sentence: str) -> None:
    reply = held(cast, held_on=day, took_part="Ana, Rosa")
    assert (reply.status_code, sentence in reply.text, "Ana, Rosa" in reply.text) == (422, True, True)
    db.session.expire_all()
    assert db.session.get_one(Cycle, cast.cycle.id).state is CycleState.CONTACTED


def test_visit_held_moves_the_cycle_once_and_ends_all_moving(cast: Cast) -> None:
    cast.planned()
    fields = {
        "held_on": "2026-10-01",
        "took_part": "Ana and two mentors",
        "visit_place": "Room 4",
        "sure": "2026-10-01",
    }
    assert [held(cast, **fields).status_code for _ in range(2)] == [303, 303]
    other_day = held(cast, **(fields | {"took_part": "Rosa", "held_on": "2026-10-01"}))
    assert (other_day.status_code, "already taken" in other_day.text) == (422, True)
    db.session.expire_all()
    cycle, review = db.session.get_one(Cycle, cast.cycle.id), db.session.scalars(select(Review)).one()
    assert (cycle.state, review.attendees, review.visit_place) == (CycleState.VISITED, "Ana and two mentors", "Room 4")
    moved = cast.post(cast.ours, "date", starts_at="2026-11-05T10:00", reason="Flu")
    assert (moved.status_code, "was held on October 1, 2026, so it does not move any more" in moved.text) == (422, True)
    assert cast.deeds() == ["set", "held"]


def test_what_was_noted_of_a_visit_before_it_had_a_page_stays_readable_for_staff(cast: Cast) -> None:
    with unit_of_work() as session:
        review = session.scalars(select(Review)).one()
        review.visit_planned_on, review.attendees, review.visit_notes = (
            date(2026, 10, 30),
            "Two elders",
            "Ask about keys",
        )
    ours, theirs = (words(client.get(cast.at).text) for client in (cast.ours, cast.theirs))
    said = ("Planned for October 30, 2026, without a time.", "Two elders", "Ask about keys")
    assert [text in ours for text in said] == [True] * 3
    assert [text in theirs for text in said] == [False] * 3


def test_visit_held_on_another_day_than_planned_asks_for_a_tick_and_keeps_everything(cast: Cast) -> None:
    cast.planned()
    typed = {"held_on": "2026-10-01", "took_part": "Ana, Rosa", "visit_place": "Their office"}
    asked = held(cast, **typed, sure="2026-09-30")  # ticked for another day
    sentence = "It was planned for November 2, 2026. Tick if it was really held on October 1, 2026."
    assert (asked.status_code, sentence in asked.text) == (422, True)
    assert [text in asked.text for text in (*typed.values(), 'name="sure" value="2026-10-01"')] == [True] * 4
    assert cast.deeds() == ["set"]
    assert held(cast, **typed, sure="2026-10-01").status_code == 303
    assert cast.deeds() == ["set", "held"]


def test_visit_held_while_the_program_waits_for_other_dates_asks_for_a_tick(cast: Cast) -> None:
    cast.post(cast.ours, "propose", time=[IN_TIME])
    cast.post(cast.theirs, "ask", asked="A Friday, please")
    asked = held(cast, held_on="2026-10-01")
    assert (asked.status_code, "The program waits for other dates. Tick if" in asked.text) == (422, True)


def test_visit_held_on_another_day_leaves_every_calendar_that_has_the_planned_one(cast: Cast) -> None:
    cast.planned()
    page = cast.ours.post("/account/calendar", data={}).text
    feed = re.search(r"http://localhost(/calendar/[^\"\s<]+)", page)
    assert feed
    before = cast.ours.get(feed[1]).text
    assert held(cast, held_on="2026-10-01", sure="2026-10-01").status_code == 303
    after = cast.ours.get(feed[1]).text
    assert ["STATUS:CONFIRMED" in one for one in (before, after)] == [True, False]
    ended = [one.calendar for one in cast.mails("visit-invitation") if one.kind == "visit-ended"]
    assert ["METHOD:CANCEL" in text and "SEQUENCE:1" in text for text in ended] == [True, True]
    assert cast.ours.get(f"{cast.at}/visit.ics").status_code == 404
    assert "October 1, 2026, instead of Monday, November 2, 2026" in words(cast.ours.get(cast.at).text)


def test_what_was_held_is_corrected_with_a_reason_and_the_results_follow(cast: Cast, clock: StandingClock) -> None:
    clock.go(days=3)
    held(cast, held_on="2026-10-03", took_part="Ana", visit_place="Room 4")
    fields = {"held_on": "2026-10-02", "took_part": "Ana, Rosa", "visit_place": "Room 4"}
    refused = cast.post(cast.ours, "correct", **fields)
    assert (refused.status_code, "Say why it is corrected" in refused.text, "Ana, Rosa" in refused.text) == (
        422,
        True,
        True,
    )
    assert cast.post(cast.theirs, "correct", **fields, correct_reason="Typo").status_code == 403
    assert cast.post(cast.ours, "correct", **fields, correct_reason="Typo", seen=0).status_code == 409
    assert cast.post(cast.ours, "correct", **fields, correct_reason="Typed the wrong day").status_code == 303
    page = words(cast.theirs.get(cast.at).text)
    assert "Held on: October 3, 2026 → October 2, 2026 Who took part: Ana → Ana, Rosa Typed the wrong day" in page
    db.session.expire_all()
    cycle = db.session.get_one(Cycle, cast.cycle.id)
    results = [due.on for due in open_duties(cycle) if due.kind == "results"]
    assert (cycle.visited_on, results) == (date(2026, 10, 2), [date(2026, 10, 16)])


def test_what_was_held_is_not_corrected_once_the_plan_is_issued(cast: Cast) -> None:
    held(cast, held_on="2026-10-01", took_part="Ana")
    with unit_of_work() as session:
        cycle = session.get_one(Cycle, cast.cycle.id)
        cycle.state, cycle.plan_issued_on = CycleState.PLAN_ISSUED, date(2026, 10, 1)
    late = cast.post(cast.ours, "correct", held_on="2026-10-01", took_part="Rosa Reyes", correct_reason="She came")
    assert (late.status_code, "The plan is issued" in late.text, "She came" in late.text) == (422, True, True)
    assert cast.deeds() == ["held"]
