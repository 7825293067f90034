"""Questions to the program: asked, told by mail, answered, closed; who may, and what never leaves the partnership."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change
from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Refused
from portal.foundation.outbox import Message
from portal.programs.models import Program
from portal.reviews import questions
from portal.reviews.models import Question
from portal.reviews.questions import OpenQuestion, open_questions
from tests.factories import browser, make_partnership, make_person

CODE = "B.2.3"
HERE = "http://localhost"


def ask(cycle: Cycle, by: Person, text: str, code: str = CODE, save_id: str = "question-1") -> Question:
    with unit_of_work():
        return questions.ask(load_for_change(cycle.id), code, text, save_id, by.id, HERE)


def mails(start: str) -> list[tuple[str, str]]:
    """Return recipient and text of the mails about questions."""
    found = db.session.scalars(select(Message).where(Message.key.like(f"{start}:%")).order_by(Message.id))
    return [(row.to_name, row.text) for row in found]


def test_open_questions_are_frozen_rows_in_the_catalogues_order(cycle: Cycle, reviewer: Person) -> None:
    later = ask(cycle, reviewer, "Who keeps the files?", "B.5.1", "question-2")
    first = ask(cycle, reviewer, "How long is the talk?")
    closed = ask(cycle, reviewer, "Settled.", save_id="question-3")
    questions.close(closed.id, reviewer.id)
    now = clock.now()
    assert open_questions(cycle) == (
        OpenQuestion(first.id, CODE, "How long is the talk?", now, "Rosa Reyes", None),
        OpenQuestion(later.id, "B.5.1", "Who keeps the files?", now, "Rosa Reyes", None),
    )


def test_same_save_asks_once_and_an_empty_question_is_refused(cycle: Cycle, reviewer: Person) -> None:
    first = ask(cycle, reviewer, "How long is the talk?")
    assert ask(cycle, reviewer, "How long is the talk?").id == first.id
    with pytest.raises(Refused) as refusal:
        ask(cycle, reviewer, "  ", save_id="question-2")
    assert refusal.value.sentence == "Write your question first."
    assert [one.id for one in open_questions(cycle)] == [first.id]


def test_answer_and_close_keep_who_said_what_and_an_answer_opens_again(
    cycle: Cycle, reviewer: Person, owner: Person
) -> None:
    asked = ask(cycle, reviewer, "How long is the talk?")
    for _ in range(2):  # a double press
        questions.answer(asked.id, "Half an hour.", "answer-1", owner.id, False, HERE)
    assert open_questions(cycle)[0].answered_at == clock.now()
    assert (questions.close(asked.id, reviewer.id), questions.close(asked.id, reviewer.id)) == (True, False)
    assert open_questions(cycle) == ()
    questions.answer(asked.id, "Now it is an hour.", "answer-2", owner.id, False, HERE)
    assert [one.id for one in open_questions(cycle)] == [asked.id]
    said = [(one.kind.value, one.text, one.by and one.by.name, one.from_staff) for one in asked.entries]
    assert said == [
        ("said", "Half an hour.", "Ana Ruiz", False), ("closed", "", "Rosa Reyes", True),
        ("said", "Now it is an hour.", "Ana Ruiz", False),
    ]  # fmt: skip


def test_program_gets_one_mail_an_hour_that_says_nothing_of_the_question(
    cycle: Cycle, program: Program, reviewer: Person
) -> None:
    make_person(Role.READER, program)
    first_id = ask(cycle, reviewer, "How long is the talk?").id
    ask(cycle, reviewer, "Who keeps the files?", "B.5.1", "question-2")
    assert [name for name, _ in mails("review-asked")] == ["Ana Ruiz"]
    assert "talk" not in mails("review-asked")[0][1]
    assert f"/cycles/{cycle.id}/questions" in mails("review-asked")[0][1]
    with unit_of_work():
        message = db.session.scalars(select(Message).where(Message.key.like("review-asked:%"))).one()
        message.sent_at, message.next_try_at = clock.now(), None
        sent = message.sent_at
    questions.answer(first_id, "And why?", "further-1", reviewer.id, True, HERE)  # further in the same thread
    ask(cycle, reviewer, "And why?", save_id="question-3")
    waiting = db.session.scalars(select(Message).where(Message.key.like("review-asked:%"))).all()
    assert [one.next_try_at for one in waiting] == [None, sent + timedelta(hours=1)]


def test_reviewer_is_told_of_an_answer_once_until_the_mail_has_left(
    cycle: Cycle, reviewer: Person, owner: Person
) -> None:
    asked = ask(cycle, reviewer, "How long is the talk?")
    for number in (1, 2):
        questions.answer(asked.id, f"Answer {number}.", f"answer-{number}", owner.id, False, HERE)
    assert [name for name, _ in mails("review-answered")] == ["Rosa Reyes"]
    assert "Answer" not in mails("review-answered")[0][1].replace("Answers", "")


def test_page_of_questions_lets_contributors_answer_readers_read_and_staff_close(
    cycle: Cycle, program: Program, reviewer: Person, app: Flask
) -> None:
    asked, other = (
        ask(cycle, reviewer, "How long is the talk?"),
        ask(cycle, reviewer, "And why?", "B.5.1", "question-2"),
    )
    box, other_box = f"r{asked.id}-text", f"r{other.id}-text"
    page, answer = f"/cycles/{cycle.id}/questions", f"/questions/{asked.id}/answer"
    helper, reader = (browser(app, make_person(role, program)) for role in (Role.CONTRIBUTOR, Role.READER))
    staff, stranger = browser(app, reviewer), browser(app, make_person(Role.REVIEWER, make_partnership("elsewhere")))
    assert [one.get(page).status_code for one in (helper, reader, staff, stranger)] == [200, 200, 200, 404]
    for part in ("<textarea", "data-save"):
        assert [part in one.get(page).text for one in (helper, reader, staff)] == [True, False, True]
    data = {box: "Half an hour.", "save_id": "answer-1"}
    assert [one.post(answer, data=data).status_code for one in (reader, stranger)] == [403, 404]
    assert helper.post(f"/questions/{asked.id}/close").status_code == 403
    empty = helper.post(answer, data={box: " ", "save_id": "answer-1"})
    assert (empty.status_code, "Write your answer first." in empty.text) == (422, True)
    long = helper.post(answer, data={box: "x" * 10_001, "save_id": "answer-1"})
    assert (long.status_code, "x" * 10_001 in long.text) == (422, True)
    assert helper.post(answer, data=data).location == f"{page}#q{asked.id}"
    assert "Half an hour." in staff.get(page).text
    both = helper.post(answer, data={box: "And more.", other_box: "Half typed.", "save_id": "answer-2"})
    assert (both.status_code, "Half typed." in both.text, "not sent yet" in both.text) == (200, True, True)
    assert "Half typed." not in staff.get(page).text
    assert staff.post(f"/questions/{other.id}/close").status_code == 303
    program_page = f"/programs/{program.id}"
    assert "1 question of the review is open, 1 of them answered." in staff.get(program_page).text
    assert "1 answer is with your reviewer." in reader.get(program_page).text
    assert staff.post(f"/questions/{asked.id}/close").status_code == 303
    assert open_questions(cycle) == ()
    assert "Every question of the review is closed." in helper.get(program_page).text
    with unit_of_work():
        load_for_change(cycle.id).state = CycleState.CLOSED
    assert helper.post(answer, data=data | {"save_id": "answer-3"}).status_code == 409
