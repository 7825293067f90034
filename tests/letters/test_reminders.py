"""Reminders: on the right local day, once, whatever clocks and workers do, and gone when the matter is done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.desk.reminding import reminders_of
from portal.foundation import mail
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message, stop_link
from portal.letters import daily, reminders
from portal.letters.models import Reminder
from portal.partnerships.models import Partnership
from portal.plans.models import Plan, PlanAction, Priority
from tests.conftest import StandingClock
from tests.factories import make_cycle, make_partnership, make_person, make_program, sign_in
from tests.letters.conftest import Postbox


@dataclass
class Cast:
    partnership: Partnership
    cycle: Cycle
    owner: Person
    staff: Person


def under_way(_app: Flask) -> Cast:
    partnership = make_partnership()
    program = make_program(partnership, "Harbor Light")
    owner, staff = make_person(Role.PROGRAM_ADMINISTRATOR, program), make_person(Role.REVIEWER, partnership)
    return Cast(partnership, make_cycle(program, access_on=date(2026, 8, 10)), owner, staff)  # advised until 5 October


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(under_way)


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment given in UTC, so that daylight time is the portal's own business."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def planned() -> list[tuple[str, date, bool, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(Reminder).order_by(Reminder.remind_on, Reminder.id))
    return [(one.kind, one.remind_on, one.sent_at is not None, one.stopped_at is not None) for one in rows]


def daily_mails() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.key.like("daily:%")).order_by(Message.id)))


def step(cast: Cast, **dates: object) -> None:
    with unit_of_work():
        for name, value in dates.items():
            setattr(cast.cycle, name, value)


def test_reminder_is_seen_before_it_is_sent_once_in_the_mail_of_the_day(
    app: Flask, cast: Cast, clock: StandingClock, mailing: Postbox
) -> None:
    daily.run()
    assert planned() == [("remind-self-assessment", date(2026, 10, 6), False, False)]
    client, admin = app.test_client(), make_person(Role.PARTNERSHIP_ADMINISTRATOR, cast.partnership)
    sign_in(client, admin)
    page = client.get(f"/partnerships/{cast.partnership.id}/mail?show=planned").text
    assert ["Reminder: self-assessment" in page, "Harbor Light" in page, "October 6, 2026" in page] == [True] * 3
    clock.moment = local(2026, 10, 6, 10, 59)  # 6:59 in New York
    daily.run()
    assert (planned()[0][2], daily_mails()) == (False, [])
    clock.moment = local(2026, 10, 6, 11, 0)
    for _ in range(3):
        daily.run()
        mail.deliver_due()
    assert (planned()[0][2], len(daily_mails()), len(mailing.mails)) == (True, 1, 1)
    got, link = mailing.mails[0], stop_link(cast.owner.id)
    assert got["Subject"].strip() == "Harbor Light: the self-assessment was planned to be done by October 5, 2026"
    assert (got["List-Unsubscribe"].strip(), got["List-Unsubscribe-Post"]) == (
        f"<{link}>",
        "List-Unsubscribe=One-Click",
    )
    assert link in got.get_body(("plain",)).get_content()
    for moment in (local(2027, 10, 6, 11), local(2026, 9, 1, 11), local(2026, 10, 7, 11)):  # a clock that is moved
        clock.moment = moment
        daily.run()
    assert len(mailing.mails) == 1
    assert [row for row in planned() if row[0] == "remind-self-assessment"] == [
        ("remind-self-assessment", date(2026, 10, 6), True, False)
    ]


def test_reminder_stops_when_the_step_is_done_and_moves_with_its_day(cast: Cast, clock: StandingClock) -> None:
    reminders.run()
    step(cast, state=CycleState.SUBMITTED, submitted_on=date(2026, 10, 1))
    reminders.run()
    assert planned() == [
        ("remind-self-assessment", date(2026, 10, 6), False, True),
        ("remind-contact", date(2026, 10, 8), False, False),
        ("remind-visit", date(2026, 11, 5), False, False),
    ]
    clock.moment = local(2026, 10, 8, 12)
    step(cast, state=CycleState.CONTACTED, contacted_on=date(2026, 10, 8))
    daily.run()
    assert [row[2:] for row in planned()] == [(False, True), (False, True), (False, False)]
    step(cast, state=CycleState.SUBMITTED, contacted_on=None)  # undone: the reminder is back, and sent the same day
    daily.run()
    assert [(row[0], *row[2:]) for row in planned()][1] == ("remind-contact", True, False)


@pytest.mark.parametrize(
    ("zone", "before", "at"),
    [
        ("America/New_York", local(2027, 3, 14, 10, 59), local(2027, 3, 14, 11, 0)),  # clocks go forward that night
        ("America/New_York", local(2026, 11, 1, 11, 59), local(2026, 11, 1, 12, 0)),  # and back
        ("America/Los_Angeles", local(2028, 2, 29, 14, 59), local(2028, 2, 29, 15, 0)),  # leap day
        ("Pacific/Kiritimati", local(2028, 2, 28, 16, 59), local(2028, 2, 28, 17, 0)),  # where it is the 29th already
    ],
)
def test_reminder_leaves_on_its_local_day_over_daylight_time_and_leap_days(
    cast: Cast, clock: StandingClock, zone: str, before: datetime, at: datetime
) -> None:
    day = date(2028, 2, 29) if at.year == 2028 else at.date()
    with unit_of_work():
        cast.partnership.time_zone = zone
        cast.cycle.state, cast.cycle.access_on = CycleState.VISITED, date(2026, 1, 1)
        cast.cycle.submitted_on = cast.cycle.contacted_on = date(2026, 1, 2)
        cast.cycle.visited_on = date.fromordinal(day.toordinal() - 7)  # results in two weeks, reminded a week before
    clock.moment = before
    assert (reminders.run(), planned()) == (0, [("remind-results", day, False, False)])
    clock.moment = at
    assert (reminders.run(), reminders.run(), planned()) == (1, 0, [("remind-results", day, True, False)])


def test_staff_are_reminded_as_many_days_before_as_the_policy_says(cast: Cast) -> None:
    step(cast, state=CycleState.SUBMITTED, submitted_on=date(2026, 10, 1))
    days = {}
    for before in (7, 0):
        record = dict(cast.cycle.rulebook)
        step(cast, rulebook=record | {"policy": record["policy"] | {"reminder_days": before}})
        days[before] = [one.remind_on for one in reminders_of(cast.partnership) if one.kind == "remind-contact"]
    assert days == {7: [date(2026, 10, 8)], 0: [date(2026, 10, 15)]}


def test_check_ins_count_from_the_plan_and_not_from_each_other(cast: Cast, clock: StandingClock) -> None:
    step(cast, state=CycleState.SIGNED, submitted_on=date(2026, 9, 1), plan_issued_on=date(2026, 11, 30), statement_signed_on=date(2026, 12, 1))  # fmt: skip
    found = {one.kind + str(one.fields.get("months", "")): one.due_on for one in reminders_of(cast.partnership)}
    assert found == {
        "remind-check-in3": date(2027, 2, 28), "remind-check-in6": date(2027, 5, 30),
        "remind-check-in9": date(2027, 8, 30), "remind-mini-review": date(2027, 11, 30),
    }  # fmt: skip


def test_steps_of_a_plan_and_the_statement_are_reminded_of(cast: Cast) -> None:
    step(cast, state=CycleState.PLAN_ISSUED, submitted_on=date(2026, 9, 1), plan_issued_on=date(2026, 9, 20))
    with unit_of_work() as session:
        actions = [PlanAction(position=at, text="Confidential step", due_month=date(2026, 11, 1)) for at in (1, 2)]
        priority = Priority(position=1, title="Confidential aim", actions=actions)
        session.add(Plan(cycle_id=cast.cycle.id, saved_at=StandingClock().moment, priorities=[priority]))
    wanted = {one.kind: (one.due_on, one.remind_on, one.people) for one in reminders_of(cast.partnership)}
    owner = (cast.owner.id,)
    assert wanted["remind-actions"] == (date(2026, 11, 30), date(2026, 11, 1), owner)
    assert wanted["remind-statement"] == (date(2026, 10, 4), date(2026, 10, 5), owner)
    assert next(one.fields["count"] for one in reminders_of(cast.partnership) if one.kind == "remind-actions") == 2
    step(cast, state=CycleState.RECOGNIZED, statement_signed_on=date(2026, 9, 21), awarded_on=date(2026, 9, 30))
    wanted = {one.kind: (one.due_on, one.remind_on, one.people) for one in reminders_of(cast.partnership)}
    assert "remind-statement" not in wanted


def test_two_workers_at_once_send_a_reminder_once(
    app: Flask, cast: Cast, clock: StandingClock, mailing: Postbox
) -> None:
    reminders.run()
    clock.moment = local(2026, 10, 6, 13)

    def work(_: int) -> None:
        with app.app_context():
            daily.run()
            mail.deliver_due()

    db.session.rollback()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    mail.deliver_due()
    assert (len(daily_mails()), len(mailing.mails)) == (1, 1)


def test_stop_link_stops_reminders_alone_without_a_sign_in_and_can_be_undone(
    app: Flask, cast: Cast, clock: StandingClock
) -> None:
    client, where = app.test_client(), stop_link(cast.owner.id).removeprefix("http://localhost")
    person_id = cast.owner.id

    def stopped() -> bool:
        db.session.rollback()
        return db.session.get_one(Person, person_id).reminders_stopped_at is not None

    assert ["Stop reminders" in client.get(where).text, stopped()] == [True, False]  # what opens links changes nothing
    assert client.post(where, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stopped() is True
    assert client.post(where[:-2] + "xx").status_code == 404
    clock.moment = local(2026, 10, 6, 13)
    daily.run()
    assert daily_mails() == []
    assert client.post(where, data={"then": "again"}).status_code == 200
    assert stopped() is False
    client.post(where)
    sign_in(client, cast.owner)
    assert client.post("/account/mail", data={"language": "", "reminders": "yes"}).status_code == 303
    assert stopped() is False


def test_one_click_stop_needs_no_token_of_a_form(make_app, clock: StandingClock) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        person = make_person()
        where = stop_link(person.id).removeprefix("http://localhost")
        reply = app.test_client().post(where, data="List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")  # fmt: skip
        assert (reply.status_code, "no more reminders" in reply.text) == (200, True)
