"""A program in the middle of its self-assessment, with the people around it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.accounts.models import Person
from portal.assessments.services import submit
from portal.cycles.models import Cycle
from portal.evidence.models import Evidence, EvidenceUse
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.programs.models import Program
from tests.conftest import StandingClock
from tests.evidence import papers
from tests.factories import answer_all, make_cycle, make_partnership, make_person, make_program, sign_in
from tests.stages import Stages


def upload(data: bytes, name: str, **fields: str) -> dict[str, object]:
    """Return body and content type of a form with a file, whole in memory."""
    form = {**fields, "file": FileStorage(io.BytesIO(data), name)}
    boundary, body = encode_multipart(form, boundary="the-boundary")
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


@dataclass
class Place:
    """One program with its cycle; `send` posts a file as the program's administrator."""

    app: Flask
    program: Program
    cycle: Cycle
    person: Person
    reviewer: Person
    client: FlaskClient

    def page(self, code: str = "B.2.3", cycle: Cycle | None = None) -> str:
        return f"/cycles/{(cycle or self.cycle).id}/answers/{code}/evidence"

    def send(self, data: bytes, name: str = "handbook.pdf", code: str = "B.2.3", **fields: str) -> TestResponse:
        return self.client.post(self.page(code), **upload(data, name, **fields))  # type: ignore[arg-type]

    def pieces(self) -> list[Evidence]:
        db.session.rollback()
        return list(db.session.scalars(select(Evidence).order_by(Evidence.id)))

    def attached(self) -> list[tuple[str, str]]:
        db.session.rollback()
        uses = select(EvidenceUse).where(EvidenceUse.detached_at.is_(None)).order_by(EvidenceUse.id)
        return [(use.practice_code, use.evidence.title) for use in db.session.scalars(uses)]

    def stored(self) -> list[str]:
        root = Path(self.app.config["EVIDENCE_FOLDER"])
        return sorted(path.name for path in root.rglob("*") if path.is_file())

    def arriving(self) -> list[str]:
        return [path.name for path in (Path(self.app.config["DATA_FOLDER"]) / "incoming").glob("*")]


def place_in(app: Flask) -> Place:
    partnership = make_partnership()
    program = make_program(partnership)
    person = make_person(Role.PROGRAM_ADMINISTRATOR, program, "Ana Ruiz")
    client = app.test_client()
    sign_in(client, person)
    return Place(app, program, make_cycle(program), person, make_person(Role.REVIEWER, partnership), client)


def submitted_place_in(app: Flask) -> Place:
    """Build the place after it was sent a handbook and submitted."""
    place = place_in(app)
    place.send(papers.pdf(), title="Handbook")
    answer_all(place.cycle, place.person)
    submit(place.cycle.id, place.person.id, "http://localhost")
    return place


@pytest.fixture
def place(staged: Callable[..., Place]) -> Place:
    return staged(place_in)


@pytest.fixture
def submitted_place(staged: Callable[..., Place]) -> Place:
    return staged(submitted_place_in)


@pytest.fixture
def place_with(make_app: Callable[..., Flask], clock: StandingClock, stages: Stages) -> Iterator[Callable[..., Place]]:
    """Give `place_with(SETTING=...)`: a place in an app with other settings."""
    contexts = []

    def build(**settings: object) -> Place:
        app = make_app(**settings)
        context = app.app_context()
        context.push()
        contexts.append(context)
        return stages.cast(app, clock, place_in)

    yield build
    for context in reversed(contexts):
        context.pop()


@pytest.fixture
def staff(place: Place) -> FlaskClient:
    """Give the client of a reviewer."""
    client = place.app.test_client()
    sign_in(client, place.reviewer)
    return client
