"""The renewal: invited once, on the right local day; begun once; the old cycle read-only, its answers there to confirm."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import cycles_of
from portal.cycles.services import advance
from portal.followup.renewing import invite_due
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder
from portal.foundation.outbox import Message
from portal.plans.drafts import first_draft
from portal.plans.models import Outcome
from tests.conftest import StandingClock
from tests.factories import browser, make_person
from tests.followup.conftest import Running


def recognized(running: Running, on: date, zone: str = "America/New_York") -> Cycle:
    with unit_of_work():
        running.cycle.program.partnership.time_zone = zone
        for step in (CycleState.SIGNED, CycleState.RECOGNIZED):
            advance(running.cycle, step, on)
    return running.cycle


def mails() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.key.like("renewal:%")).order_by(Message.id)))


@pytest.mark.parametrize(
    ("awarded_on", "zone", "too_early", "on_time"),
    [
        # 30 months after a leap day, and after the end of a long month
        (date(2024, 2, 29), "America/New_York", datetime(2026, 8, 29, 3, 59, tzinfo=UTC), datetime(2026, 8, 29, 4, 1, tzinfo=UTC)),
        (date(2025, 8, 31), "America/New_York", datetime(2028, 2, 29, 4, 59, tzinfo=UTC), datetime(2028, 2, 29, 5, 1, tzinfo=UTC)),
        # the day the clocks go forward, and the day they go back, in two zones
        (date(2024, 9, 14), "America/New_York", datetime(2027, 3, 14, 4, 59, tzinfo=UTC), datetime(2027, 3, 14, 5, 1, tzinfo=UTC)),
        (date(2024, 5, 7), "America/New_York", datetime(2026, 11, 7, 4, 59, tzinfo=UTC), datetime(2026, 11, 7, 5, 1, tzinfo=UTC)),
        (date(2024, 5, 7), "Pacific/Honolulu", datetime(2026, 11, 7, 9, 59, tzinfo=UTC), datetime(2026, 11, 7, 10, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_invitation_goes_out_once_on_the_local_day(
    running: Running, clock: StandingClock, awarded_on: date, zone: str, too_early: datetime, on_time: datetime
) -> None:
    cycle = recognized(running, awarded_on, zone)
    clock.moment = too_early
    assert (invite_due(), mails()) == (0, [])
    clock.moment = on_time
    assert [invite_due() for _ in range(3)] == [1, 0, 0]
    clock.go(hours=25)  # the second day, and once more the same hour of a day that has it twice
    assert invite_due() == 0
    [mail] = mails()
    assert (mail.key, mail.to_name) == (f"renewal:{cycle.id}:{running.administrator.id}", "Ana Ruiz")
    assert f"http://localhost/cycles/{cycle.id}/renewal" in mail.text


def test_renewal_opens_the_next_cycle_once_and_closes_the_old_one(running: Running, clock: StandingClock) -> None:
    cycle = recognized(running, date(2024, 4, 2))
    where = f"{running.at}/renewal"
    early = running.theirs.post(where)
    assert (early.status_code, "Earlier, you can ask your partnership" in early.text) == (422, True)
    with unit_of_work():
        first, second, *_ = running.plan.priorities
        first.outcome, second.outcome = Outcome.CARRIED_OVER, Outcome.MET
    clock.go(hours=20)
    invite_due()
    assert "Begin the renewal" in running.theirs.get(f"/programs/{cycle.program_id}").text
    page = running.theirs.get(where).text
    assert ["Begin the renewal" in page, "Aim 1" in page, "Aim 2" in page] == [True, True, False]
    assert [
        running.staff.post(where).status_code,
        browser(running.app, make_person(Role.CONTRIBUTOR, cycle.program)).post(where).status_code,
    ] == [403, 403]
    replies = [running.theirs.post(where) for _ in range(2)]
    db.session.expire_all()
    newest, old = cycles_of(cycle.program_id)
    assert [(one.status_code, one.location) for one in replies] == [(303, f"/cycles/{newest.id}/start")] * 2
    assert (newest.number, newest.state, old.state, old.closed_on) == (
        2,
        CycleState.IN_PROGRESS,
        CycleState.CLOSED,
        date(2026, 10, 2),
    )
    section = running.theirs.get(f"/cycles/{newest.id}/sections/s-2").text
    assert "Not in practice" in section
    assert "2026" in section  # the year of last time, beside its answer
    for path in ("plan/print", "answers", "scorecard", "follow-up"):
        assert running.theirs.get(f"{running.at}/{path}").status_code == 200
    refused = running.staff.post(
        f"{running.at}/check-ins", data={"month": "6", "done_on": "2026-10-01", "how": "phone"}
    )
    assert refused.status_code == 422
    titles = [one.title for one in first_draft(newest).priorities]
    assert titles[0] == "Aim 1"
    assert "Aim 2" not in titles


def test_renewal_waits_for_answers_that_are_open_for_changes(running: Running, clock: StandingClock) -> None:
    cycle = recognized(running, date(2024, 4, 2))
    clock.go(hours=20)
    invite_due()
    with unit_of_work():
        cycle.reopened = ["B.2.4"]
    reply = running.theirs.post(f"{running.at}/renewal")
    assert (reply.status_code, "Answers are open for changes: B.2.4." in reply.text) == (422, True)
    assert len(cycles_of(cycle.program_id)) == 1
    with pytest.raises(OutOfOrder):
        advance(cycle, CycleState.CLOSED, date(2026, 10, 2))
