"""The program says how far its plan is: what is kept, what is refused, who sees it, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.followup.models import ActionProgress, ProgressState
from portal.followup.overviewing import overview_of
from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.plans.services import keep_issue
from tests.factories import browser, make_person
from tests.followup.conftest import Running


def typed(running: Running, seen: int = 0, **parts: str) -> dict[str, str]:
    key = running.action().key
    return {f"{key}-seen": str(seen), **{f"{key}-{name}": text for name, text in parts.items()}}


def issue_without_step(running: Running, key: str) -> None:
    """Let the plan go on without one action, as if it was issued again."""
    with unit_of_work() as session:
        plan = running.plan
        session.delete(next(one for each in plan.priorities for one in each.actions if one.key == key))
        session.flush()
        session.expire_all()
        keep_issue(running.cycle, running.plan, clock.now(), running.reviewer.id, "One step less.")


def rows() -> list[ActionProgress]:
    db.session.rollback()
    return list(db.session.scalars(select(ActionProgress).order_by(ActionProgress.id)))


def test_progress_is_kept_with_its_history_and_staff_see_it_at_the_check_in(running: Running) -> None:
    where = f"{running.at}/progress"
    first = typed(running, state="under_way", note="Two of five are asked.")
    assert [running.theirs.post(where, data=first).status_code for _ in range(2)] == [303, 303]
    [one] = rows()
    done = typed(running, one.id, state="done", note="All are asked.", on="2026-09-28")
    assert running.theirs.post(where, data=done).status_code == 303
    assert running.action().done_on == date(2026, 9, 28)
    step = overview_of(running.cycle, staff=True).aims[0].steps[0]
    assert (step.state, step.note, step.by, [each.note for each in step.history]) == (
        ProgressState.DONE, "All are asked.", "Ana Ruiz", ["Two of five are asked."],
    )  # fmt: skip
    page = running.staff.get(f"{running.at}/check-ins/new").text
    assert [text in page for text in ("All are asked.", "Two of five are asked.", "Aim 1")] == [True, True, True]
    assert "1 of 6 actions done" in running.theirs.get(f"{running.at}/follow-up").text


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"state": "dropped", "note": ""}, "Say in a few words why this action was dropped."),
        ({"state": "soon", "note": "My text."}, "Choose how far this action is."),
        ({"state": "done", "note": "My text.", "on": "yesterday"}, "Enter the day like 2026-10-01"),
        ({"state": "done", "note": "My text.", "on": "2026-10-02"}, "and not in the future."),
        ({"state": "done", "note": "x" * 2001}, "The note can hold 2,000 characters; this has 2,001."),
    ],
)
def test_progress_that_cannot_be_is_refused_and_everything_typed_kept(
    running: Running, parts: dict[str, str], sentence: str
) -> None:
    other = running.action(2).key
    form = typed(running, **parts) | {f"{other}-seen": "0", f"{other}-state": "under_way", f"{other}-note": "Begun."}
    reply = running.theirs.post(f"{running.at}/progress", data=form)
    assert (reply.status_code, rows()) == (422, [])
    assert [sentence in reply.text, parts["note"] in reply.text, "Begun." in reply.text] == [True, True, True]


def test_two_people_at_once_both_texts_are_kept_and_the_second_is_told(running: Running) -> None:
    where = f"{running.at}/progress"
    running.theirs.post(where, data=typed(running, state="under_way", note="From Ana."))
    other = browser(running.app, make_person(Role.CONTRIBUTOR, running.cycle.program))
    late = other.post(where, data=typed(running, state="done", note="From Ben."))
    assert (late.status_code, "From Ana." in late.text, "From Ben." in late.text) == (409, True, True)
    first, second = rows()
    assert [(one.note, one.refused) for one in (first, second)] == [("From Ana.", False), ("From Ben.", True)]
    again = typed(running, first.id, state="done", note="From both.")
    assert other.post(where, data=again).status_code == 303
    step = overview_of(running.cycle, staff=False).aims[0].steps[0]
    assert (step.note, [one.note for one in step.history]) == ("From both.", ["From Ben.", "From Ana."])
    assert "came too late, kept" in other.get(f"{running.at}/follow-up").text


def test_reader_cannot_say_and_staff_can(running: Running) -> None:
    def code(person: Person) -> int:
        return (
            browser(running.app, person)
            .post(f"{running.at}/progress", data=typed(running, state="under_way"))
            .status_code
        )

    assert code(make_person(Role.READER, running.cycle.program)) == 403
    assert code(running.reviewer) == 303
    assert [one.from_staff for one in rows()] == [True]


@pytest.mark.parametrize("path", ["progress", "check-ins/new", "mini-review", "plan/again"])
def test_page_that_stores_by_a_button_watches_over_what_is_typed(running: Running, path: str) -> None:
    page = running.staff.get(f"{running.at}/{path}").text
    assert ["leave.js" in page, ' data-unsaved=""' in page] == [True, True]


def test_overview_asks_the_database_the_same_for_a_long_log(
    running: Running, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    where, form = f"{running.at}/follow-up", {"done_on": "2026-09-01", "how": "phone", "notes": "Hello."}

    def write(number: int) -> None:
        running.staff.post(f"{running.at}/check-ins", data=form | {"month": "0", "save_id": f"s-{number}"})
        seen = rows()[-1].id if rows() else 0
        running.staff.post(f"{running.at}/progress", data=typed(running, seen, state="under_way", note=str(number)))
        running.staff.get(where)

    write(1)
    few = count_queries(lambda: running.staff.get(where))
    for number in range(2, 8):
        write(number)
    assert len(rows()) == 7
    assert count_queries(lambda: running.staff.get(where)) == few <= 16


def test_note_on_a_step_that_the_plan_lost_is_shown_to_copy_and_the_others_are_stored(running: Running) -> None:
    where, gone, stays = f"{running.at}/progress", running.action().key, running.action(2).key
    issue_without_step(running, gone)
    form = {f"{gone}-seen": "0", f"{gone}-state": "under_way", f"{gone}-note": "Two of <five> asked.",
            f"{stays}-seen": "0", f"{stays}-state": "soon", f"{stays}-note": "Begun."}  # fmt: skip
    wrong = running.theirs.post(where, data=form)
    again = f'name="{gone}-note" value="Two of &lt;five&gt; asked."'
    assert (wrong.status_code, again in wrong.text, rows()) == (422, True, [])
    reply = running.theirs.post(where, data=form | {f"{stays}-state": "under_way"})
    told = (
        "Two of &lt;five&gt; asked.</textarea>",
        "<strong>Step 1.1</strong>",
        "You chose: under way.",
        "Everything else is stored.",
    )
    assert (reply.status_code, [one for one in told if one not in reply.text], again in reply.text) == (409, [], False)
    assert [(one.action_key, one.note) for one in rows()] == [(stays, "Begun.")]


def test_step_that_the_plan_lost_is_no_conflict_when_nothing_new_was_typed(running: Running) -> None:
    gone = running.action().key
    running.theirs.post(f"{running.at}/progress", data=typed(running, state="under_way", note="Stored."))
    form = typed(running, rows()[0].id, state="under_way", note="Stored.")
    issue_without_step(running, gone)
    assert running.theirs.post(f"{running.at}/progress", data=form).status_code == 303
