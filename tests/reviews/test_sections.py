"""One section of a review: what stands beside, marks, totals, N/A, accepting the rest, and what the program is sent."""

from __future__ import annotations

from datetime import date

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal.accounts.models import Person
from portal.assessments.services import submit
from portal.cycles.models import Cycle, CycleState
from portal.foundation import clock
from portal.foundation.database import db, unit_of_work
from portal.plans.models import Outcome, Plan, Priority
from portal.programs.models import Program
from portal.reviews import questions, services
from portal.reviews.models import Mark, Question, ReviewItemVersion
from portal.reviews.queries import items_of, review_of, reviewed_assessment_of
from portal.reviews.questions import open_questions
from portal.reviews.sending import accept_rest, send
from portal.reviews.standing import standings, totals_of
from tests.factories import (
    answer_all,
    browser,
    make_cycle,
)  # fmt: skip

from .cast import GAP, NA

CODE = "B.2.3"
HERE = "http://localhost"
SECRET = "only for us: the director is leaving"


def raw(rating: str = "", **more: str) -> dict[str, str]:
    return {"rating": rating, "finding": "", "finding_text": "", "private_note": "", "na_accepted": "", **more}


def save(cycle: Cycle, by: Person, code: str, version: int = 0, **parts: str) -> None:
    services.record_review_item(
        cycle.id, code, raw(**parts), str(version), f"save-{code.replace('.', '-')}-{version}", by.id
    )


def section_form(code: str, version: int, save_id: str = "section-1", **parts: str) -> dict[str, str]:
    """Return one practice of a section sent as a form."""
    return {f"{code}-version": str(version), "save_id": save_id} | {f"{code}-{k}": v for k, v in raw(**parts).items()}


def marks(cycle: Cycle) -> dict[str, Mark]:
    return {code: item.mark for code, item in items_of(review_of(cycle)).items()}


def test_practice_is_unseen_until_something_is_noted_or_marked(cycle: Cycle, reviewer: Person) -> None:
    save(cycle, reviewer, CODE, private_note="Read it.")
    save(cycle, reviewer, GAP, mark="flagged")
    save(cycle, reviewer, "B.2.1", mark="reviewed")
    save(cycle, reviewer, "B.2.1", version=1)
    expected = {CODE: Mark.REVIEWED, GAP: Mark.FLAGGED, "B.2.1": Mark.UNSEEN}
    assert marks(cycle) == expected
    assert "mark" not in items_of(review_of(cycle))[CODE].content


def test_totals_count_each_kind_and_compare_where_both_rated(cycle: Cycle, reviewer: Person) -> None:
    from portal.assessments.queries import answers_of
    from portal.cycles.queries import rulebook_of

    save(cycle, reviewer, CODE, rating="3", finding="strength", question="Who?")
    save(cycle, reviewer, "B.2.1", rating="2", finding="improve", mark="flagged")
    save(cycle, reviewer, NA, na_accepted="no")
    practices = rulebook_of(cycle).catalogue.section("s-2").practices
    rows = standings(practices, answers_of(cycle), items_of(review_of(cycle)))
    found = totals_of(rows, [CODE, "B.5.1"])
    assert (found.total, found.reviewed, found.rated, found.strengths, found.improvements) == (20, 3, 2, 1, 1)
    assert (found.marks[Mark.FLAGGED], found.open_questions, found.drafts) == (1, 1, 1)
    assert (found.says_na, found.decided) == (1, 0)
    assert (found.program_average, found.own_average, found.gap) == (4.0, 2.5, -1.5)


def test_a_save_brings_the_mark_and_the_totals_up_to_date(cycle: Cycle, staff: FlaskClient) -> None:
    reply = staff.post(
        f"/cycles/{cycle.id}/review/items/{CODE}", headers={"HX-Request": "true"},
        data=section_form(CODE, 0, mark="flagged", rating="3"),
    )  # fmt: skip
    assert reply.status_code == 200
    assert f'<span class="tag warn" id="mark-{CODE}">flagged</span>' in reply.text
    assert '<p id="totals">1 of 20 practices reviewed, 1 flagged, 1 rated' in reply.text
    assert reply.text.count('id="rest-words"') == 1


def test_accepting_the_rest_leaves_what_somebody_has_to_look_at(
    cycle: Cycle, reviewer: Person, staff: FlaskClient
) -> None:
    save(cycle, reviewer, CODE, mark="flagged")
    where = f"/cycles/{cycle.id}/review/sections/s-2"
    page = staff.get(where).text
    assert f"It leaves {GAP}, {NA}: a safety gap" in page
    reply = staff.post(where, data={"then": "accept"})
    assert (reply.status_code, reply.location) == (303, f"{where}#rest")
    found = marks(cycle)
    assert (len(found), found[CODE], found["B.2.1"], GAP in found, NA in found) == (
        18,
        Mark.FLAGGED,
        Mark.ACCEPTED,
        False,
        False,
    )
    count = select(func.count(ReviewItemVersion.id))
    before = db.session.scalar(count)
    assert accept_rest(cycle.id, "s-2", reviewer.id).accepts == ()
    assert db.session.scalar(count) == before


def test_question_stays_a_draft_until_it_is_sent_and_a_double_press_sends_it_once(
    cycle: Cycle, owner: Person, staff: FlaskClient, app: Flask
) -> None:
    where = f"/cycles/{cycle.id}/review/sections/s-2"
    form = section_form(CODE, 0, question="How long is the talk?", private_note=SECRET)
    assert staff.post(where, data=form).status_code == 303
    theirs = browser(app, owner)
    assert "How long is the talk?" not in theirs.get(f"/cycles/{cycle.id}/questions").text
    assert "1 question not sent yet." in staff.get(f"/cycles/{cycle.id}/review").text
    form = section_form(CODE, 1, "section-2", question="How long is your talk?", private_note=SECRET) | {"send": CODE}
    replies = [staff.post(where, data=form) for _ in range(2)]
    assert [(one.status_code, one.location) for one in replies] == [(303, f"{where}#{CODE}")] * 2
    assert [(one.practice_code, one.text) for one in open_questions(cycle)] == [(CODE, "How long is your talk?")]
    item = items_of(review_of(cycle))[CODE]
    assert (item.content["private_note"], "question" in item.content, item.mark) == (SECRET, False, Mark.REVIEWED)
    page = theirs.get(f"/cycles/{cycle.id}/questions").text
    assert ("How long is your talk?" in page, SECRET in page) == (True, False)


def test_not_applicable_is_refused_with_a_reason_that_the_program_reads(
    cycle: Cycle, reviewer: Person, owner: Person, staff: FlaskClient, app: Flask
) -> None:
    where = f"/cycles/{cycle.id}/review/sections/s-2"
    without = staff.post(where, data=section_form(NA, 0, na_accepted="no", private_note=SECRET))
    assert without.status_code == 422
    assert f'<a href="#{NA}-na_reason">{NA}: Say why you do not accept' in without.text
    assert (open_questions(cycle), items_of(review_of(cycle))[NA].content["private_note"]) == ((), SECRET)
    said = section_form(NA, 1, "section-2", na_accepted="no", na_reason="Mentors may be visited.", private_note=SECRET)
    assert staff.post(where, data=said).status_code == 303
    assert staff.post(where, data=said).status_code == 303  # a double press
    assert [(one.practice_code, one.text, one.about_na) for one in open_questions(cycle)] == [
        (NA, "Mentors may be visited.", True)
    ]
    assert reviewed_assessment_of(cycle).cycle.na_accepted == ()
    page = browser(app, owner).get(f"/cycles/{cycle.id}/questions").text
    assert ["Mentors may be visited." in page, SECRET in page] == [True, False]

    save(cycle, reviewer, NA, version=2, na_accepted="yes")
    assert (open_questions(cycle), reviewed_assessment_of(cycle).cycle.na_accepted) == ((), (NA,))
    save(cycle, reviewer, NA, version=3, na_accepted="no", na_reason="They are visited after all.")
    assert send(cycle.id, (), (NA,), reviewer.id, HERE).refused == (NA,)
    told = db.session.scalars(select(Question)).one()
    assert questions.close(told.id, reviewer.id)
    assert send(cycle.id, (), (NA,), reviewer.id, HERE).refused == ()  # closed by hand: it is told, and stays closed
    assert open_questions(cycle) == ()
    assert [(one.kind.value, one.text) for one in told.entries] == [
        ("closed", questions.ACCEPTED),
        ("said", "They are visited after all."),
        ("closed", ""),
    ]


def test_section_shows_the_cycle_before_its_goal_the_rules_and_the_thread(
    cycle: Cycle, program: Program, owner: Person, reviewer: Person, staff: FlaskClient
) -> None:
    with unit_of_work():
        cycle.state, cycle.closed_on = CycleState.CLOSED, date(2026, 9, 1)
        plan = Plan(cycle_id=cycle.id, saved_at=clock.now(), issued_at=clock.now())
        plan.priorities = [
            Priority(position=1, title="Check every mentor", practice_codes=[GAP], outcome=Outcome.PARTLY_MET)
        ]
        db.session.add(plan)
    second = make_cycle(program, number=2)
    answer_all(second, owner, not_in_practice=(GAP,))
    submit(second.id, owner.id, HERE)
    with unit_of_work():
        asked = questions.ask(second, GAP, "Since when?", "question-1", reviewer.id, HERE)
        asked_id = asked.id
    queries: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: queries.append(said[2]))
    page = staff.get(f"/cycles/{second.id}/review/sections/s-2")
    assert len([one for one in queries if one.startswith("SELECT")]) <= 26
    text = page.text
    assert "In 2026: <b>in practice</b>, rating 4" in text
    assert text.count("Goal of the last plan: Check every mentor (partly met)") == 1
    assert text.count('<span class="tag bad">safety gap</span>') == 1
    assert "Since when?" in text
    assert len(brotli.compress(page.data, quality=4)) < 8_000
    closed = staff.post(f"/cycles/{second.id}/review/sections/s-2", data={"close": str(asked_id)})
    assert (closed.status_code, open_questions(second)) == (303, ())


def test_every_text_of_an_item_is_in_its_history_the_refused_ones_too(
    cycle: Cycle, reviewer: Person, owner: Person, staff: FlaskClient, app: Flask
) -> None:
    save(cycle, reviewer, CODE, finding_text="theirs")
    with pytest.raises(services.ItemChanged):
        services.record_review_item(cycle.id, CODE, raw(finding_text="mine"), "0", "item-save-2", reviewer.id)
    where = f"/cycles/{cycle.id}/review/items/{CODE}/history"
    refused = db.session.scalars(select(ReviewItemVersion).where(ReviewItemVersion.refused)).one().id
    again = {"id": str(refused), "version": "1", "save_id": "restore-1"}
    assert [staff.post(where, data=again).status_code for _ in range(2)] == [303, 303]  # a double press
    assert items_of(review_of(cycle))[CODE].content["finding_text"] == "mine"
    stale = staff.post(where, data=again | {"id": str(refused - 1), "save_id": "restore-2"})
    assert (stale.status_code, "look at the newest version first" in stale.text) == (409, True)
    assert staff.post(where, data=again | {"id": "999999"}).status_code == 422
    with unit_of_work():
        cycle.state = CycleState.PLAN_ISSUED
    with pytest.raises(services.ReviewClosed):
        services.record_review_item(cycle.id, CODE, raw(finding_text="too late"), "2", "item-save-3", reviewer.id)
    page = staff.get(where).text
    texts = ("theirs", "mine", "too late", "kept, not used", "Use this")
    assert [page.count(text) for text in texts] == [1, 2, 1, 2, 0]
    assert browser(app, owner).get(where).status_code == 403
    assert staff.get(f"/cycles/{cycle.id}/review/items/B.9.9/history").status_code == 404


def test_asking_after_the_plan_was_issued_is_refused_in_a_sentence(
    cycle: Cycle, reviewer: Person, staff: FlaskClient
) -> None:
    save(cycle, reviewer, CODE, question="Too late?")
    with unit_of_work():
        cycle.state = CycleState.PLAN_ISSUED
    for data in ({"send": CODE}, {"then": "accept"}):
        reply = staff.post(f"/cycles/{cycle.id}/review/sections/s-2", data=data)
        assert (reply.status_code, "The plan was issued" in reply.text) == (422, True)
    assert open_questions(cycle) == ()
