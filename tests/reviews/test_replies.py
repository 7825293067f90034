"""What is typed under a question is stored before it is sent, for its writer alone, and sent once."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.programs.models import Program
from portal.reviews.models import Question, QuestionEntry, ReplyDraft, ReplyDraftVersion
from tests.factories import browser, make_person

from .test_questions import ask


@pytest.fixture
def asked(cycle: Cycle, reviewer: Person) -> Question:
    return ask(cycle, reviewer, "How long is the talk?")


@pytest.fixture
def helper(app: Flask, program: Program) -> FlaskClient:
    return browser(app, make_person(Role.CONTRIBUTOR, program))


def save(
    who: FlaskClient, asked: Question, text: str, version: int = 0, save_id: str = "reply-id-1"
) -> tuple[int, str]:
    name = f"r{asked.id}"
    reply = who.post(
        f"/questions/{asked.id}/reply", data={f"{name}-text": text, "version": version, "save_id": save_id}
    )
    return reply.status_code, reply.headers.get("Answer-Version", "")


def said() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(QuestionEntry.text).order_by(QuestionEntry.id)))


def test_reply_is_stored_as_it_is_typed_and_shown_to_its_writer_alone(
    cycle: Cycle, asked: Question, helper: FlaskClient, owner: Person, reviewer: Person, app: Flask
) -> None:
    assert [save(helper, asked, text, at, f"reply-id-{at}") for at, text in enumerate(("Half an", "Half an hour."))] == [
        (200, "1"), (200, "2"),
    ]  # fmt: skip
    assert save(helper, asked, "Half an hour.", 1, "reply-id-1") == (200, "2")  # the same save once more
    page = f"/cycles/{cycle.id}/questions"
    mine, others = helper.get(page).text, [browser(app, one).get(page).text for one in (owner, reviewer)]
    assert ("Half an hour." in mine, "not sent yet" in mine, ["Half an" in one for one in others]) == (
        True, True, [False, False],
    )  # fmt: skip
    assert said() == []


def test_stored_reply_is_sent_once_and_its_field_is_empty_afterwards(
    cycle: Cycle, asked: Question, helper: FlaskClient
) -> None:
    save(helper, asked, "Half an hour.")
    send = f"/questions/{asked.id}/answer"
    assert [helper.post(send, data={"save_id": "page-id-1"}).status_code for _ in range(2)] == [303, 303]
    assert said() == ["Half an hour."]
    page = helper.get(f"/cycles/{cycle.id}/questions").text
    assert ("Half an hour.</textarea>" in page, "not sent yet" in page) == (False, False)
    assert save(helper, asked, "Half an hour.")[0] == 200  # a save that comes late brings nothing back
    assert db.session.scalars(select(ReplyDraft)).one().content == {"text": ""}
    empty = helper.post(send, data={"save_id": "page-id-2"})
    assert (empty.status_code, "Write your answer first." in empty.text, said()) == (422, True, ["Half an hour."])


def test_text_sent_by_the_form_counts_and_empties_what_was_stored(asked: Question, helper: FlaskClient) -> None:
    save(helper, asked, "Half an")
    sent = {f"r{asked.id}-text": "Half an hour.", "save_id": "page-id-1"}
    assert helper.post(f"/questions/{asked.id}/answer", data=sent).status_code == 303
    assert (said(), db.session.scalars(select(ReplyDraft)).one().content) == (["Half an hour."], {"text": ""})


def test_second_window_is_told_and_both_texts_are_kept(asked: Question, helper: FlaskClient) -> None:
    save(helper, asked, "First window.")
    assert save(helper, asked, "Second window.", 0, "reply-id-2") == (409, "1")
    kept = db.session.scalars(select(ReplyDraftVersion.content).order_by(ReplyDraftVersion.id)).all()
    assert [one["text"] for one in kept] == ["First window.", "Second window."]


def test_reply_is_refused_where_nobody_may_write(
    cycle: Cycle, asked: Question, helper: FlaskClient, program: Program, app: Flask
) -> None:
    reader = browser(app, make_person(Role.READER, program))
    assert (save(reader, asked, "Hm."), save(helper, asked, "x" * 10_001)) == ((403, ""), (422, ""))
    other = helper.post(f"/questions/{asked.id}/reply", data={"me": "999", "version": "0", "save_id": "reply-id-1"})
    with unit_of_work():
        cycle.state = CycleState.CLOSED
    assert (other.status_code, save(helper, asked, "Late.")) == (401, (409, ""))
    assert db.session.scalars(select(ReplyDraft)).all() == []
