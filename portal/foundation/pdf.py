"""Makes PDFs from frozen snapshots. Only the worker imports this module: nothing else may touch the PDF library.

The library is locked down: no address is fetched, no file outside the font folder is read, time and size are limited.
"""

from __future__ import annotations

import logging
import unicodedata
from functools import cache, partial
from typing import Any

from flask import render_template
from reportlab.pdfbase.ttfonts import TTFontFile

from . import clock, jobs
from .database import db, reading, unit_of_work
from .documents import JOB, Document, DocumentState, Paper
from .paths import data_dir
from .pdf_book import Running, book

log = logging.getLogger("portal.pdf")

WHOLE_BAR = {Paper.LETTER: 146.3, Paper.A4: 141.1}  # points: the bars' column less its padding
LONGEST_TEXT = 10_000  # characters of one text; what people can type at most
FONT_FILES = ("OpenSans-Regular.ttf", "DejaVuSans-Symbols.ttf")


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
        content, pages = render(kind, paper, snapshot)
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


def render(kind: str, paper: Paper, snapshot: dict[str, Any]) -> tuple[bytes, int]:
    """Return the PDF and its number of pages. Raises DocumentNotMade, or what the library raises."""
    if kind not in ("plan", "summary", "blank", "visit_pack"):
        raise DocumentNotMade(f"There is no document called {kind}.")
    values = printable(snapshot)
    html = render_template(f"documents/{kind}.html", d=values, paper=paper.value, bar=partial(bar, paper))
    return book(html, data_dir("fonts"), running_lines(values))


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


def printable(value: Any) -> Any:
    """Name each character no font has, in brackets, so that nothing typed is silently dropped; cap long texts."""
    if isinstance(value, str):
        known = known_characters()
        whole = unicodedata.normalize("NFC", value)  # a letter and its accent as one sign, which the fonts have
        text = whole[:LONGEST_TEXT] + (" […]" if len(whole) > LONGEST_TEXT else "")
        return "".join(
            char if char in "\n\t" or ord(char) in known else f"[{unicodedata.name(char, 'sign').lower()}]"
            for char in text
        )
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    return value
