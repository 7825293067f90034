"""PDFs from frozen snapshots alone: paper, fonts, accents, hostile and endless text, and a sentence when it goes wrong."""

from __future__ import annotations

import io
import logging
import re
from functools import cache, lru_cache
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from portal.foundation import documents, jobs, pdf
from portal.foundation.database import db, unit_of_work
from portal.foundation.documents import Document, DocumentState, Paper
from portal.foundation.printable import printable
from tests.factories import make_cycle, make_partnership, make_program

SHARES = [{"title": "All practices", "in_practice": 8, "applicable": 10, "percent": 80, "average": 3.9}]
HEAD: dict[str, Any] = {
    "system": "NQMS", "plan_name": "Improvement & Innovation Plan", "partnership": "Mentor Bay", "draft": False,
    "program": {"name": "Señales del Río", "host": "Fundación Ángel Guimerà", "place": "Port Clément"},
    "submitted_on": "July 6, 2026", "visited_on": "August 12, 2026", "issued_on": "October 1, 2026",
    "content_code": "a1b2c3d4e5f6", "shares": SHARES,
    "areas": [{"key": "operations", "title": "Program operations", "strengths": "Łukasz hört zu.", "improvements": ""}],
}  # fmt: skip
GROUND, FILLED = r"\.87451 \.898039 \.917647 rg\nn (\S+) 0 (\S+) \S+ re", r"\.043137 \.333333 \.388235 RG\n(\S+) w"
BAR = re.compile(f"{GROUND}.*?{FILLED}", re.DOTALL)
HOSTILE = "<img src=file:///etc/passwd> <pdf:pagenumber/> {{ 7*7 }} &amp;"
STATEMENT = {"leader": "Lee Dorn", "signed": False, "signer": "", "title": "Director", "on": "", "code": "9988"}


def plan(**changed: Any) -> dict[str, Any]:
    actions = [{"text": "Ask the state office ✓", "owner": "Zoë", "due": "March 2027"}]
    priority = {"number": 1, "title": "Check records", "why": "Safety.", "practices": [], "actions": actions, "by": ""}
    return {**HEAD, "months": 12, "overview": "", "priorities": [priority], "statement": STATEMENT, **changed}


def summary(**changed: Any) -> dict[str, Any]:
    row = {"code": "B.2.4", "title": "Criminal history check", "text": "Every year."}
    return {**HEAD, "sections": SHARES, "safety_gaps": ["Gap."], "strengths": [row], "improvements": [row], **changed}


def made(kind: str, snapshot: dict[str, Any], paper: Paper = Paper.LETTER) -> tuple[PdfReader, str]:
    content, pages = pdf.render(kind, paper, snapshot)
    book = PdfReader(io.BytesIO(content))
    assert len(book.pages) == pages
    return book, " ".join(" ".join(texts_of(book)).split())


@lru_cache(maxsize=4)
def texts_of(book: PdfReader) -> list[str]:
    """Return what each page says; to read it costs as much as to make it."""
    return [page.extract_text() for page in book.pages]


@cache
def typed() -> tuple[PdfReader, str]:
    """Return a plan with what people type, not signed for; made once for the tests that look at it."""
    return made("plan", plan(overview=f"{HOSTILE} 漢 and 🎉"))


LONG = {
    "larga": ("strengths", "larga palabra " * 700), "extensa": ("improvements", "extensa palabra " * 620),
    "lineas": ("strengths", "lineas\n" * 200), "filas": ("improvements", "filas\n" * 200),
}  # fmt: skip


@cache
def long_document(kind: str) -> tuple[PdfReader, list[str], set[float]]:
    """Return a draft with four long texts and the name of its program too long, what each page says, and its sizes.

    Each long text stands in an area of its own; a plan has twenty priorities besides. It is made once.
    """
    areas = [{**HEAD["areas"][0], part: text} for part, text in LONG.values()]
    many = [{**plan()["priorities"][0], "number": number, "title": f"Aim {number}"} for number in range(1, 21)]
    more = {"areas": areas, "draft": True, "program": {**HEAD["program"], "name": "Señales ✓ del Río " * 9}}
    content, _ = pdf.render(kind, Paper.LETTER, plan(priorities=many, **more) if kind == "plan" else summary(**more))
    sizes: set[float] = set()

    def measure(words: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if words.strip():
            sizes.add(round(size * abs(tm[3]) * abs(cm[3]), 1))

    book = PdfReader(io.BytesIO(content))
    return book, [page.extract_text(visitor_text=measure) for page in book.pages], sizes


@pytest.mark.parametrize(("paper", "size"), [(Paper.LETTER, (612, 792)), (Paper.A4, (595, 842))])
@pytest.mark.parametrize(("kind", "snapshot"), [("plan", plan()), ("summary", summary())])
def test_document_has_its_paper_its_accents_and_every_font_inside(
    app: Flask,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    snapshot: dict[str, Any],
    paper: Paper,
    size: tuple[int, int],
) -> None:
    with caplog.at_level(logging.WARNING):
        book, text = made(kind, snapshot, paper)
    assert [record.getMessage() for record in caplog.records] == []
    assert (round(book.pages[0].mediabox.width), round(book.pages[0].mediabox.height)) == size
    for words in ("Señales del Río", "Fundación Ángel Guimerà", "Łukasz hört zu.", f"page 1 of {len(book.pages)}"):
        assert words in text
    fonts = [one.get_object() for page in book.pages for one in page["/Resources"]["/Font"].values()]
    used = {font["/BaseFont"].split("+")[-1]: "/FontFile2" in font.get("/FontDescriptor", {}) for font in fonts}
    used.pop("/Helvetica", None)  # ReportLab names it on every page; no text of ours is set in it
    assert [name for name, inside in used.items() if not inside] == []


def test_every_page_says_whose_it_is_and_which_of_how_many(app: Flask) -> None:
    _, texts, _ = long_document("plan")
    assert len(texts) > 9
    for number, text in enumerate(texts, start=1):
        assert f"page {number} of {len(texts)}" in text
        assert "Confidential. Draft. Content code a1b2c3d4e5f6." in text
        assert "Señales ✓ del Río" in text
        assert "…" in text


def test_headings_are_bookmarks_to_their_pages(app: Flask) -> None:
    book, texts, _ = long_document("plan")
    parts: Any = book.outline[1]
    aims: Any = parts[-1]
    place = {one.title: book.get_destination_page_number(one) for one in aims}
    assert [title for title in place if title.startswith("19.")] == ["19. Aim 19"]
    assert "19. Aim 19" in texts[place["19. Aim 19"]]
    assert place["19. Aim 19"] > place["1. Aim 1"]


def test_document_names_its_language_title_and_author(app: Flask) -> None:
    book, _ = typed()
    assert book.metadata is not None
    assert (book.metadata.title, book.metadata.author, book.root_object["/Lang"]) == (
        "Improvement & Innovation Plan: Señales del Río", "Mentor Bay", "en"
    )  # fmt: skip


def test_hostile_text_is_text(app: Flask) -> None:
    assert HOSTILE in typed()[1]


def test_character_without_a_picture_is_named(app: Flask) -> None:
    assert "[cjk unified ideograph-6f22] and [party popper]" in typed()[1]


def test_accent_typed_apart_from_its_letter_is_put_together(app: Flask) -> None:
    assert printable("Jose\u0301", pdf.known_characters()) == "José"


@pytest.mark.parametrize("kind", ["plan", "summary"])
def test_long_notes_stay_whole_and_large_enough_to_read(app: Flask, kind: str) -> None:
    _, texts, sizes = long_document(kind)
    printed = " ".join(texts)
    assert {word: printed.count(word) for word in LONG} == {word: text.count(word) for word, (_, text) in LONG.items()}
    assert min(sizes) >= 8


def test_plan_says_whether_it_is_signed_for(app: Flask) -> None:
    done = {**STATEMENT, "signed": True, "signer": "Lee Dorn", "on": "October 9, 2026"}
    for text, signed in ((made("plan", plan(statement=done))[1], True), (typed()[1], False)):
        said = "signed by Lee Dorn, Director, on October 9, 2026, over the content with the code 9988."
        assert (said in text) is signed
        assert ("not signed yet; Lee Dorn signs it." in text) is not signed


@pytest.mark.parametrize(("percent", "filled"), [(None, 0), (0, 0), (50, 70.5), (100, 141.1), (140, 141.1)])
def test_bar_is_filled_by_its_share_and_never_more_than_whole(percent: int | None, filled: float) -> None:
    assert pdf.bar(Paper.A4, percent) == filled


@pytest.mark.parametrize("paper", list(Paper))
def test_bar_is_drawn_as_wide_as_its_share_and_inside_its_column(app: Flask, paper: Paper) -> None:
    book, _ = made("plan", plan(shares=[{**SHARES[0], "percent": percent} for percent in (50, 100)]), paper)
    content = book.pages[0].get_contents()
    assert content is not None
    found = BAR.findall(content.get_data().decode("latin-1"))
    for percent, numbers in zip((50, 100), found, strict=True):
        begin, width, bar = map(float, numbers)
        assert (begin, width) == (pytest.approx(bar / 2), pytest.approx(pdf.WHOLE_BAR[paper] - begin, abs=0.1))
        assert bar == pytest.approx(pdf.WHOLE_BAR[paper] * percent / 100, abs=0.1)


def test_document_that_cannot_be_made_says_so_and_can_be_asked_for_again(app: Flask) -> None:
    cycle = make_cycle(make_program(make_partnership()))
    pdf.register()
    for _ in range(2):
        with unit_of_work():
            documents.ask(cycle.id, "plan", Paper.LETTER, "plan.pdf", {"draft": True})  # nothing the template needs
        assert db.session.scalars(select(Document)).one().state is DocumentState.WAITING
        while jobs.run_next():
            pass
        document = db.session.scalars(select(Document)).one()
        assert (document.state, document.content) == (DocumentState.NOT_MADE, None)
        assert document.problem.startswith("The PDF could not be made.")
