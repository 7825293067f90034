"""Recording that a visit was held: its order, its days, once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.cycles.models import Cycle, CycleState
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.reviews.models import Review
from tests.factories import browser, make_partnership, make_person, make_program, submitted_cycle

from .cast import Cast, words


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
    fields = {"held_on": "2026-10-01", "took_part": "Ana and two mentors", "visit_place": "Room 4"}
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
