"""Asking for help: one talk a question, both sides told by mail without its text, at any time of the life."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.mail import deliver_due
from portal.foundation.outbox import Message
from portal.letters import daily
from portal.programs.models import Program
from portal.requests.models import Advice, AdviceMessage, AdviceState
from tests.conftest import StandingClock
from tests.factories import browser, make_person

QUESTION = {"save_id": "one", "topic": "Finding <men>", "practices": "b.1.1, E.3.4", "text": "A boy\r\nwaits & waits."}


def talk() -> Advice:
    db.session.rollback()
    return db.session.scalars(select(Advice)).one()


def mails() -> list[tuple[str, str]]:
    found = db.session.execute(select(Message.to_name, Message.subject, Message.text).order_by(Message.id)).all()
    assert [text for _, _, text in found if "waits" in text] == []
    return [(name, subject) for name, subject, _ in found]


def test_question_and_answer_reach_the_other_side_once(program: Program, owner, reviewer) -> None:
    where = f"/programs/{program.id}/advice"
    assert f'href="{where}"' in owner.get(f"/programs/{program.id}").text
    assert [owner.post(where, data=QUESTION).status_code for _ in range(2)] == [303, 303]
    assert (talk().state, talk().practices, len(talk().messages)) == (AdviceState.OPEN, ["B.1.1", "E.3.4"], 1)
    at = f"/advice/{talk().id}"
    page = reviewer.get(at).text
    assert ["Finding &lt;men&gt;" in page, "A boy<br>waits &amp; waits." in page, "waits for you" in page] == [True] * 3
    answer = {"text": "Ask the <fire> station.", "save_id": "two"}
    assert [reviewer.post(f"{at}/reply", data=answer).status_code for _ in range(2)] == [303, 303]
    assert (talk().state, len(talk().messages), talk().messages[1].from_staff) == (AdviceState.ANSWERED, 2, True)
    assert mails() == [
        ("Rosa Rey", "Harbor Light asks for help"),
        ("Tom Ade", "An answer to your question: Harbor Light"),
    ]
    assert "Ask the &lt;fire&gt; station." in owner.get(at).text
    assert "1 answer" in owner.get(f"/programs/{program.id}").text


def test_closed_question_opens_again_with_a_message(program: Program, owner, reviewer) -> None:
    owner.post(f"/programs/{program.id}/advice", data=QUESTION)
    at = f"/advice/{talk().id}"
    assert [reviewer.post(f"{at}/close").status_code for _ in range(2)] == [303, 303]
    assert (talk().state, talk().closed_by.name) == (AdviceState.CLOSED, "Rosa Rey")
    owner.post(f"{at}/reply", data={"text": "One thing more.", "save_id": "two"})
    assert (talk().state, talk().closed_at) == (AdviceState.OPEN, None)


def test_closing_sends_what_is_typed_first_and_keeps_what_cannot_be_sent(program: Program, owner, reviewer) -> None:
    owner.post(f"/programs/{program.id}/advice", data=QUESTION)
    at = f"/advice/{talk().id}"
    assert "Send and close" in reviewer.get(at).text
    long = "x" * 5001
    refused = reviewer.post(f"{at}/close", data={"text": long, "save_id": "two"})
    assert (refused.status_code, long in refused.text, talk().state) == (422, True, AdviceState.OPEN)
    answer = {"text": "Ask the fire station.", "save_id": "two"}
    assert [reviewer.post(f"{at}/close", data=answer).status_code for _ in range(2)] == [303, 303]
    assert [one.text for one in talk().messages][1:] == ["Ask the fire station."]
    assert (talk().state, talk().closed_by.name) == (AdviceState.CLOSED, "Rosa Rey")
    page = owner.get(at).text
    assert ["Ask the fire station." in page, "Send and close" in page] == [True, False]


def test_same_page_sent_again_with_another_text_is_another_message(program: Program, owner) -> None:
    owner.post(f"/programs/{program.id}/advice", data=QUESTION)
    owner.post(f"/programs/{program.id}/advice", data=QUESTION | {"topic": "Another"})
    first = db.session.scalars(select(Advice.id).order_by(Advice.id)).first()
    for text in ("First.", "Second."):
        owner.post(f"/advice/{first}/reply", data={"text": text, "save_id": "back"})
    assert db.session.scalars(select(Advice.topic).order_by(Advice.id)).all() == ["Finding <men>", "Another"]
    mine = select(AdviceMessage.text).where(AdviceMessage.advice_id == first).order_by(AdviceMessage.id)
    assert db.session.scalars(mine).all()[1:] == ["First.", "Second."]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"topic": " "}, "topic"), ({"text": ""}, "text"), ({"text": "x" * 5001}, "text"), ({"practices": "B.99.9"}, "practices")],
)  # fmt: skip
def test_question_that_cannot_be_stored_comes_back_as_typed(program: Program, owner, wrong, field) -> None:
    reply = owner.post(f"/programs/{program.id}/advice", data=QUESTION | wrong)
    assert (reply.status_code, f'href="#{field}"' in reply.text) == (422, True)
    assert [('value="Finding &lt;men&gt;"' in reply.text), ("waits &amp; waits" in reply.text)] == [
        field != "topic", field != "text",
    ]  # fmt: skip
    assert db.session.scalars(select(Advice)).all() == []


def test_empty_message_is_refused_in_a_sentence(program: Program, owner) -> None:
    owner.post(f"/programs/{program.id}/advice", data=QUESTION)
    reply = owner.post(f"/advice/{talk().id}/reply", data={"text": " ", "save_id": "two"})
    assert (reply.status_code, "Type your message." in reply.text, len(talk().messages)) == (422, True, 1)


def test_contributor_asks_too_and_a_reader_only_reads(app: Flask, program: Program) -> None:
    where = f"/programs/{program.id}/advice"
    contributor, reader = (browser(app, make_person(role, program)) for role in (Role.CONTRIBUTOR, Role.READER))
    assert contributor.post(where, data=QUESTION).status_code == 303
    at = f"/advice/{talk().id}"
    assert [reader.get(at).status_code, reader.post(where, data=QUESTION).status_code] == [200, 403]
    assert [reader.post(f"{at}/reply", data={"text": "x"}).status_code, "<textarea" in reader.get(at).text] == [
        403,
        False,
    ]


def test_list_of_questions_takes_as_many_queries_for_three_as_for_one(program: Program, owner, count_queries) -> None:
    where, counts = f"/programs/{program.id}/advice", []
    for number in range(3):
        owner.post(where, data=QUESTION | {"save_id": f"save-{number}", "topic": f"Topic {number}"})
        counts.append(count_queries(lambda: owner.get(where)))
    assert counts[0] == counts[2]


def test_many_messages_of_a_day_are_one_mail_and_one_more_the_next_day(
    program: Program, owner, reviewer, clock: StandingClock
) -> None:
    assert owner.post(f"/programs/{program.id}/advice", data=QUESTION).status_code == 303
    reply = f"/advice/{talk().id}/reply"
    for number in range(3):
        assert owner.post(reply, data={"text": f"More {number}.", "save_id": f"more-{number}"}).status_code == 303
    db.session.rollback()
    assert mails() == [("Rosa Rey", "Harbor Light asks for help")]
    clock.go(hours=17)  # after seven the next morning
    assert (daily.gather(), deliver_due()) == (1, 1)
    for number in range(3, 6):
        assert owner.post(reply, data={"text": f"More {number}.", "save_id": f"more-{number}"}).status_code == 303
    db.session.rollback()
    assert (len(mails()), daily.gather(), deliver_due()) == (3, 0, 0)  # two letters and the mail that carried the first
    clock.go(days=1)
    assert (daily.gather(), deliver_due()) == (1, 1)
    assert len(talk().messages) == 7
