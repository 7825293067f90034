"""What becomes of a recognition after it was confirmed: by the calendar, by people with a reason, and by an appeal."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.outbox import Message
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from portal.recognition import appeals, changing
from portal.recognition.daily import take_due_steps
from portal.recognition.duties import with_award
from portal.recognition.history import events_of_program, newest_event
from portal.recognition.models import Award, Standing
from portal.recognition.publishing import listing_of, status_of
from rules.duties import Due
from tests.conftest import StandingClock
from tests.factories import browser, make_award, make_partnership, make_person, make_program

TODAY, END, URL = date(2026, 10, 1), date(2026, 9, 30), "http://localhost"
HEAD = """[plugin]
rules_api = [1, 1]
version = "1.0.0"
title = "Trial"
source = "Made up for a test."

"""
TIERS = """
[[tier]]
key = "steady"
name = "Steady Partner"
rank = 1
conditions = ["submitted"]

[[tier]]
key = "trying"
name = "Expert Partner on trial"
rank = 2
conditions = ["submitted"]
months = 12
provisional = true
fallback = "steady"

[[tier]]
key = "passing"
name = "Guest Partner"
rank = 3
conditions = ["submitted"]
months = 6
provisional = true
"""


class Cast:
    """A program to recognize, its administrator, and two administrators of its partnership."""

    award: Award
    cycle_id: int

    def __init__(self, app: Flask, plugins: tuple[str, ...]) -> None:
        self.app = app
        self.partnership: Partnership = make_partnership("riverbend", plugins)
        self.program: Program = make_program(self.partnership, name="River Mentors")
        self.runner = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.manager, self.second = (make_person(Role.PARTNERSHIP_ADMINISTRATOR, self.partnership) for _ in range(2))

    def recognize(self, until: date, on: date, tier: str) -> None:
        self.award = make_award(self.program, on, until, tier)
        self.cycle_id = self.award.cycle_id

    def now(self) -> Award:
        db.session.rollback()
        return db.session.scalars(select(Award).where(Award.cycle_id == self.cycle_id)).one()

    def kinds(self) -> list[str]:
        db.session.rollback()
        return [one.event.kind.value for one in events_of_program(self.program.id)][::-1]

    def change(self, kind: str, reason: str = "Because.", **more: object) -> None:
        changing.change(
            self.cycle_id, changing.Change(kind, reason, **more), newest_event(self.now()), self.manager.id, URL
        )  # type: ignore[arg-type]

    def page(self) -> str:
        return " ".join(browser(self.app, self.runner).get(f"/programs/{self.program.id}/recognition").text.split())


@pytest.fixture
def recognized(staged: Callable[..., Cast]) -> Callable[..., Cast]:
    """Build the cast and recognize its program."""

    def build(until: date, on: date = date(2023, 10, 20), tier: str = "", plugins: tuple[str, ...] = ()) -> Cast:
        cast: Cast = staged(Cast, plugins)
        cast.recognize(until, on, tier)
        return cast

    return build


def mails(word: str) -> int:
    return db.session.scalar(select(func.count(Message.id)).where(Message.key.startswith(word))) or 0


def test_recognition_that_ends_is_told_before_and_lapses_on_its_own_day(
    recognized: Callable[..., Cast], clock: StandingClock
) -> None:
    cast = recognized(until=date(2026, 10, 31))
    clock.moment = datetime(2026, 10, 1, 3, 59, tzinfo=UTC)  # 23:59 on 30 September where the program is
    assert take_due_steps() == 0
    clock.moment = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
    assert (take_due_steps(), take_due_steps()) == (1, 0)
    assert "It lapses" not in cast.page()
    assert "Dedicated Partner is held to October 31, 2026. Then it lapses" in cast.page()
    clock.moment = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)  # still 31 October there, the night the clocks go back
    assert take_due_steps() == 0
    clock.moment = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)  # the worker was away for a week
    assert (cast.now().current(date(2026, 11, 1)), cast.now().standing) == (False, Standing.HELD)
    assert (take_due_steps(), take_due_steps()) == (1, 0)
    rows = [(one.event.kind.value, one.event.on, one.event.by_id) for one in events_of_program(cast.program.id)]
    assert rows[:2] == [("lapsed", date(2026, 11, 1), None), ("notice given", date(2026, 10, 1), None)]
    assert (cast.now().standing, mails("recognition:"), mails("recognition-staff:")) == (Standing.LAPSED, 2, 4)
    text = db.session.scalars(select(Message.text).where(Message.key.startswith("recognition"))).all()
    assert [one for one in text if "Dedicated" in one or "lapse" in one] == []


def test_two_workers_write_each_step_once(app: Flask, recognized: Callable[..., Cast], clock: StandingClock) -> None:
    cast = recognized(until=date(2026, 9, 30))
    db.session.rollback()

    def work(_: int) -> int:
        with app.app_context():
            return take_due_steps()

    with ThreadPoolExecutor(2) as both:
        assert sum(both.map(work, range(2))) == 1
    assert cast.kinds() == ["awarded", "lapsed"]


LASTING = TIERS.replace('provisional = true\nfallback = "steady"', "").replace("provisional = true", "")
STEP_DOWN = '[policy]\nat_expiry = "step_down"\n'


@pytest.mark.parametrize(
    ("rules", "tier", "on", "kind", "then", "until", "why"),
    [
        (TIERS, "trying", date(2025, 9, 30), "stepped down", "Steady Partner", date(2028, 9, 30), "Steady Partner follows it."),
        (TIERS, "trying", date(2023, 9, 30), "lapsed", "Expert Partner on trial", END, "so the recognition lapses."),
        (TIERS, "passing", date(2026, 3, 31), "expired", "Guest Partner", END, "No other tier follows it."),
        (STEP_DOWN + LASTING, "trying", date(2024, 2, 29), "stepped down", "Steady Partner", date(2027, 2, 28), "to February 28, 2027."),
        (STEP_DOWN + LASTING, "passing", date(2023, 1, 31), "stepped down", "Expert Partner on trial", date(2027, 9, 30), "follows it."),
        (STEP_DOWN + LASTING, "steady", date(2023, 9, 30), "lapsed", "Steady Partner", END, "Then it lapses"),
    ],
)  # fmt: skip
def test_tier_ends_as_its_rules_say_and_months_count_from_the_anchor(
    recognized: Callable[..., Cast],
    folder: Path,
    rules: str,
    tier: str,
    on: date,
    kind: str,
    then: str,
    until: date,
    why: str,
) -> None:
    (folder / "trial.toml").write_text(HEAD + rules)
    cast = recognized(END, on, tier, ("trial",))
    assert (take_due_steps(), cast.kinds()) == (1, ["awarded", kind])
    assert (cast.now().tier_name, cast.now().expires_on) == (then, until)
    last = events_of_program(cast.program.id)[0].event
    assert (last.on, why in last.reason) == (TODAY, True)


def test_withdrawal_is_announced_first_and_an_appeal_keeps_the_recognition_as_it_was(
    recognized: Callable[..., Cast], clock: StandingClock
) -> None:
    cast = recognized(until=date(2028, 10, 20))
    cast.change("withdraw", "The program closed its doors.")
    assert (cast.now().standing, cast.now().ending_on) == (Standing.HELD, date(2026, 10, 31))
    told = status_of(listing_of(cast.program.id), cast.now())  # what is announced is not for everybody
    assert (told.current, told.until, "The program closed its doors." in cast.page()) == (
        True,
        date(2028, 10, 20),
        True,
    )
    appeals.appeal(cast.cycle_id, "We only moved.", cast.runner.id, URL)
    appeals.appeal(cast.cycle_id, "We only moved.", cast.runner.id, URL)  # pressed twice
    with pytest.raises(OutOfOrder):
        appeals.appeal(cast.cycle_id, "Something else.", cast.runner.id, URL)
    with pytest.raises(Refused, match="until it is answered the recognition stays as it is"):
        cast.change("tier", tier_key="expert")
    asked = [
        Due("expiry", "Recognition ends", date(2026, 10, 31)),
        Due("appeal", "Answer to the appeal", date(2026, 10, 1), date(2026, 10, 31)),
    ]
    ends_by_policy = (Due("expiry", "Recognition ends", date(2026, 10, 20)),)
    assert with_award(ends_by_policy, cast.now()) == tuple(asked[::-1])
    clock.moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert (take_due_steps(), cast.now().current(date(2026, 11, 20))) == (0, True)
    assert mails("appeal:") == 2
    appeals.decide_appeal(cast.cycle_id, False, "It is closed.", None, newest_event(cast.now()), cast.manager.id, URL)
    assert (take_due_steps(), cast.now().standing) == (1, Standing.WITHDRAWN)
    assert cast.kinds() == ["awarded", "loss announced", "appeal made", "appeal decided", "withdrawn"]
    assert with_award(ends_by_policy, cast.now()) == ()
    told = status_of(listing_of(cast.program.id), cast.now())
    assert (told.current, told.until, told.ended_on) == (False, date(2026, 11, 19), date(2026, 11, 20))
    last = events_of_program(cast.program.id)[0].event
    assert (last.on, last.overridden, "The program closed its doors." in last.reason) == (
        date(2026, 11, 20),
        True,
        True,
    )
    deeds = db.session.scalars(
        select(AuditEntry.deed).where(AuditEntry.deed.startswith("recognition ")).order_by(AuditEntry.id)
    ).all()
    assert deeds[-2:] == ["recognition appeal decided", "recognition withdrawn"]


def test_granted_appeal_calls_the_loss_off_and_gives_back_what_ended(
    app: Flask, recognized: Callable[..., Cast], clock: StandingClock
) -> None:
    cast = recognized(until=date(2026, 9, 30))
    take_due_steps()
    assert cast.now().standing is Standing.LAPSED
    client = browser(app, cast.runner)
    empty = client.post(f"/programs/{cast.program.id}/recognition/appeal", data={"text": " "})
    assert (empty.status_code, "Say what should be looked at again" in empty.text) == (422, True)
    assert (
        client.post(f"/programs/{cast.program.id}/recognition/appeal", data={"text": "We had <b>flu</b>."}).status_code
        == 303
    )
    staff = browser(app, cast.manager)
    shown = staff.get(f"/cycles/{cast.cycle_id}/recognition").text
    assert "We had &lt;b&gt;flu&lt;/b&gt;." in shown
    where, answer = (
        f"/cycles/{cast.cycle_id}/recognition/appeal",
        {"granted": "yes", "why": "Enough reason.", "seen": str(newest_event(cast.now()))},
    )
    short = staff.post(where, data=answer)
    assert (short.status_code, "Enter the new last day" in short.text, "Enough reason." in short.text) == (
        422,
        True,
        True,
    )
    assert staff.post(where, data=answer | {"until": "2027-03-31"}).status_code == 303
    assert (cast.now().standing, cast.now().expires_on, cast.now().appeal_open) == (
        Standing.HELD,
        date(2027, 3, 31),
        False,
    )
    assert cast.kinds() == ["awarded", "lapsed", "appeal made", "appeal decided", "reinstated"]
    again = client.post(f"/programs/{cast.program.id}/recognition/appeal", data={"text": "Once more."})
    assert again.status_code == 422  # an answer is an answer


def test_appeal_against_the_tier_that_was_given_is_answered_as_such_and_nothing_is_lost(
    app: Flask, recognized: Callable[..., Cast]
) -> None:
    cast = recognized(until=date(2029, 10, 1), on=TODAY)
    appeals.appeal(cast.cycle_id, "We think it is more.", cast.runner.id, URL)
    where = f"/cycles/{cast.cycle_id}/recognition"
    answers = ("Yes: we look at it again; decide the tier", "No: it stays as it was decided", "the loss is called off")
    page = browser(app, cast.manager).get(where).text
    assert [one in page for one in answers] == [True, True, False]
    assert ["was to be" in cast.page(), "It is held to October 1, 2029; while the appeal is open" in cast.page()] == [
        False,
        True,
    ]
    appeals.decide_appeal(cast.cycle_id, False, "No.", None, newest_event(cast.now()), cast.manager.id, URL)
    cast.change("withdraw", "It closed.")
    appeals.appeal(cast.cycle_id, "It did not.", cast.runner.id, URL)
    page = browser(app, cast.manager).get(where).text
    assert [one in page for one in answers] == [False, False, True]
    assert "Its last day was to be October 31, 2026" in cast.page()


def test_appeal_after_its_time_is_refused(recognized: Callable[..., Cast], clock: StandingClock) -> None:
    cast = recognized(until=date(2026, 9, 30))
    take_due_steps()
    clock.go(days=31)
    with pytest.raises(OutOfOrder) as refusal:
        appeals.appeal(cast.cycle_id, "Too late.", cast.runner.id, URL)
    assert "the time for it is over" in refusal.value.sentence


def test_changes_need_a_reason_and_the_page_they_were_made_on(app: Flask, recognized: Callable[..., Cast]) -> None:
    cast = recognized(until=date(2028, 10, 20))
    client, where = browser(app, cast.manager), f"/cycles/{cast.cycle_id}/recognition/change"
    seen = str(newest_event(cast.now()))
    reply = client.post(where, data={"kind": "extend", "until": "2028-10-20", "reason": "", "seen": seen})
    assert reply.status_code == 422
    assert [
        one in reply.text for one in ("Say why, so that", "must come after October 20, 2028", 'value="2028-10-20"')
    ] == [True] * 3
    assert (
        client.post(
            where, data={"kind": "extend", "until": "2028-12-31", "reason": "Staff was ill.", "seen": seen}
        ).status_code
        == 303
    )
    late = browser(app, cast.second).post(where, data={"kind": "withdraw", "reason": "My long reason.", "seen": seen})
    assert (late.status_code, "Somebody changed this recognition" in late.text, "My long reason." in late.text) == (
        422,
        True,
        True,
    )
    assert (cast.now().expires_on, cast.now().ending_on) == (date(2028, 12, 31), None)
    assert cast.kinds() == ["awarded", "extended"]
    page = cast.page()
    assert [one in page for one in ("Staff was ill.", "held to December 31, 2028", cast.manager.name)] == [True] * 3
    for person in (cast.runner, make_person(Role.REVIEWER, cast.partnership)):
        assert browser(app, person).post(where, data={"kind": "withdraw", "reason": "No."}).status_code == 403


def test_step_down_against_the_rules_keeps_both_and_can_be_called_off(
    recognized: Callable[..., Cast], clock: StandingClock
) -> None:
    cast = recognized(until=date(2028, 10, 20), tier="expert")
    cast.change("tier", "Two mentors were never checked.", tier_key="dedicated")
    assert "A step down to Dedicated Partner was announced." in cast.page()
    cast.change("reinstate", "They are checked now.")
    assert (cast.now().ending_on, take_due_steps()) == (None, 0)
    cast.change("tier", "Not checked after all.", tier_key="dedicated")
    clock.go(days=31)
    assert (take_due_steps(), cast.now().tier_name, cast.now().standing) == (1, "Dedicated Partner", Standing.HELD)
    assert "Not checked after all." in cast.now().override_reason
    assert "Your partnership decided this against the rules." in cast.page()
    assert cast.kinds() == ["awarded", "loss announced", "reinstated", "loss announced", "stepped down"]


def test_newer_recognition_ends_the_one_before_and_keeps_the_address(recognized: Callable[..., Cast]) -> None:
    cast = recognized(until=date(2026, 10, 20))
    address = listing_of(cast.program.id).address
    with unit_of_work():
        cast.award.cycle.number = 0
    make_award(cast.program, TODAY, date(2029, 10, 1))
    assert (cast.now().standing, listing_of(cast.program.id).address) == (Standing.FOLLOWED, address)
    assert take_due_steps() == 0
    with pytest.raises(OutOfOrder) as refusal:
        cast.change("extend", until=date(2030, 1, 1))
    assert "A newer recognition followed this one" in refusal.value.sentence


def test_lapsed_recognition_is_not_given_back_once_a_newer_one_is_held(recognized: Callable[..., Cast]) -> None:
    cast = recognized(until=END)
    assert take_due_steps() == 1
    appeals.appeal(cast.cycle_id, "We were away.", cast.runner.id, URL)
    with unit_of_work():
        cast.award.cycle.number = 0
    newer = make_award(cast.program, TODAY, date(2029, 10, 1))
    assert (cast.now().standing, cast.now().appeal_open) == (Standing.LAPSED, False)
    last = next(one.event for one in events_of_program(cast.program.id) if one.event.award_id == cast.now().id)
    assert (last.kind.value, "The appeal that waited" in last.reason) == ("followed by a newer recognition", True)
    with unit_of_work():
        cast.now().appeal_open = True  # as one was left before appeals ended with a newer recognition
    with pytest.raises(OutOfOrder, match="A newer recognition followed this one"):
        cast.change("reinstate", until=date(2028, 1, 1))
    until = date(2028, 1, 1)
    with pytest.raises(OutOfOrder, match="A newer recognition followed this one"):
        appeals.decide_appeal(cast.cycle_id, True, "Yes.", until, newest_event(cast.now()), cast.manager.id, URL)
    appeals.decide_appeal(cast.cycle_id, False, "No.", None, newest_event(cast.now()), cast.manager.id, URL)
    held = db.session.scalars(select(Award.id).where(Award.standing == Standing.HELD)).all()
    assert (held, cast.now().appeal_open) == ([newer.id], False)
    with pytest.raises(OutOfOrder, match="nothing to appeal"):
        appeals.appeal(cast.cycle_id, "Once more.", cast.runner.id, URL)


@pytest.mark.parametrize("kind", ["reinstate", "extend"])
def test_loss_that_was_called_off_or_outlived_cannot_be_appealed_against(
    recognized: Callable[..., Cast], kind: str
) -> None:
    cast = recognized(until=date(2026, 10, 20))
    if kind == "reinstate":
        cast.change("withdraw", "The program closed.")
    else:
        take_due_steps()  # the notice of its end
    assert appeals.appealable(cast.now()) is not None
    cast.change(kind, until=date(2027, 10, 20))
    assert appeals.appealable(cast.now()) is None
    with pytest.raises(OutOfOrder, match="nothing to appeal"):
        appeals.appeal(cast.cycle_id, "All the same.", cast.runner.id, URL)
