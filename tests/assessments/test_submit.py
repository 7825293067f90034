"""Submitting: what is missing is listed; then the copy is frozen, once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.assessments import queries, services
from portal.assessments.models import Submission
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.programs.models import Program
from tests.factories import (
    answer_all,
    make_cycle,
    make_partnership,
    make_person,
    make_program,
    sign_in,
)

Staged = Callable[..., tuple[Program, Person, Cycle]]


def answered(_app: Flask) -> tuple[Program, Person, Cycle]:
    """Return a program, its administrator, and its cycle with every practice answered."""
    program = make_program(make_partnership())
    person, cycle = make_person(Role.PROGRAM_ADMINISTRATOR, program), make_cycle(program)
    answer_all(cycle, person, not_in_practice=("B.2.4",))
    return program, person, cycle


def test_submit_of_an_incomplete_assessment_lists_gaps_and_stores_nothing(client: FlaskClient) -> None:
    program = make_program(make_partnership())
    person, cycle = make_person(Role.PROGRAM_ADMINISTRATOR, program), make_cycle(program)
    with pytest.raises(services.NotComplete):
        services.submit(cycle.id, person.id, base_url="http://localhost")
    sign_in(client, person)
    page = client.get(f"/cycles/{cycle.id}/check").text
    assert "116 practices still need something" in page
    assert f"/cycles/{cycle.id}/sections/s-2#B.2.3" in page
    assert client.post(f"/cycles/{cycle.id}/submit", data={"sure": "yes"}).status_code == 422
    assert db.session.scalar(select(func.count(Submission.id))) == 0


def test_submit_freezes_a_copy_with_its_hash(staged: Staged) -> None:
    _, person, cycle = staged(answered)
    services.submit(cycle.id, person.id, base_url="http://localhost")
    db.session.refresh(cycle)
    submission = queries.submission_of(cycle)
    assert submission.content_hash == hashlib.sha256(submission.content.encode()).hexdigest()
    assert len(json.loads(submission.content)["answers"]) == 116
    card = queries.scorecard_of(cycle)
    assert [gap.practices for gap in card.safety_gaps] == [("B.2.4",)]
    assert (card.core.in_practice, card.core.applicable) == (81, 82)


def test_submit_twice_lands_on_one_receipt(client: FlaskClient, staged: Staged) -> None:
    program, person, cycle = staged(answered)
    sign_in(client, person)
    assert client.post(f"/cycles/{cycle.id}/submit").status_code == 422  # the box was not ticked
    for _ in range(2):
        reply = client.post(f"/cycles/{cycle.id}/submit", data={"sure": "yes"})
        assert (reply.status_code, reply.location) == (303, f"/cycles/{cycle.id}/receipt")
    assert db.session.scalar(select(func.count(Submission.id))) == 1
    assert db.session.scalar(select(func.count(Message.id)).where(Message.key.like("submitted:%"))) == 1
    assert "received it on October 1, 2026" in client.get(f"/cycles/{cycle.id}/receipt").text
    mail = db.session.scalars(select(Message).where(Message.key.like("submitted:%"))).one()
    assert mail.text.startswith(f"Hello {person.name},\n\nYour self-assessment reached")
    assert mail.text.endswith(f"Open the program's page:\nhttp://localhost/programs/{program.id}\n")


def test_staff_cannot_read_answers_before_submitting(app: Flask, staged: Staged) -> None:
    program, person, cycle = staged(answered)
    reviewer = make_person(Role.REVIEWER, program.partnership)
    client = app.test_client()
    sign_in(client, reviewer)
    for path in ("answers", "scorecard", "receipt", "review"):
        assert client.get(f"/cycles/{cycle.id}/{path}").status_code == 403
    services.submit(cycle.id, person.id, base_url="http://localhost")
    for path in ("answers", "scorecard", "receipt", "review"):
        assert client.get(f"/cycles/{cycle.id}/{path}").status_code == 200
