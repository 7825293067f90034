"""Fetching files: as a download and nothing else, by those who may, once they may."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from portal.evidence.models import EvidenceUse
from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.storage import storage
from tests.evidence import papers
from tests.evidence.conftest import Place
from tests.evidence.test_attaching import finish
from tests.factories import browser, make_partnership, make_person, make_program, sign_in

NAMES = [
    "handbook.pdf", "política de niños.pdf", "报告.pdf", "سياسة حماية.pdf", "50 % done.pdf", "a;b=c,d.pdf", "a'b.pdf",
    "x" * 196 + ".pdf", "報" * 196 + ".pdf",
]  # fmt: skip


def file_of(place: Place, index: int = 0) -> str:
    return f"/cycles/{place.cycle.id}/evidence/{place.pieces()[index].id}/file"


@pytest.mark.parametrize("name", NAMES)
def test_file_is_sent_to_be_saved_under_its_shown_name(place: Place, name: str) -> None:
    data = papers.pdf(name)
    place.send(data, name)
    with place.client.get(file_of(place)) as reply:
        headers = reply.headers
        assert reply.data == data
    given = headers["Content-Disposition"]
    assert given.startswith('attachment; filename="')
    assert unquote(given.partition("filename*=UTF-8''")[2]) == name
    assert given.isascii()
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(data))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_name_with_line_breaks_splits_no_header(place: Place) -> None:
    # written by hand: the test client would not send such a name
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a%0d%0aX-Evil: 1\x0b\x00.pdf"\r\n\r\n'
        + papers.pdf() + b"\r\n--b--\r\n"
    )  # fmt: skip
    assert place.client.post(place.page(), data=body, content_type="multipart/form-data; boundary=b").status_code == 303
    with place.client.get(file_of(place)) as reply:
        assert "X-Evil" not in reply.headers
        assert "\r" not in reply.headers["Content-Disposition"]
        assert place.pieces()[0].file_name.isprintable()


def test_staff_get_files_once_they_are_submitted_and_only_those(place: Place, staff: FlaskClient) -> None:
    place.send(papers.pdf("1"), title="Attached")
    place.send(papers.pdf("2"), title="Taken off before")
    place.client.post(f"{place.page()}/{place.pieces()[1].id}/detach")
    files = [file_of(place, 0), file_of(place, 1)]
    assert [staff.get(path).status_code for path in files] == [403, 403]
    finish(place)
    assert [staff.get(path).status_code for path in files] == [200, 404]
    assert [place.client.get(path).status_code for path in files] == [200, 200]
    for path in ("review/sections/s-2", "answers", "evidence"):
        page = staff.get(f"/cycles/{place.cycle.id}/{path}").text
        assert "Attached</a>" in page
        assert "Taken off before" not in page
        assert "MB are used" not in page


def test_staff_still_get_what_was_taken_off_after_it_was_submitted(submitted_place: Place) -> None:
    place, staff = submitted_place, browser(submitted_place.app, submitted_place.reviewer)
    with unit_of_work() as session:  # as changes that were sent do
        use = session.query(EvidenceUse).one()
        use.detached_at = use.taken_off_at = clock.now()
    assert staff.get(file_of(place)).status_code == 200
    page = staff.get(f"/cycles/{place.cycle.id}/review/sections/s-2").text
    assert '<span class="tag warn">taken off 14:02</span>' in page


def test_strangers_and_other_partnerships_find_no_file(submitted_place: Place) -> None:
    place = submitted_place
    there = make_partnership()
    people = [make_person(), make_person(Role.REVIEWER, there), make_person(Role.PARTNERSHIP_ADMINISTRATOR, there),
              make_person(Role.PROGRAM_ADMINISTRATOR, make_program(there))]  # fmt: skip
    for person in people:
        client = place.app.test_client()
        sign_in(client, person)
        for path in (file_of(place), f"/cycles/{place.cycle.id}/evidence", place.page()):
            reply = client.get(path)
            assert reply.status_code == 404
            assert "Handbook" not in reply.text
    assert place.app.test_client().get(file_of(place)).status_code == 303


def test_file_of_another_cycle_is_not_found_by_staff(place: Place, staff: FlaskClient) -> None:
    place.send(papers.pdf(), title="Handbook")
    piece = place.pieces()[0]
    place.client.post(f"{place.page()}/{piece.id}/detach")
    finish(place)
    assert staff.get(file_of(place)).status_code == 404


def test_link_has_no_file(place: Place) -> None:
    place.client.post(place.page() + "/links", data={"link-address": "https://example.org/", "link-title": "Web"})
    assert place.client.get(file_of(place)).status_code == 404


def test_file_that_somebody_deleted_by_hand_is_told_in_words(place: Place) -> None:
    place.send(papers.pdf(), title="Handbook")
    storage().delete(place.pieces()[0].storage_key or "")
    reply = place.client.get(file_of(place))
    assert reply.status_code == 503
    assert "This file is not at hand any more." in reply.text


def test_static_addresses_and_paths_lead_to_no_stored_file(place: Place) -> None:
    place.send(papers.pdf(), title="Handbook")
    key = place.pieces()[0].storage_key
    for path in (
        f"/static/{key}",
        f"/static/../evidence/{key}",
        f"/evidence/{key}",
        f"/evidence/{(key or '')[:2]}/{key}",
    ):
        assert place.client.get(path).status_code == 404


def test_words_of_people_are_escaped_wherever_they_are_shown(place: Place, staff: FlaskClient) -> None:
    marker = "<img src=x onerror=alert(1)>"
    place.send(papers.pdf(), f"{marker}.pdf", title=marker, note=marker)
    pages = [place.client.get(path).text for path in (place.page(), f"/cycles/{place.cycle.id}/evidence")]
    finish(place)
    pages += [
        staff.get(f"/cycles/{place.cycle.id}/{path}").text for path in ("review/sections/s-2", "answers", "evidence")
    ]
    db.session.rollback()
    assert all("&lt;img src=x" in page for page in pages)
    assert all(marker not in page for page in pages)
