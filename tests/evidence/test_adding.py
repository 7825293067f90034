"""Adding a file: what is stored, what is refused in which words, and what is left behind: nothing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import pytest
from flask import Flask

from portal.evidence import services
from portal.evidence.kinds import WRONG_KIND
from portal.foundation.access import Role
from portal.foundation.storage import storage
from tests.evidence import papers
from tests.evidence.conftest import Place, upload
from tests.factories import make_person, sign_in

MEGABYTE = 1024 * 1024


def test_file_is_stored_whole_under_a_random_name_and_attached(place: Place) -> None:
    data = papers.pdf()
    reply = place.send(data, "política de niños.pdf", title="  Our   handbook ", note="page 4")
    assert (reply.status_code, reply.location) == (303, place.page())
    piece = place.pieces()[0]
    assert (piece.title, piece.note, piece.file_name) == ("Our handbook", "page 4", "política de niños.pdf")
    assert (piece.size, piece.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert place.stored() == [piece.storage_key]
    assert b"".join(storage().open(piece.storage_key or "")) == data
    assert place.attached() == [("B.2.3", "Our handbook")]
    page = place.client.get(place.page()).text
    assert "“Our handbook” is stored and attached." in page
    assert "política de niños.pdf, added by Ana Ruiz" in page
    assert place.arriving() == []


def test_file_without_a_title_is_called_by_its_name(place: Place) -> None:
    place.send(papers.pdf(), "Volunteer handbook 2026.pdf")
    assert place.pieces()[0].title == "Volunteer handbook 2026"


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "", "Choose a file."),
        (b"", "empty.pdf", "The selected file is empty."),
        (b"<html>", "page.pdf", WRONG_KIND),
        (papers.pdf() + bytes(2 * MEGABYTE), "long.pdf", "The selected file must be smaller than 1 MB."),
    ],
)
def test_refused_file_is_told_and_everything_typed_is_kept(
    place_with: Callable[..., Place], data: bytes, name: str, sentence: str
) -> None:
    place = place_with(EVIDENCE_FILE_BYTES=MEGABYTE)
    reply = place.send(data, name, title="Our <b>handbook", note="see page 4")
    assert reply.status_code == 422
    assert "<title>Error: Files and links" in reply.text
    assert reply.text.count(sentence) >= 2  # above the page and beside the field
    assert 'value="Our &lt;b&gt;handbook"' in reply.text
    assert "see page 4</textarea>" in reply.text
    assert (place.pieces(), place.stored(), place.arriving()) == ([], [], [])


def test_words_that_are_too_long_are_refused_with_the_file(place: Place) -> None:
    reply = place.send(papers.pdf(), title="t" * 201, note="n" * 501)
    assert reply.status_code == 422
    assert "The title can hold 200 characters; this one has 201." in reply.text
    assert "The note can hold 500 characters; this one has 501." in reply.text
    assert place.pieces() == []


def test_limits_are_said_before_a_file_is_chosen(place: Place) -> None:
    page = place.client.get(place.page()).text
    assert "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx)" in page
    assert "At most 10 MB. Your program has 200 MB of 200 MB left." in page


def test_body_far_over_the_limit_is_cut_off_in_words_and_other_routes_keep_their_limit(
    place_with: Callable[..., Place],
) -> None:
    place = place_with(EVIDENCE_FILE_BYTES=MEGABYTE)
    reply = place.send(bytes(20 * MEGABYTE), "film.pdf")
    assert reply.status_code == 413
    assert "The selected file must be smaller than 1 MB. Nothing was stored." in reply.text
    other = place.client.post(f"/cycles/{place.cycle.id}/answers/B.2.3", data={"B.2.3-notes": "x" * 1_100_000})
    assert other.status_code == 413
    assert (place.stored(), place.arriving()) == ([], [])


def test_body_in_chunks_over_the_general_limit_is_refused(place: Place) -> None:
    reply = place.client.post(
        place.page(), input_stream=io.BytesIO(bytes(2 * MEGABYTE)), content_type="multipart/form-data; boundary=b",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip
    assert reply.status_code == 413


def test_file_of_somebody_signed_out_is_written_nowhere_and_the_words_come_back(place: Place) -> None:
    place.client = place.app.test_client()
    large = upload(papers.pdf() + bytes(3 * MEGABYTE), "a.pdf", title="Our handbook")
    reply = place.client.post(place.page(), headers={"Sec-Fetch-Site": "same-origin"}, **large)
    assert reply.status_code == 401
    assert "Our handbook" in reply.text
    assert place.client.post(place.page(), headers={"HX-Request": "true"}).status_code == 401
    assert place.send(papers.pdf()).status_code == 303  # to the sign-in
    assert (place.pieces(), place.stored(), place.arriving()) == ([], [], [])


def test_same_file_sent_again_after_a_lost_reply_is_stored_once(place: Place) -> None:
    place.send(papers.pdf(), "a.pdf", title="Handbook")
    place.send(papers.pdf(), "a.pdf", title="Handbook")
    place.send(papers.pdf(), "other.pdf", code="B.2.5")
    assert "You have this already, as “Handbook”." in place.client.get(place.page("B.2.5")).text
    assert len(place.pieces()) == len(place.stored()) == 1
    assert place.attached() == [("B.2.3", "Handbook"), ("B.2.5", "Handbook")]


def test_quota_is_kept_and_removing_makes_room_until_the_removed_fill_theirs(place_with: Callable[..., Place]) -> None:
    place = place_with(EVIDENCE_QUOTA_BYTES=MEGABYTE)

    def paper(number: int) -> bytes:
        return papers.pdf(f"paper {number}").replace(b"%%EOF", b"%" * 700_000 + b"\n%%EOF")

    assert place.send(paper(1), "one.pdf").status_code == 303
    full = place.send(paper(2), "two.pdf")
    assert full.status_code == 422
    assert "There is no room for this file: it has 685 KB, and 340 KB of your program&#39;s 1 MB are left." in full.text
    services.remove(place.cycle.id, place.pieces()[0], place.person.id)
    assert place.send(paper(2), "two.pdf").status_code == 303
    back = place.client.post(f"/cycles/{place.cycle.id}/evidence/{place.pieces()[0].id}/put-back")
    assert back.status_code == 422
    assert "There is no room to put this file back" in back.text
    services.remove(place.cycle.id, place.pieces()[1], place.person.id)
    third = place.send(paper(3), "three.pdf")
    assert third.status_code == 422
    assert "Removed files are kept, and have filled their room." in third.text
    assert len(place.stored()) == 2


def test_file_is_refused_once_the_assessment_is_submitted(place: Place) -> None:
    from portal.assessments.services import submit
    from tests.factories import answer_all

    answer_all(place.cycle, place.person)
    submit(place.cycle.id, place.person.id, "http://localhost")
    reply = place.send(papers.pdf())
    assert reply.status_code == 409
    assert "its files and links no longer change" in reply.text
    assert (place.pieces(), place.stored()) == ([], [])
    assert "Add a file" not in place.client.get(place.page()).text


def test_reader_sees_the_pieces_and_has_no_form(place: Place) -> None:
    place.send(papers.pdf(), title="Handbook")
    client = place.app.test_client()
    sign_in(client, make_person(Role.READER, place.program))
    page = client.get(place.page()).text
    assert "Handbook" in page
    assert "Add a file" not in page
    assert "Take off" not in page
    place.client = client
    assert place.send(papers.pdf("other")).status_code == 403


def test_practice_that_is_not_asked_is_not_found(place: Place) -> None:
    assert place.send(papers.pdf(), code="Z.9.9").status_code == 404
    assert place.client.get(place.page("Z.9.9")).status_code == 404
    assert place.stored() == []


def test_reply_to_the_script_is_the_new_list_or_one_sentence(place: Place) -> None:
    def send(data: bytes) -> object:
        return place.client.post(
            place.page(), headers={"HX-Request": "true"}, **upload(data, "a.pdf", title="Handbook")
        )

    good, bad = send(papers.pdf()), send(b"words")
    assert (good.status_code, bad.status_code) == (200, 422)
    assert good.text.lstrip().startswith('<div id="attached">')
    assert "“Handbook” is stored and attached." in good.text
    assert bad.text.strip() == WRONG_KIND


def test_storage_that_does_not_answer_is_told_and_nothing_is_half_stored(app: Flask, place: Place) -> None:
    folder = storage().root  # type: ignore[attr-defined]
    folder.parent.joinpath("evidence").write_text("a file where the folder should be")
    reply = place.send(papers.pdf(), title="Handbook")
    assert reply.status_code == 503
    assert "Files cannot be stored or fetched at the moment." in reply.text
    assert 'value="Handbook"' in reply.text
    assert place.pieces() == []
