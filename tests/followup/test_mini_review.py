"""The mini-review: answers opened after the recognition, outcomes, extra time, and the plan re-baselined."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.assessments import amending, services
from portal.assessments.amendments import copies_of
from portal.assessments.models import Amendment
from portal.cycles.models import Cycle, CycleState
from portal.followup.models import CheckIn, ExtraTime, PriorityOutcome
from portal.followup.overviewing import overview_of
from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.plans.drafts import draft_of
from portal.plans.forms import fields_of
from portal.plans.models import Outcome
from portal.plans.queries import issues_of
from portal.plans.services import keep_issue
from portal.resources.queries import library_of
from tests.factories import browser, make_person, raw_answer
from tests.followup.conftest import ISSUED, Running

TODAY = date(2026, 10, 1)


def reopen(running: Running) -> Amendment:
    day, by_id = date(2026, 10, 15), running.reviewer.id
    return amending.reopen(running.cycle.id, None, ["B.2.4"], "As it is now.", day, by_id, "http://localhost")


def test_mini_review_waits_for_answers_that_are_open_and_is_held_once(running: Running) -> None:
    running.move(CycleState.SIGNED, CycleState.RECOGNIZED)
    for _ in range(2):
        assert running.staff.post(f"{running.at}/mini-review/begin").status_code == 303
    mails = list(db.session.scalars(select(Message).where(Message.key.like("mini-review:%"))))
    assert [mail.to_name for mail in mails] == ["Ana Ruiz"]
    assert "ask to change answers" in running.theirs.get(f"{running.at}/follow-up").text
    round_id = reopen(running).id
    form = {"month": "12", "done_on": "2026-10-01", "how": "visit", "notes": "Held.", "save_id": "s-12"}
    waits = running.staff.post(f"{running.at}/check-ins", data=form)
    assert (waits.status_code, "Answers are open for changes: B.2.4." in waits.text) == (422, True)
    answer, by_id = raw_answer(rating="5"), running.administrator.id
    services.record_answer(running.cycle.id, "B.2.4", answer, "1", "changed-1", by_id)
    amending.send(running.cycle.id, round_id, by_id, "http://localhost")
    assert "B.2.4 Criminal record checks" in running.staff.get(f"{running.at}/mini-review").text
    assert running.staff.post(f"{running.at}/check-ins", data=form).status_code == 303
    db.session.expire_all()
    assert (running.cycle.mini_review_on, running.cycle.mini_review_done_on) == (TODAY, TODAY)
    one = db.session.scalars(select(CheckIn.id)).one()
    edited = form | {"done_on": "2026-09-30", "version": "1"}
    assert running.staff.post(f"{running.at}/check-ins/{one}", data=edited).status_code == 303
    db.session.expire_all()
    assert running.cycle.mini_review_done_on == date(2026, 9, 30)
    again = running.staff.post(f"{running.at}/mini-review/begin")
    assert (again.status_code, "was held already" in again.text) == (422, True)
    assert [one.number for one in copies_of(running.cycle)] == [1, 2]


def test_outcomes_are_kept_with_their_history_and_a_second_writer_is_told(running: Running) -> None:
    first, second, _ = (one.key for one in running.plan.priorities)
    where = f"{running.at}/outcomes"
    form = {f"{first}-seen": "0", f"{first}-outcome": "partly_met", f"{first}-note": "Half of it.",
            f"{second}-seen": "0", f"{second}-outcome": "", f"{second}-note": ""}  # fmt: skip
    assert [running.staff.post(where, data=form).status_code for _ in range(2)] == [303, 303]
    [row] = db.session.scalars(select(PriorityOutcome))
    assert (row.title, row.outcome, row.note) == ("Aim 1", Outcome.PARTLY_MET, "Half of it.")
    late = browser(running.app, make_person(Role.REVIEWER, running.cycle.program.partnership)).post(
        where, data=form | {f"{first}-outcome": "met", f"{first}-note": "All of it."}
    )
    assert (late.status_code, "All of it." in late.text, "Half of it." in late.text) == (409, True, True)
    wrong = running.staff.post(where, data=form | {f"{second}-note": "No choice made."})
    assert (wrong.status_code, "Choose how this priority ended" in wrong.text, "No choice made." in wrong.text) == (
        422,
        True,
        True,
    )
    assert (
        running.staff.post(where, data=form | {f"{first}-seen": str(row.id), f"{first}-outcome": "met"}).status_code
        == 303
    )
    aim = overview_of(running.cycle, staff=True).aims[0]
    assert ([one.outcome for one in aim.outcomes], aim.outcome) == ([Outcome.MET, Outcome.PARTLY_MET], Outcome.MET)
    assert "partly met" in running.staff.get(f"{running.at}/mini-review").text
    assert "Met: Half of it." in running.theirs.get(f"{running.at}/follow-up").text
    assert [
        running.theirs.get(f"{running.at}/mini-review").status_code,
        running.theirs.post(where, data=form).status_code,
    ] == [403, 403]


def test_mini_review_under_way_is_not_told_as_coming_and_is_again_once_its_day_is_past(running: Running) -> None:
    pages, coming = (f"/programs/{running.cycle.program_id}", f"{running.at}/follow-up"), 'class="what">Mini-review<'
    assert [coming in running.staff.get(page).text for page in pages] == [True, True]
    running.staff.post(f"{running.at}/mini-review/begin")
    assert [coming in running.staff.get(page).text for page in pages] == [False, False]
    assert "The mini-review began on October 1" in running.staff.get(pages[0]).text
    with unit_of_work() as session:
        session.get_one(Cycle, running.cycle.id).plan_issued_on = date(2025, 9, 30)
    assert [coming in running.staff.get(page).text for page in pages] == [True, True]


def test_button_of_one_part_keeps_what_is_typed_in_the_others(running: Running) -> None:
    key, note = running.plan.priorities[0].key, "not stored yet"
    ended = {f"{key}-seen": "0", f"{key}-outcome": "met", f"{key}-note": "All of it."}
    time = {"months": "2", "reason": "The grant came late.", "save_id": "s-1"}
    for path, form, code in (
        ("extra-time", ended | time | {"months": "99"}, 422),
        ("mini-review/begin", ended | time, 200),
        ("extra-time", ended | time, 200),
    ):
        page = running.staff.post(f"{running.at}/{path}", data=form)
        assert (page.status_code, "All of it.</textarea>" in page.text, note in page.text) == (code, True, True)
        assert f'name="{key}-outcome" value="met" checked' in page.text
        assert 'data-unsaved="yes"' in page.text
    other = {"months": "1", "reason": "A second grant.", "save_id": "s-2"}
    for change, code in (({f"{key}-outcome": "?"}, 422), ({}, 200)):
        page = running.staff.post(f"{running.at}/outcomes", data=ended | change | other)
        assert (page.status_code, "A second grant.</textarea>" in page.text, note in page.text) == (code, True, True)
    assert [one.months for one in db.session.scalars(select(ExtraTime))] == [2]
    assert [one.note for one in db.session.scalars(select(PriorityOutcome))] == ["All of it."]
    assert note not in running.staff.get(f"{running.at}/mini-review").text


@pytest.mark.parametrize(
    ("months", "reason", "sentence"),
    [
        ("13", "We wait for money.", "Enter a whole number of months from 1 to 12."),
        ("-1", "We wait for money.", "Enter a whole number of months from 1 to 12."),
        ("two", "We wait for money.", "Enter a whole number of months from 1 to 12."),
        ("2", "", "Say why the plan gets more time."),
    ],
)
def test_extra_time_that_cannot_be_is_refused_and_kept(
    running: Running, months: str, reason: str, sentence: str
) -> None:
    reply = running.staff.post(f"{running.at}/extra-time", data={"months": months, "reason": reason})
    assert (reply.status_code, sentence in reply.text, reason in reply.text, f'value="{months}"' in reply.text) == (
        422,
        True,
        True,
        True,
    )
    assert db.session.scalars(select(ExtraTime)).all() == []


def test_extra_time_moves_the_end_and_a_new_issue_takes_it_up_once(running: Running) -> None:
    assert overview_of(running.cycle, staff=False).ends_on == date(2027, 6, 30)
    form = {"months": "8", "reason": "The grant came late.", "save_id": "s-1"}
    assert [running.staff.post(f"{running.at}/extra-time", data=form).status_code for _ in range(2)] == [303, 303]
    more = running.staff.post(f"{running.at}/extra-time", data=form | {"months": "5", "save_id": "s-2"})
    assert (more.status_code, "8 months of 12 are granted already." in more.text) == (422, True)
    assert overview_of(running.cycle, staff=False).ends_on == date(2028, 2, 29)  # from the anchor: 30 June + 20 months
    assert "The grant came late." in running.theirs.get(f"{running.at}/follow-up").text
    fields = fields_of(draft_of(running.plan)) | {
        "months": "20",
        "seen": "1",
        "reason": "After one year.",
        "save_id": "s-3",
    }
    assert 'value="20"' in running.staff.get(f"{running.at}/plan/again").text
    assert running.staff.post(f"{running.at}/plan/again", data=fields).status_code == 303
    assert (overview_of(running.cycle, staff=False).ends_on, running.plan.months) == (date(2028, 2, 29), 20)


def test_plan_is_issued_again_and_the_old_one_kept_with_every_line_of_difference(running: Running) -> None:
    where, progress = (
        f"{running.at}/plan/again",
        {f"{running.action().key}-{k}": v for k, v in (("seen", "0"), ("state", "done"))},
    )
    running.theirs.post(f"{running.at}/progress", data=progress)
    fields = fields_of(draft_of(running.plan)) | {"seen": "1", "reason": "After one year.", "save_id": "s-1"}
    same = running.staff.post(where, data=fields)
    assert (same.status_code, "Nothing is different from issue 1" in same.text, "After one year." in same.text) == (
        422,
        True,
        True,
    )
    changed = fields | {"p2-title": "Talk with two references", "p1-a2-text": ""}
    for field in ("owner", "due"):
        changed[f"p1-a2-{field}"] = ""
    few = running.staff.post(where, data={k: v for k, v in changed.items() if not k.startswith("p3-")})
    assert (few.status_code, "A plan has 3 to 5 priorities" in few.text, "Talk with two references" in few.text) == (
        422,
        True,
        True,
    )
    replies = [running.staff.post(where, data=changed) for _ in range(2)]
    assert [reply.location for reply in replies] == [f"{running.at}/plan/issues/2"] * 2
    late = running.staff.post(where, data=changed | {"p2-title": "Something else", "save_id": "s-9"})
    assert (late.status_code, "Something else" in late.text, "Talk with two references" in late.text) == (
        409,
        True,
        True,
    )
    page = running.theirs.get(f"{running.at}/plan/issues/2").text
    assert [text in page for text in ("After one year.", "Aim 2", "Talk with two references", "Step 1.2")] == [True] * 4
    assert "Talk with two references" not in running.theirs.get(f"{running.at}/plan/issues/1").text
    assert [one.number for one in issues_of(running.plan)] == [1, 2]
    assert overview_of(running.cycle, staff=False).aims[0].steps[0].state == "done"  # by its key, whatever the issue
    assert running.cycle.plan_issued_on == ISSUED


def test_resource_of_an_action_keeps_its_title_and_leads_to_the_library(running: Running) -> None:
    partnership = running.cycle.program.partnership
    words = {"title": "Call sheet", "language": "en", "practices": "B.2.5", "address": "https://example.org/calls"}
    running.staff.post(f"/partnerships/{partnership.id}/resources/new", data=words)
    fields = fields_of(draft_of(running.plan)) | {"seen": "1", "reason": "A guide was found."}
    fields |= {"p1-a1-resource": "Call sheet", "p1-a2-resource": "Two hundred dollars"}
    assert running.staff.post(f"{running.at}/plan/again", data=fields).status_code == 303
    keys = [running.action(1, action).resource_key for action in (1, 2)]
    assert keys == [library_of(partnership)[0].key, ""]
    running.staff.post(
        f"/partnerships/{partnership.id}/resources/1", data=words | {"title": "Sheet of calls", "version": "1"}
    )
    running.staff.post(f"/partnerships/{partnership.id}/resources/1/retire")
    page = running.theirs.get(f"{running.at}/follow-up").text
    assert 'With the help of <a href="https://example.org/calls" rel="noreferrer">Call sheet</a>' in page
    assert "With the help of Two hundred dollars" in page
    again = fields_of(draft_of(running.plan)) | {"seen": "2", "reason": "More time.", "months": "13"}
    assert running.staff.post(f"{running.at}/plan/again", data=again).status_code == 303
    assert [running.action(1, action).resource_key for action in (1, 2)] == keys  # also of one that is offered no more


def test_note_on_a_priority_that_the_plan_lost_is_shown_to_copy_and_the_others_are_stored(running: Running) -> None:
    gone, stays, _ = (one.key for one in running.plan.priorities)
    form = {f"{gone}-seen": "0", f"{gone}-outcome": "met", f"{gone}-note": "All of it.",
            f"{stays}-seen": "0", f"{stays}-outcome": "met", f"{stays}-note": "This as well."}  # fmt: skip
    with unit_of_work() as session:
        session.delete(running.plan.priorities[0])
        session.flush()
        session.expire_all()
        keep_issue(running.cycle, running.plan, clock.now(), running.reviewer.id, "One less.")
    reply = running.staff.post(f"{running.at}/outcomes", data=form)
    told = ("All of it.</textarea>", "<strong>Aim 1</strong>", "This priority is no longer in the plan")
    assert (reply.status_code, [one for one in told if one not in reply.text]) == (409, [])
    assert [one.note for one in db.session.scalars(select(PriorityOutcome))] == ["This as well."]


def test_closed_cycle_tells_how_priorities_ended_and_offers_no_field_but_for_what_was_typed(running: Running) -> None:
    first = overview_of(running.cycle, True).aims[0].priority.key
    typed = {f"{first}-outcome": "met", f"{first}-note": "All trained.", f"{first}-seen": "0"}
    open_page = running.staff.get(f"{running.at}/mini-review").text
    assert running.staff.post(f"{running.at}/outcomes", data=typed).status_code == 303
    running.move(CycleState.SIGNED, CycleState.RECOGNIZED, CycleState.CLOSED)
    closed = running.staff.get(f"{running.at}/mini-review").text
    assert [page.count('type="radio"') for page in (open_page, closed)] == [12, 0]
    assert [page.count("<textarea") for page in (open_page, closed)] == [4, 0]
    assert (closed.count("Met: All trained."), closed.count("Nobody said how it ended.")) == (2, 2)
    late = running.staff.post(f"{running.at}/outcomes", data=typed | {f"{first}-note": "Typed too late."})
    assert (late.status_code, "Typed too late.</textarea>" in late.text) == (422, True)
