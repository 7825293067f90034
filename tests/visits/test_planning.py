"""Planning a visit: proposing, picking, setting, moving, cancelling; what is refused, and who is told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from portal.cycles.models import Cycle, CycleState
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.visits.models import VisitState
from portal.visits.times import NoSuchTime, read_time, say_when
from rules.policy import Policy, PolicyError
from tests.factories import browser, make_person

from .cast import ALSO, IN_TIME, LATE, Cast, words

ZONE = "America/New_York"


def test_program_picks_one_of_the_proposed_dates(cast: Cast) -> None:
    reply = cast.post(cast.ours, "propose", time=[ALSO, IN_TIME, ""])
    assert reply.status_code == 303
    assert [(one.to_name, one.subject) for one in cast.mails("visit-proposed")] == [
        ("Ana Núñez", "Please pick a date: Jóvenes Unidos")
    ]
    page = words(cast.theirs.get(cast.at).text)
    assert "Monday, November 2, 2026, 10:00 to 12:30 (EST)" in page
    visit = cast.visit()
    assert visit is not None
    assert cast.post(cast.theirs, "pick", pick=visit.proposals[0]).status_code == 303
    visit = cast.visit()
    assert visit is not None
    assert (visit.state, visit.starts_at, visit.proposals) == (
        VisitState.PLANNED,
        datetime(2026, 11, 2, 15, tzinfo=UTC),
        [],
    )
    assert [one.to_name for one in cast.mails("visit-picked")] == ["Rosa Reyes"]
    assert [one.to_name for one in cast.mails("visit-invitation")] == ["Ana Núñez", "Rosa Reyes"]
    assert cast.deeds() == ["proposed", "picked"]


def test_program_asks_for_other_dates_and_staff_read_why(cast: Cast) -> None:
    cast.post(cast.ours, "propose", time=[IN_TIME])
    empty = cast.post(cast.theirs, "ask", asked=" ")
    assert (empty.status_code, "Say which days and times would suit you." in empty.text) == (422, True)
    assert cast.post(cast.theirs, "ask", asked="Tuesdays after 4, please").status_code == 303
    assert "Tuesdays after 4, please" in cast.ours.get(cast.at).text
    (mail,) = cast.mails("visit-asked")
    assert (mail.to_name, "Tuesdays" in mail.text + mail.subject) == ("Rosa Reyes", False)
    assert cast.post(cast.ours, "propose", time=[ALSO]).status_code == 303
    assert cast.deeds() == ["proposed", "asked", "proposed"]


def test_administrators_of_the_program_are_told_even_if_nobody_lists_them(cast: Cast) -> None:
    nobody = {"minutes": "120", "place": "", "program": "", "partnership": "", "materials": ""}
    assert cast.post(cast.ours, "details", **nobody).status_code == 303
    cast.planned()
    assert [(one.to_name, "METHOD:REQUEST" in one.calendar) for one in cast.mails("visit-invitation")] == [
        ("Ana Núñez", True)
    ]


def test_only_the_programs_administrators_pick(cast: Cast) -> None:
    cast.post(cast.ours, "propose", time=[IN_TIME])
    helper = browser(cast.app, make_person(Role.CONTRIBUTOR, cast.program))
    page = helper.get(cast.at)
    assert (page.status_code, "An administrator of your program picks one." in page.text) == (200, True)
    assert cast.post(helper, "pick", pick="2026-11-02T15:00:00+00:00").status_code == 403
    assert [cast.post(cast.theirs, what).status_code for what in ("propose", "date", "cancel", "details")] == [403] * 4


def test_date_moves_with_a_reason_and_the_history_keeps_both(cast: Cast) -> None:
    cast.planned()
    silent = cast.post(cast.ours, "date", starts_at=ALSO)
    assert (silent.status_code, "Say why it moves." in silent.text, ALSO in silent.text) == (422, True, True)
    assert cast.post(cast.ours, "date", starts_at=ALSO, reason="Snow is forecast").status_code == 303
    page = words(cast.theirs.get(cast.at).text)
    assert "Moved from Monday, November 2, 2026, 10:00 (EST) to Thursday, November 5, 2026, 14:30 (EST)" in page
    assert "Snow is forecast" in page
    assert [one for one in cast.mails("visit-invitation") if "Snow" in one.text + one.subject] == []
    assert cast.post(cast.ours, "cancel", cancel_reason="").status_code == 422
    assert cast.post(cast.ours, "cancel", cancel_reason="The school is closed").status_code == 303
    assert "The date was cancelled: The school is closed." in words(cast.theirs.get(cast.at).text)
    assert cast.deeds() == ["set", "moved", "cancelled"]


def test_second_of_two_who_move_it_at_once_is_told_and_keeps_what_was_typed(cast: Cast) -> None:
    seen = cast.planned().version
    assert cast.post(cast.ours, "date", seen, starts_at=ALSO, reason="Snow").status_code == 303
    colleague = browser(cast.app, make_person(Role.REVIEWER, cast.program.partnership))
    unreadable = cast.post(colleague, "date", seen, starts_at="soon", reason="Flu at school")
    assert (unreadable.status_code, f'name="seen" value="{seen}"' in unreadable.text) == (422, True)
    second = cast.post(colleague, "date", seen, starts_at=LATE, reason="Flu at school", save_id="other-form")
    assert second.status_code == 409
    said = words(second.text)
    assert "Somebody changed this while you had the page open." in said
    assert "What is stored now: Thursday, November 5, 2026, 14:30 to 17:00 (EST)" in said
    assert [LATE in second.text, "Flu at school" in second.text, "Rosa Reyes" in said] == [True, True, True]
    assert cast.deeds() == ["set", "moved"]
    again = cast.post(colleague, "date", starts_at=LATE, reason="Flu at school", save_id="other-form-2")
    assert again.status_code == 303


def test_form_sent_twice_changes_the_date_once(cast: Cast) -> None:
    for what, fields in (
        ("propose", {"time": [IN_TIME]}),
        ("date", {"starts_at": ALSO}),
        ("details", {"minutes": "120", "place": "At school", "program": "Ana", "partnership": "", "materials": ""}),
        ("cancel", {"cancel_reason": "Snow"}),
    ):
        seen = cast.version()
        assert [cast.post(cast.ours, what, seen, **fields).status_code for _ in range(2)] == [303, 303]
    assert cast.deeds() == ["proposed", "set", "details", "cancelled"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Enter at least one day and time."), ("soon", "like 2026-10-20 10:00"), ("2026-10-20", "like 2026-10-20 10:00"),
     ("2026-09-30T10:00", "This time is over."), ("2200-01-05T10:00", "This day is more than two years away."), ("2027-03-14T02:30", "the clocks go forward, so 02:30 does not exist")],
)  # fmt: skip
def test_impossible_time_is_refused_and_kept(cast: Cast, typed: str, sentence: str) -> None:
    reply = cast.post(cast.ours, "propose", time=[typed, ALSO if typed else ""])
    assert (reply.status_code, sentence in reply.text) == (422, True)
    assert [f'value="{typed}"' in reply.text, f'value="{ALSO}"' in reply.text] == [True, bool(typed)]
    assert cast.visit() is None


def test_times_mean_the_local_clock_on_both_sides_of_a_change() -> None:
    before, after = read_time("2026-10-31T10:00", ZONE), read_time("2026-11-01 10:00", ZONE)
    assert (before, after) == (datetime(2026, 10, 31, 14, tzinfo=UTC), datetime(2026, 11, 1, 15, tzinfo=UTC))
    assert read_time("2026-11-01T01:30", ZONE) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # it comes twice: the first
    across = say_when(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), ZONE, 120)
    assert across == "Sunday, November 1, 2026, 01:30 to 02:30 (EDT)"
    for typed in ("2027-03-14T02:30", "2026-11-01T10:00+02:00", "10:00", "0001-01-01T00:00"):
        with pytest.raises(NoSuchTime):
            read_time(typed, ZONE)


def test_date_outside_the_promise_is_stored_with_a_warning(cast: Cast) -> None:
    cast.planned(LATE)
    page = words(cast.ours.get(cast.at).text)
    around = [
        words(one.get(where).text)
        for one, where in (
            (cast.ours, cast.at.replace("visit", "review")),
            (cast.theirs, f"/programs/{cast.program.id}"),
        )
    ]
    assert ["Friday, November 20, 2026, 10:00 to 12:30 (EST)" in one for one in around] == [True, True]
    assert ["8 days later than promised" in one for one in around] == [True, False]
    sentence = "November 20, 2026 is 8 days later than promised: the onsite review is to be held between October 29, 2026 and November 12, 2026."
    assert page.count(sentence) == 1
    assert sentence not in words(cast.theirs.get(cast.at).text)
    cast.post(cast.ours, "date", starts_at="2026-10-20T10:00", reason="Sooner")
    assert "October 20, 2026 is earlier than promised" in words(cast.ours.get(cast.at).text)


def test_promise_about_to_break_and_broken_is_said_with_its_days(cast: Cast, clock) -> None:
    assert "promised by" not in words(cast.ours.get(cast.at).text)
    clock.go(days=28)
    cast.ours, cast.theirs = browser(cast.app, cast.reviewer), browser(cast.app, cast.admin)
    said = "No date is set, and the onsite review is promised by November 12, 2026: in 14 days."
    assert said in words(cast.ours.get(cast.at).text)
    clock.go(days=20)
    cast.ours = browser(cast.app, cast.reviewer)
    assert "was promised by November 12, 2026. That was 6 days ago." in words(cast.ours.get(cast.at).text)


def test_visit_of_an_issued_plan_moves_no_more_and_nothing_typed_is_lost(cast: Cast) -> None:
    cast.planned()
    with unit_of_work():
        cycle = db.session.get_one(Cycle, cast.cycle.id)
        cycle.state, cycle.visited_on, cycle.plan_issued_on = (
            CycleState.PLAN_ISSUED,
            date(2026, 10, 1),
            date(2026, 10, 1),
        )
    for what, fields in (("date", {"starts_at": ALSO, "reason": "Flu"}), ("cancel", {"cancel_reason": "Flu"})):
        reply = cast.post(cast.ours, what, **fields)
        assert (reply.status_code, "What you typed, not stored: " in words(reply.text), "Flu" in reply.text) == (
            422,
            True,
            True,
        )
        assert "The plan was issued on October 1, 2026, so the onsite review does not move any more." in reply.text
    assert cast.deeds() == ["set"]


def test_details_are_read_stored_and_shown_to_both(cast: Cast) -> None:
    cast.planned()
    fields = {"minutes": "135", "place": "Room 4", "program": "Ana Núñez, director, ana@example.org\nTwo mentors",
              "partnership": "Rosa <rosa@example.org>", "materials": "Program manual\n\nThe binder"}  # fmt: skip
    for wrong, sentence in (
        ({"minutes": "ten"}, "Enter the length as minutes"),
        ({"program": "Ana @home"}, "we cannot read"),
    ):
        reply = cast.post(cast.ours, "details", **(fields | wrong))
        assert (reply.status_code, sentence in reply.text, "The binder" in reply.text) == (422, True, True)
    assert cast.post(cast.ours, "details", **fields).status_code == 303
    visit = cast.visit()
    assert visit is not None
    assert visit.attendees == [
        {"side": "program", "name": "Ana Núñez, director", "email": "ana@example.org"},
        {"side": "program", "name": "Two mentors", "email": ""},
        {"side": "partnership", "name": "Rosa", "email": "rosa@example.org"},
    ]
    page = words(cast.theirs.get(cast.at).text)
    assert ["The binder" in page, "Two mentors" in page, "10:00 to 12:15" in page] == [True] * 3


@pytest.mark.parametrize("field", ["place", "program", "partnership", "materials"])
def test_control_sign_is_refused_in_words_with_everything_typed_kept(cast: Cast, field: str) -> None:
    fields = {
        "minutes": "135",
        "place": "Room 4",
        "program": "Ana 👩‍👧 Núñez",
        "partnership": "Rosa",
        "materials": "Book",
    }
    reply = cast.post(cast.ours, "details", **(fields | {field: "Room\x07 four"}))
    assert (reply.status_code, "cannot be printed" in reply.text, "135" in reply.text) == (422, True, True)
    assert "Room\x07 four" in reply.text
    assert cast.post(cast.ours, "details", **fields).status_code == 303


def test_what_to_have_at_hand_is_a_list_of_texts_in_the_policy() -> None:
    assert Policy(visit_materials=("The binder",)).visit_materials == ("The binder",)
    for wrong in ("The binder", ("The binder", ""), (1,)):
        with pytest.raises(PolicyError, match="visit_materials"):
            Policy(visit_materials=wrong)  # type: ignore[arg-type]


def test_visit_before_the_self_assessment_is_submitted_has_to_wait(app: Flask) -> None:
    from tests.factories import make_cycle, make_partnership, make_program

    program = make_program(make_partnership("riverbend"))
    cycle = make_cycle(program)
    reply = browser(app, make_person(Role.PROGRAM_ADMINISTRATOR, program)).get(f"/cycles/{cycle.id}/visit")
    assert (reply.status_code, "once the self-assessment is submitted" in reply.text) == (409, True)
