"""The resource library: who sees what, what is found, what is stored, and what is refused in which words."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.evidence.cleaning import _others, prune
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.storage import storage
from portal.partnerships.models import Partnership
from portal.partnerships.queries import current_rulebook
from portal.programs.models import Program
from portal.resources.forms import Words
from portal.resources.models import OwnResource
from portal.resources.queries import Wanted, by_code, chosen, library_of, matching, suggested
from portal.resources.services import add
from tests.evidence import papers
from tests.factories import browser, make_partnership, make_person, make_program

GOOD = {
    "title": "Reference call sheet", "publisher": "Riverbend", "about": "Ten questions for a call.", "language": "en",
    "audience": "Coordinators", "practices": "b.2.5; B.2.3", "address": "riverbend.example.org/calls", "save_id": "s-1",
}  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """A partnership with a program, and a browser of somebody on each side."""

    partnership: Partnership
    program: Program
    staff: FlaskClient
    reader: FlaskClient


def with_both_sides(app: Flask) -> Cast:
    partnership = make_partnership("riverbend")
    program = make_program(partnership, "Open Door")
    people = make_person(Role.REVIEWER, partnership, "Ruben Ortega"), make_person(Role.READER, program)
    return Cast(partnership, program, *[browser(app, person) for person in people])


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(with_both_sides)


@pytest.fixture
def partnership(cast: Cast) -> Partnership:
    return cast.partnership


@pytest.fixture
def program(cast: Cast) -> Program:
    return cast.program


@pytest.fixture
def staff(cast: Cast) -> FlaskClient:
    return cast.staff


@pytest.fixture
def reader(cast: Cast) -> FlaskClient:
    return cast.reader


def send(client: FlaskClient, where: str, data: bytes | None = None, name: str = "", **fields: str) -> TestResponse:
    form: dict[str, object] = dict(fields)
    if data is not None:
        form["file"] = FileStorage(io.BytesIO(data), name)
    boundary, body = encode_multipart(form, boundary="the-boundary")
    return client.post(where, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def rows() -> list[OwnResource]:
    db.session.rollback()
    return list(db.session.scalars(select(OwnResource).order_by(OwnResource.id)))


def test_own_resource_is_added_once_and_found_by_the_program(
    staff: FlaskClient, reader: FlaskClient, partnership: Partnership, program: Program
) -> None:
    where = f"/partnerships/{partnership.id}/resources"
    assert [send(staff, f"{where}/new", **GOOD).status_code for _ in range(2)] == [303, 303]
    [row] = rows()
    assert (row.practices, row.address, row.version) == (["B.2.5", "B.2.3"], "https://riverbend.example.org/calls", 1)
    page = reader.get(f"/programs/{program.id}/resources?practice=b.2.5&q=QUESTIONS").text
    assert ["Reference call sheet" in page, "1 resource" in page, "riverbend Mentoring".title() in page] == [True] * 3
    assert "Change<" not in page
    assert reader.get(where).status_code == 404
    assert send(staff, f"{where}/new", **GOOD | {"title": "Another one"}).status_code == 303
    assert [one.title for one in rows()] == ["Reference call sheet", "Another one"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": " "}, "Give it a title."),
        ({"address": ""}, "Give the address of a page, or choose a file."),
        ({"address": "javascript:alert(1)"}, "Enter a whole web address"),
        ({"address": "ftp://example.org/x"}, "Enter a whole web address"),
        ({"address": "example"}, "Enter a whole web address"),
        ({"address": "https://me:secret@example.org/"}, "Enter an address without a user name"),
        ({"practices": "B.9.9"}, "There is no practice B.9.9."),
        ({"practices": ""}, "Name at least one practice"),
        ({"language": "xx"}, "Choose a language."),
        ({"about": "x" * 501}, "The text can hold 500 characters; this has 501."),
    ],
)
def test_resource_that_cannot_be_is_refused_and_everything_typed_kept(
    staff: FlaskClient, partnership: Partnership, changed: dict[str, str], sentence: str
) -> None:
    typed = GOOD | changed
    reply = send(staff, f"/partnerships/{partnership.id}/resources/new", **typed)
    assert (reply.status_code, rows()) == (422, [])
    kept = [typed[name] in reply.text for name in ("publisher", "audience", "address", "title", "practices")]
    assert [sentence in reply.text, *kept] == [True] * 6


def test_file_is_kept_and_sent_to_the_program_also_once_retired(
    staff: FlaskClient, reader: FlaskClient, partnership: Partnership, program: Program, app: Flask
) -> None:
    where, data = f"/partnerships/{partnership.id}/resources", papers.pdf()
    assert send(staff, f"{where}/new", data, "calls.pdf", **GOOD).status_code == 422  # an address as well
    assert send(staff, f"{where}/new", b"no pdf", "calls.pdf", **GOOD | {"address": ""}).status_code == 422
    assert send(staff, f"{where}/new", data, "calls.pdf", **GOOD | {"address": ""}).status_code == 303
    [row] = rows()
    assert staff.post(f"{where}/{row.id}/retire").status_code == 303
    assert "Reference call sheet" not in reader.get(f"/programs/{program.id}/resources").text
    assert "retired" in staff.get(where).text
    for client, at in ((reader, f"/programs/{program.id}/resources"), (staff, where)):
        reply = client.get(f"{at}/{row.id}/file")
        assert (reply.status_code, reply.data, reply.headers["Content-Disposition"][:10]) == (200, data, "attachment")
    elsewhere = browser(app, make_person(Role.REVIEWER, make_partnership("elsewhere")))
    assert elsewhere.get(f"{where}/{row.id}/file").status_code == 404
    assert staff.post(f"{where}/{row.id}/bring-back").status_code == 303
    assert "Reference call sheet" in reader.get(f"/programs/{program.id}/resources").text
    assert "resources" in _others  # so that cleaning knows whose file it is
    prune()
    assert storage().exists(row.storage_key)


def test_two_people_change_a_resource_and_the_second_is_told(staff: FlaskClient, partnership: Partnership) -> None:
    where = f"/partnerships/{partnership.id}/resources"
    send(staff, f"{where}/new", **GOOD)
    [row] = rows()
    one = f"{where}/{row.id}"
    assert send(staff, one, **GOOD | {"title": "First", "version": "1"}).status_code == 303
    reply = send(staff, one, **GOOD | {"title": "Second", "version": "1"})
    assert (reply.status_code, rows()[0].title) == (409, "First")
    assert ["What Ruben Ortega stored" in reply.text, "First" in reply.text, 'value="Second"' in reply.text] == [
        True
    ] * 3
    assert send(staff, one, **GOOD | {"title": "Second", "version": "2"}).status_code == 303
    assert send(staff, one, **GOOD | {"title": "Second", "version": "2"}).status_code == 303  # pressed twice
    assert (rows()[0].title, rows()[0].version) == ("Second", 3)


def test_library_is_paged_and_asks_the_database_the_same_for_many(
    staff: FlaskClient, reader: FlaskClient, partnership: Partnership, program: Program,
    count_queries: Callable[[Callable[[], object]], int],
) -> None:  # fmt: skip
    where = f"/programs/{program.id}/resources"
    reader.get(where)
    few = count_queries(lambda: reader.get(where))
    assert send(staff, f"/partnerships/{partnership.id}/resources/new", **GOOD | {"title": "No 00"}).status_code == 303
    words, by_id = Words(**{name: getattr(rows()[0], name) for name in Words.__slots__}), rows()[0].added_by_id
    for number in range(1, 30):
        add(partnership.id, replace(words, title=f"No {number:02}"), None, f"n-{number}", by_id)
    reader.get(where)
    assert count_queries(lambda: reader.get(where)) == few <= 8
    page = reader.get(f"{where}?q=coordinators&page=2").text
    assert ["30 resources, page 2 of 2" in page, "No 29" in page, "No 19" in page] == [True, True, False]
    assert "Nothing fits all of this." in reader.get(f"{where}?q=nothing+like+it").text
    assert "There is no practice Z.1." in reader.get(f"{where}?practice=Z.1").text
    assert reader.get(f"{where}?page=99999999999").status_code == 200


def test_suggestions_take_the_best_of_each_practice_first(staff: FlaskClient, partnership: Partnership) -> None:
    send(staff, f"/partnerships/{partnership.id}/resources/new", **GOOD)
    items, catalogue = library_of(partnership), current_rulebook(partnership).catalogue
    assert [one.title for one in suggested(items, ["B.2.5", "B.2.4"], 2)] == [
        "Reference call sheet", "National Sex Offender Public Website",
    ]  # fmt: skip
    assert [one.title for one in by_code(items)["B.2.5"]][:2] == [
        "Reference call sheet", "Preventing Child Sexual Abuse Within Youth-serving Organizations",
    ]  # fmt: skip
    spanish = matching(items, Wanted("caja", "v", "", "es"), catalogue)
    assert [one.title for one in spanish] == ["Caja de Herramientas Comunitarias"]
    kept = [{"key": "o-1", "title": "Old title", "address": ""}]
    assert [one["title"] for one in chosen(["o-1", spanish[0].key, "o-77"], items, kept)] == [
        "Old title", "Caja de Herramientas Comunitarias",
    ]  # fmt: skip
