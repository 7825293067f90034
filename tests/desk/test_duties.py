"""Every duty of a partnership in one list: counted by the policy of the cycle's own rules, with owner, age and lateness."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.assessments.amending import ask, reopen
from portal.cycles.models import Cycle, CycleState
from portal.cycles.services import grant_access
from portal.desk.choosing import Choice, chosen
from portal.desk.duties import Duty, duties_of
from portal.followup.models import CheckIn
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.partnerships.models import Partnership
from portal.recognition.appeals import appeal
from portal.recognition.models import Award, Standing
from portal.requests.queries import open_matters
from portal.reviews.assigning import assign
from portal.reviews.reviewers import Part
from tests.conftest import StandingClock
from tests.factories import (
    ask_and_report,
    browser,
    make_award,
    make_cycle,
    make_partnership,
    make_person,
    make_program,
    make_registration,
    submitted_cycle,
)

URL, TODAY = "http://localhost", date(2026, 10, 1)


@pytest.fixture
def here(app: Flask) -> Partnership:
    return make_partnership("here")


def cycle_at(here: Partnership, state: CycleState, name: str = "Harbor Light", **days: date) -> Cycle:
    """Return a cycle without answers that stands where the days say."""
    cycle = make_cycle(make_program(here, name), access_on=date(2025, 6, 1))
    with unit_of_work():
        cycle.state = state
        for column, day in days.items():
            setattr(cycle, column, day)
    return cycle


def make_award_of(here: Partnership, name: str) -> Award:
    """Return a recognition whose cycle was closed by the renewal that began."""
    award = make_award(make_program(here, name), date(2023, 12, 20), date(2026, 12, 20))
    grant_access(award.cycle.program, None, base_url=URL)
    return award


def told(duties: list[Duty]) -> list[tuple[str, str]]:
    return [(one.kind, one.when_words) for one in duties]


def test_submission_asks_for_contact_in_two_weeks_and_a_visit_in_four_to_six(here: Partnership) -> None:
    cycle = cycle_at(here, CycleState.SUBMITTED, submitted_on=date(2026, 9, 12))
    contact, visit = duties_of(here)
    assert (contact.kind, contact.due, contact.days_late, contact.age, contact.when_words) == (
        "contact", date(2026, 9, 26), 5, 19, "5 days late",
    )  # fmt: skip
    assert (visit.opens, visit.due, visit.when_words) == (date(2026, 10, 10), date(2026, 10, 24), "in 23 days")
    assert (contact.link, visit.link) == (f"/cycles/{cycle.id}/review#contact", f"/cycles/{cycle.id}/visit")
    assert [one.this_week(TODAY) for one in (contact, visit)] == [True, False]
    assert visit.this_week(date(2026, 10, 3)) is True  # its window opens within the week


def test_plan_asks_for_signature_check_ins_and_mini_review_from_the_day_it_was_issued(here: Partnership) -> None:
    issued = date(2025, 11, 30)
    days = {"submitted_on": date(2025, 9, 1), "contacted_on": date(2025, 9, 5), "visited_on": date(2025, 10, 9)}
    cycle = cycle_at(here, CycleState.PLAN_ISSUED, **days, plan_issued_on=issued)
    with unit_of_work() as session:
        session.add(CheckIn(cycle_id=cycle.id, month=6, done_on=issued, how="phone", notes="",
                            logged_at=cycle.created_at))  # fmt: skip
    assert [(one.kind, one.due, one.when_words) for one in duties_of(here)] == [
        ("statement", date(2025, 12, 14), "291 days late"),
        ("check_in", date(2026, 2, 28), "215 days late"),  # 30 November and 3 months
        ("check_in", date(2026, 8, 30), "32 days late"),
        ("mini_review", date(2026, 11, 30), "in 60 days"),
    ]  # fmt: skip


def test_signature_asks_for_the_recognition_and_a_recognition_for_its_renewal(here: Partnership) -> None:
    days = {"submitted_on": date(2023, 9, 1), "visited_on": date(2023, 9, 20), "plan_issued_on": date(2023, 9, 29)}
    cycle = cycle_at(here, CycleState.SIGNED, **days, statement_signed_on=date(2026, 9, 28))
    assert ("recognition", "waits for 3 days") in told(duties_of(here))
    with unit_of_work():
        cycle.state, cycle.awarded_on = CycleState.RECOGNIZED, date(2023, 10, 10)
    found = {one.kind: one for one in duties_of(here)}
    assert "recognition" not in found
    assert [(found[kind].when_words, found[kind].late) for kind in ("renewal_invitation", "expiry")] == [
        ("open now", False), ("in 9 days", False),
    ]  # fmt: skip


def test_new_cycle_leaves_of_the_earlier_one_only_the_end_of_its_recognition(here: Partnership) -> None:
    days = {"submitted_on": date(2023, 9, 1), "visited_on": date(2023, 9, 20), "plan_issued_on": date(2023, 9, 29)}
    old = cycle_at(here, CycleState.RECOGNIZED, **days, awarded_on=date(2023, 10, 10))
    make_cycle(old.program, number=2)
    assert told(duties_of(here)) == [("expiry", "in 9 days")]


def test_desk_joins_every_open_matter_and_a_request_to_change_answers(here: Partnership) -> None:
    make_registration(here)
    program = make_program(here)
    person = make_person(Role.PROGRAM_ADMINISTRATOR, program)
    cycle = submitted_cycle(program, person)
    ask_and_report(program, person)
    ask(cycle.id, ["B.2.3"], "Wrong form.", person.id, URL)
    found = {one.kind: one for one in duties_of(here)}
    waiting = {"registration", "advice", "notice", "amendment"}
    assert {kind: found[kind].when_words for kind in waiting} == dict.fromkeys(waiting, "came today")
    assert open_matters(here.id).count == len(waiting - {"amendment"})
    assert [(found[kind].program_id, found[kind].link) for kind in ("registration", "amendment")] == [
        (None, "/registrations/1"), (program.id, f"/cycles/{cycle.id}/changes"),
    ]  # fmt: skip


def test_appeal_belongs_to_this_week_from_the_day_it_was_made(here: Partnership, clock: StandingClock) -> None:
    award = make_award(make_program(here), date(2026, 9, 20), date(2029, 9, 20))
    person = make_person(Role.PROGRAM_ADMINISTRATOR, award.cycle.program)
    appeal(award.cycle_id, "We think it is more.", person.id, URL)
    clock.go(days=2)
    found = chosen(duties_of(here), Choice(kind="appeal"), date(2026, 10, 3), person.id)
    assert [(one.opens, one.due, one.age, one.when_words) for one in found] == [
        (date(2026, 10, 1), date(2026, 10, 31), 2, "in 28 days"),
    ]  # fmt: skip


def test_recognition_ends_on_the_desk_and_the_program_page_also_after_the_renewal_began(
    app: Flask, here: Partnership, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    runner = make_person(Role.PROGRAM_ADMINISTRATOR, make_award_of(here, "Harbor Light").cycle.program)
    program = runner.memberships[0].program_id
    assert [(one.kind, one.due) for one in duties_of(here) if one.kind == "expiry"] == [("expiry", date(2026, 12, 20))]
    client = browser(app, runner)
    assert "December 20, 2026" in client.get(f"/programs/{program}").text.partition("<h2>Next</h2>")[2]
    following = "Recognition ends"
    assert following in client.get(f"/programs/{program}").text
    there = make_partnership("there")
    for name in ("One", "Two", "Three"):
        make_award_of(there, name)

    def read(place: Partnership) -> list[str]:
        db.session.expire_all()
        return [one.program for one in duties_of(place) if one.kind == "expiry"]

    assert count_queries(lambda: read(here)) == count_queries(lambda: read(there))
    assert sorted(read(there)) == ["One", "Three", "Two"]
    with unit_of_work():  # a newer recognition follows the one whose cycle was closed
        db.session.scalars(select(Award)).first().standing = Standing.FOLLOWED
    assert (read(here), following in client.get(f"/programs/{program}").text) == ([], False)


def test_answers_left_open_past_their_day_come_up(here: Partnership, clock: StandingClock) -> None:
    program = make_program(here)
    cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    by = make_person(Role.REVIEWER, here)
    reopen(cycle.id, None, ["B.2.3"], "Which form?", date(2026, 10, 5), by.id, URL)
    assert [one.kind for one in duties_of(here) if one.kind == "amendment"] == []
    clock.go(days=7)
    assert [told([one]) for one in duties_of(here) if one.kind == "amendment"] == [[("amendment", "3 days late")]]


def test_mine_are_those_of_everybody_in_the_review_and_owner_is_who_decides(here: Partnership) -> None:
    kim, lou = (make_person(Role.REVIEWER, here, name) for name in ("Kim Oday", "Lou Ferro"))
    cycle = cycle_at(here, CycleState.SUBMITTED, "Harbor Light", submitted_on=date(2026, 9, 12))
    cycle_at(here, CycleState.SUBMITTED, "Maple Street", submitted_on=date(2026, 9, 10))
    assign(cycle.id, kim.id, {lou.id: Part.SECOND_OPINION}, "-", kim.id, URL)

    def programs(**choice: str) -> list[str]:
        return [one.program for one in chosen(duties_of(here), Choice(kind="contact", **choice), TODAY, lou.id)]

    assert programs() == ["Maple Street", "Harbor Light"]
    assert programs(owner="mine") == programs(owner=str(kim.id)) == ["Harbor Light"]
    assert (programs(owner="none"), programs(owner=str(lou.id))) == (["Maple Street"], [])
    assert programs(sort="program") == programs(sort="owner") == ["Harbor Light", "Maple Street"]
    assert programs(sort="program", order="down") == ["Maple Street", "Harbor Light"]


def test_other_partnerships_duties_are_never_among_them(here: Partnership) -> None:
    there = make_partnership("there")
    make_registration(there)
    cycle_at(there, CycleState.SUBMITTED, submitted_on=date(2026, 9, 12))
    assert (duties_of(here), len(duties_of(there))) == ([], 3)


def test_desk_takes_as_many_queries_for_three_programs_as_for_one(
    app: Flask, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    places = [make_partnership("one"), make_partnership("three")]
    for place, often in zip(places, (1, 3), strict=True):
        kim, lou = make_person(Role.REVIEWER, place), make_person(Role.REVIEWER, place)
        for _ in range(often):
            cycle = cycle_at(place, CycleState.SUBMITTED, "", submitted_on=date(2026, 9, 12))
            ask_and_report(cycle.program, make_person(Role.PROGRAM_ADMINISTRATOR, cycle.program))
            make_registration(place)
            assign(cycle.id, kim.id, {lou.id: Part.REVIEWER}, "-", kim.id, URL)

    def read(place: Partnership) -> list[tuple[str, str]]:
        db.session.expire_all()
        return [(one.owner_name, one.when_words) for one in duties_of(place)]

    counts = [count_queries(lambda place=place: read(place)) for place in places]
    assert counts == [20, 20]
    assert [len(duties_of(place)) for place in places] == [5, 15]
