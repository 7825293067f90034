"""The blank form: the program's own rules, before and during a cycle, on paper and as a PDF from the worker."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.cycles.queries import rulebook_of
from portal.foundation import jobs, pdf
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.documents import Document, DocumentState
from portal.foundation.judging import evaluator
from portal.partnerships.services import adopt
from portal.programs.models import Program
from portal.worksheets.blank import blank_snapshot
from tests.factories import browser, make_cycle, make_partnership, make_person, make_program, sign_in


def read_by_somebody(app: Flask) -> tuple[Program, Person, FlaskClient]:
    """Build a program before its first cycle, and a reader of it with a browser."""
    program = make_program(
        make_partnership("riverbend"), name="Jóvenes Unidos", model="one-to-one", settings=["school"]
    )
    person = make_person(Role.READER, program)
    return program, person, browser(app, person)


@pytest.fixture
def cast(staged: Callable[..., tuple[Program, Person, FlaskClient]]) -> tuple[Program, Person, FlaskClient]:
    return staged(read_by_somebody)


@pytest.fixture
def program(cast: tuple[Program, Person, FlaskClient]) -> Program:
    return cast[0]


@pytest.fixture
def person(cast: tuple[Program, Person, FlaskClient]) -> Person:
    return cast[1]


@pytest.fixture
def client(cast: tuple[Program, Person, FlaskClient]) -> FlaskClient:
    return cast[2]


def run_worker() -> None:
    pdf.register()
    while jobs.run_next():
        pass


def test_form_holds_every_practice_before_there_is_a_cycle(
    client: FlaskClient, program: Program, person: Person
) -> None:
    page = client.get(f"/programs/{program.id}/blank-form").text
    assert page.count("☐ In practice") == 116
    assert "Jóvenes Unidos" in page
    assert "Elements of Effective Practice for Mentoring, 4th edition" in page
    assert f'href="/programs/{program.id}/blank-form"' in client.get(f"/programs/{program.id}").text


def test_form_keeps_to_the_rules_of_the_cycle_under_way(program: Program) -> None:
    assert blank_snapshot(program)["count"] == 116
    cycle = make_cycle(program)
    newer = evaluator().describe([], "eepm5")
    with unit_of_work():
        adopt(program.partnership, newer, None)
    assert blank_snapshot(program)["count"] == 116
    elsewhere = make_program(program.partnership)
    assert blank_snapshot(elsewhere)["count"] == 73
    assert rulebook_of(cycle).catalogue.edition == "eepm4"


def test_not_applicable_is_offered_only_where_the_rules_allow_it(program: Program) -> None:
    offered = {
        one["code"]: one["na"] for section in blank_snapshot(program)["sections"] for one in section["practices"]
    }
    assert offered["B.2.3"] is False
    assert offered["E.2.4"] is False  # a school program may not leave out what concerns schools
    assert any(offered.values())


@pytest.mark.parametrize(("paper", "width", "sections"), [("letter", 612, None), ("a4", 595, 7)])
def test_pdf_without_scripts_goes_over_pages(
    client: FlaskClient, program: Program, person: Person, paper: str, width: int, sections: int | None
) -> None:
    """The whole form on the shorter paper, and the first sections of it on the other."""
    reply = client.post(f"/programs/{program.id}/blank-form/{paper}")
    assert reply.status_code == 303
    assert "The PDF is being made" in client.get(reply.location).text
    assert client.get(f"{reply.location}/file").status_code == 404
    with unit_of_work() as session:
        asked = session.scalars(select(Document)).one()
        assert sum(len(one["practices"]) for one in asked.snapshot["sections"]) == 116
        asked.snapshot = asked.snapshot | {"sections": asked.snapshot["sections"][:sections]}
        count = sum(len(one["practices"]) for one in asked.snapshot["sections"])
    assert count >= 30
    run_worker()
    assert "Download the PDF" in client.get(reply.location).text
    file = client.get(f"{reply.location}/file")
    pages = PdfReader(io.BytesIO(file.data)).pages
    texts = [page.extract_text() for page in pages]
    assert all(f"page {number} of {len(pages)}" in text for number, text in enumerate(texts, start=1))
    assert all("Jóvenes Unidos" in text and "Blank form." in text for text in texts)
    assert sum(text.count("☐ In practice") for text in texts) == count
    lines = [[line.strip() for line in text.splitlines()] for text in texts]
    starts = [sum(line.startswith("☐ In practice") for line in page) for page in lines]
    ends = [page.count("Notes") for page in lines]
    assert starts == ends  # no practice is split between two pages
    assert {round(float(page.mediabox.width)) for page in pages} == {width}


def test_same_form_is_made_once(client: FlaskClient, program: Program, person: Person) -> None:
    first = client.post(f"/programs/{program.id}/blank-form/letter").location
    assert client.post(f"/programs/{program.id}/blank-form/letter").location == first
    assert db.session.scalar(select(func.count(Document.id))) == 1


def test_pdf_with_scripts_asks_again_until_it_is_ready(client: FlaskClient, program: Program, person: Person) -> None:
    reply = client.post(f"/programs/{program.id}/blank-form/a4", headers={"HX-Request": "true"})
    assert (reply.status_code, 'hx-trigger="load delay:1s"' in reply.text) == (200, True)
    document_id = db.session.scalar(select(Document.id))
    with unit_of_work() as session:
        session.get_one(Document, document_id).state = DocumentState.READY
    again = client.get(f"/programs/{program.id}/blank-form/{document_id}", headers={"HX-Request": "true"}).text
    assert "Download the PDF" in again
    assert "hx-get" not in again


def test_form_of_another_program_is_not_found(client: FlaskClient, program: Program, person: Person) -> None:
    document = client.post(f"/programs/{program.id}/blank-form/letter").location.rpartition("/")[2]
    other = make_program(program.partnership)
    sign_in(client, make_person(Role.CONTRIBUTOR, other))
    assert client.get(f"/programs/{other.id}/blank-form/{document}").status_code == 404
    assert client.get(f"/programs/{program.id}/blank-form").status_code == 404
    assert client.post(f"/programs/{other.id}/blank-form/poster").status_code == 404


def test_form_asks_the_database_little(
    client: FlaskClient, program: Program, person: Person, count_queries: Callable[..., int]
) -> None:
    client.get(f"/programs/{program.id}/blank-form")
    assert count_queries(lambda: client.get(f"/programs/{program.id}/blank-form")) <= 8
