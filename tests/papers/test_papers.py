"""The documents of a cycle over HTTP: who reads which page, PDF and file, when, and what none of them ever tells."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from portal.cycles.models import CycleState
from portal.foundation import documents, jobs, pdf
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.documents import Document, DocumentState, Paper
from portal.recognition.models import Award, Standing
from tests.conftest import StandingClock
from tests.factories import browser, make_cycle, make_person, make_program, submitted_cycle
from tests.papers.cast import FOUND, SECRET, Cast, work

KINDS = ("answers", "statement", "certificate", "funder")
HTMX = {"HX-Request": "true"}


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_every_document_is_a_page_a_pdf_and_a_file_for_its_people_and_nobody_else(cast: Cast) -> None:
    cast.recognized()
    for word in KINDS:
        where = cast.made(cast.admin, word)
        for path in (f"{cast.at}/papers/{word}", where, f"{where}/file"):
            assert (word, path, cast.admin.get(path).status_code) == (word, path, 200)
            assert (word, path, cast.reader.get(path).status_code) == (word, path, 200)
            assert (word, path, cast.stranger.get(path).status_code) == (word, path, 404)
        assert cast.stranger.post(f"{cast.at}/papers/{word}/a4").status_code == 404
        staff = [cast.staff.get(path).status_code for path in (f"{cast.at}/papers/{word}", where, f"{where}/file")]
        assert (word, staff) == (word, [403 if word == "funder" else 200] * 3)
        content = cast.admin.get(f"{where}/file").data
        assert ("Señales del Río" in text_of(content), SECRET in text_of(content)) == (True, False)


def test_nothing_is_told_before_its_time(cast: Cast) -> None:
    assert [cast.admin.get(f"{cast.at}/papers/{word}").status_code for word in KINDS] == [200, 403, 403, 403]
    assert [cast.admin.post(f"{cast.at}/papers/{word}/a4").status_code for word in KINDS] == [303, 403, 403, 403]
    cast.delivered()
    assert "It comes with the recognition." in cast.admin.get(f"{cast.at}/papers/certificate").text
    assert [cast.admin.get(f"{cast.at}/papers/{word}").status_code for word in KINDS] == [200, 200, 403, 200]


def test_certificate_made_before_a_withdrawal_is_no_longer_told_of_or_fetched(cast: Cast) -> None:
    cast.recognized()
    where = cast.made(cast.admin, "certificate")
    paths = (f"{cast.at}/papers/certificate", where, f"{where}/file")
    assert [cast.admin.get(path).status_code for path in paths] == [200, 200, 200]
    with unit_of_work() as session:
        session.scalars(select(Award)).one().standing = Standing.WITHDRAWN
    assert [one.get(path).status_code for path in paths for one in (cast.admin, cast.staff)] == [403] * 6


def test_findings_reach_the_program_with_the_results_and_private_notes_never(cast: Cast) -> None:
    path = f"{cast.at}/papers/answers"
    early = cast.made(cast.staff, "answers")
    assert [FOUND in one.get(path).text for one in (cast.staff, cast.admin)] == [True, False]
    assert FOUND in text_of(cast.staff.get(f"{early}/file").data)
    assert FOUND not in text_of(cast.admin.get(f"{cast.made(cast.admin, 'answers')}/file").data)
    cast.delivered()
    assert [cast.admin.get(one).status_code for one in (early, f"{early}/file")] == [
        404,
        404,
    ]  # it stays the partnership's
    late = cast.made(cast.admin, "answers")
    for text in (cast.admin.get(path).text, text_of(cast.admin.get(f"{late}/file").data)):
        assert (FOUND in text, SECRET in text) == (True, False)


def test_draft_book_stays_with_the_program_after_it_submits(app: Flask, cast: Cast) -> None:
    program = make_program(cast.program.partnership)
    admin, cycle = browser(app, make_person(Role.PROGRAM_ADMINISTRATOR, program)), make_cycle(program)
    assert cast.staff.get(f"/cycles/{cycle.id}/papers/answers").status_code == 403
    where = str(admin.post(f"/cycles/{cycle.id}/papers/answers/letter").location)
    work()
    assert "not submitted yet" in text_of(admin.get(f"{where}/file").data)
    with unit_of_work():
        cycle.state, cycle.submitted_on = CycleState.SUBMITTED, date(2026, 10, 1)
    assert [one.get(f"{where}/file").status_code for one in (admin, cast.staff)] == [200, 404]


def test_document_of_another_kind_cycle_or_paper_is_not_found(cast: Cast) -> None:
    cast.recognized()
    number = cast.made(cast.admin, "answers").rsplit("/", 1)[1]
    other = submitted_cycle(make_program(cast.program.partnership), make_person())
    paths = [f"{cast.at}/papers/statement/{number}", f"/cycles/{other.id}/papers/answers/{number}",
             f"{cast.at}/documents/{number}", f"{cast.at}/papers/plan", f"{cast.at}/papers/answers/999999"]  # fmt: skip
    assert [cast.staff.get(path).status_code for path in paths] == [404] * len(paths)
    assert [cast.staff.post(f"{cast.at}/papers/{path}").status_code for path in ("answers/a5", "other/a4")] == [
        404,
        404,
    ]


def test_document_is_made_once_for_what_it_says(cast: Cast) -> None:
    first = cast.made(cast.admin, "answers")
    assert cast.made(cast.reader, "answers") == first
    assert cast.made(cast.admin, "answers", "a4") != first
    assert db.session.scalar(select(func.count()).select_from(Document)) == 2


def test_document_is_forgotten_a_month_after_it_was_last_asked_for(cast: Cast, clock: StandingClock) -> None:
    def ask() -> int:
        with unit_of_work():
            return documents.ask(cast.cycle.id, "answers", Paper.A4, "answers.pdf", {"for": "all"}).id

    def left() -> int | None:
        return db.session.scalar(select(func.count()).select_from(Document))

    first = ask()
    clock.go(days=20)
    assert ask() == first
    clock.go(days=29)
    assert (documents.forget_old(), left()) == (0, 1)
    clock.go(days=2)
    assert (documents.forget_old(), left()) == (1, 0)
    ask()
    assert left() == 1
    assert db.session.scalars(select(jobs.Job.state)).all() == [jobs.JobState.WAITING]


def test_page_that_asked_shows_how_far_it_is_and_offers_another_try(cast: Cast) -> None:
    asked = cast.admin.post(f"{cast.at}/papers/answers/a4", headers=HTMX)
    document = db.session.scalars(select(Document)).one()
    where = f"{cast.at}/papers/answers/{document.id}"
    assert [mark in asked.text for mark in (f'hx-get="{where}"', 'value="0"')] == [True, True]

    def told(**changed: Any) -> str:
        with unit_of_work():
            for name, value in changed.items():
                setattr(document, name, value)
        return cast.admin.get(where, headers=HTMX).text

    assert ["62 % done" in text and 'value="62"' in text for text in (asked.text, told(percent=62))] == [False, True]
    failed = told(state=DocumentState.NOT_MADE, problem="The PDF could not be made.")
    assert ["could not be made." in failed, "Try again" in failed, "hx-get" in failed] == [True, True, False]
    cast.admin.post(f"{cast.at}/papers/answers/a4")
    db.session.refresh(document)
    assert (document.state, document.percent, document.problem) == (DocumentState.WAITING, 0, "")
    work()
    assert "Download the PDF" in cast.admin.get(where).text


def test_book_says_how_far_it_is_while_the_worker_makes_it(
    staged: Callable[..., Cast], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, seen = staged(Cast, ()), list[int]()  # all 116 practices: a book that takes its time
    cast.admin.post(f"{cast.at}/papers/answers/letter")
    monkeypatch.setattr(pdf, "TELL_EVERY", 0)
    laid_out = pdf.book

    def watched(*given: Any) -> tuple[bytes, int]:
        *rest, told, largest = given

        def tell(percent: int) -> None:
            told(percent)
            seen.append(db.session.scalars(select(Document.percent)).one())
            db.session.rollback()

        return laid_out(*rest, tell, largest)

    monkeypatch.setattr(pdf, "book", watched)
    work()
    assert (len(seen) > 50, seen == sorted(seen), seen[-1]) == (True, True, 99)
