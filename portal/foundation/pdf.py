"""Makes PDFs from frozen snapshots. Only the worker imports this module: nothing else may touch the PDF library.

The library is locked down: no address is fetched, no file outside the font folder is read, time and size are limited.
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from flask import render_template
from reportlab.pdfbase.ttfonts import TTFontFile
from sqlalchemy import update

from . import clock, jobs
from .database import db, reading, unit_of_work
from .documents import JOB, Document, DocumentState, Paper
from .paths import data_dir
from .pdf_book import BYTES, Framed, Running, Told, book, nobody
from .printable import printable

log = logging.getLogger("portal.pdf")

WHOLE_BAR = {Paper.LETTER: 146.3, Paper.A4: 141.1}  # points: the bars' column less its padding
FONT_FILES = ("OpenSans-Regular.ttf", "DejaVuSans-Symbols.ttf")


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of document is made."""

    seconds: int = 30
    largest: int = BYTES  # of its HTML
    one_page: bool = False  # set smaller until it fits
    framed: bool = False  # a border in place of the running lines


BOOK = Form(seconds=120, largest=8_000_000)
FORMS = {
    "plan": Form(),
    "summary": Form(),
    "blank": Form(),
    "answers": BOOK,
    "visit_pack": BOOK,
    "statement": Form(one_page=True),
    "certificate": Form(one_page=True, framed=True),
    "funder": Form(one_page=True),
}
SCALES = (1, 0.95, 0.9, 0.85, 0.8, 0.72, 0.64, 0.56)
TELL_EVERY = 0.7  # seconds

NOT_MADE = "The PDF could not be made. The page to print says the same; please use that, or try again."


class DocumentNotMade(Exception):
    """The document could not be made; the sentence is for the person who asked."""


def register() -> None:
    """Let this process make documents."""
    jobs.handles(JOB)(make)
    jobs.when_given_up(JOB)(not_made)


def make(payload: dict[str, Any]) -> None:
    """Render the document a job names; a failure is stored as a sentence, never lost."""
    with reading() as session:
        document = session.get_one(Document, payload["document_id"])
        kind, paper, snapshot = document.kind, document.paper, document.snapshot
    content, pages, problem = None, None, ""
    try:
        content, pages = render(kind, paper, snapshot, teller(payload["document_id"]))
    except Exception:  # whatever the library stumbles over, the person gets a sentence and the worker goes on
        log.exception("document %s not made", payload["document_id"])
        problem = NOT_MADE
    with unit_of_work() as session:
        document = session.get_one(Document, payload["document_id"])
        document.content, document.pages, document.problem = content, pages, problem
        document.state = DocumentState.NOT_MADE if problem else DocumentState.READY
        document.made_at = clock.now()


def not_made(payload: dict[str, Any]) -> None:
    """Say that the document was not made, in the caller's transaction."""
    document = db.session.get_one(Document, payload["document_id"])
    document.state, document.problem, document.made_at = DocumentState.NOT_MADE, NOT_MADE, clock.now()


def teller(document_id: int) -> Told:
    """Return what notes how far a document is, so seldom that it costs nothing."""
    told_at = 0.0

    def tell(percent: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < TELL_EVERY:
            return
        with unit_of_work() as session:
            session.execute(update(Document).where(Document.id == document_id).values(percent=percent))
        told_at = time.monotonic()

    return tell


def render(kind: str, paper: Paper, snapshot: dict[str, Any], told: Told = nobody) -> tuple[bytes, int]:
    """Return the PDF and its number of pages. Raises DocumentNotMade, or what the library raises."""
    form = FORMS.get(kind)
    if form is None:
        raise DocumentNotMade(f"There is no document called {kind}.")
    values = printable(snapshot, known_characters())
    told(5)
    html = render_template(f"documents/{kind}.html", d=values, paper=paper.value, bar=partial(bar, paper))
    told(10)
    lines = Framed() if form.framed else running_lines(values)
    content, pages, until = b"", 0, time.monotonic() + form.seconds  # for all sizes together
    for scale in SCALES if form.one_page else (1,):
        left = until - time.monotonic()
        if left <= 0:
            raise DocumentNotMade(f"No size of the {kind} was made in {form.seconds} seconds.")
        content, pages = book(scaled(html, scale), data_dir("fonts"), lines, left, told, form.largest)
        if pages == 1:
            break
    return content, pages


def scaled(html: str, scale: float) -> str:
    """Set every size of the style sheet smaller; the page and its margins, in centimeters, stay."""
    style, end, body = html.partition("</style>")
    return (
        re.sub(r"([\d.]+)pt", lambda size: f"{float(size[1]) * scale:g}pt", style) + end + body if scale < 1 else html
    )


def running_lines(values: dict[str, Any]) -> Running:
    """Return what every page says above and below its text."""
    if "foot" in values:
        return Running(values["program"]["name"], values["partnership"], values["foot"])
    draft = "Draft. " if values["draft"] else ""
    return Running(
        values["program"]["name"], values["partnership"], f"Confidential. {draft}Content code {values['content_code']}."
    )


def bar(paper: Paper, percent: int | None) -> float:
    """Return how many points of a bar are filled."""
    return round(WHOLE_BAR[paper] * max(0, min(100, percent or 0)) / 100, 1)


@cache
def known_characters() -> frozenset[int]:
    """Return every character the fonts can print."""
    found: set[int] = set()
    for name in FONT_FILES:
        found |= set(TTFontFile(str(data_dir("fonts") / name)).charToGlyph)
    return frozenset(found)
