"""Makes PDFs from frozen snapshots. Only the worker imports this module: nothing else may touch the PDF library.

The library is locked down: no address is fetched, no file outside the font folder is read, time and size are limited.
"""

from __future__ import annotations

import base64
import io
import logging
import unicodedata
from functools import cache
from typing import Any

from flask import render_template
from reportlab.pdfbase.ttfonts import TTFontFile
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from . import clock, jobs
from .database import db, reading, unit_of_work
from .documents import JOB, Document, DocumentState, Paper
from .paths import data_dir

log = logging.getLogger("portal.pdf")

SECONDS, BYTES = 30, 2_000_000
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
    fonts = data_dir("fonts")
    if kind not in ("plan", "summary"):
        raise DocumentNotMade(f"There is no document called {kind}.")
    html = render_template(f"documents/{kind}.html", d=printable(snapshot), paper=paper.value, bar=bar)
    policy = ResourceAccessPolicy.server(
        fonts, allow_remote=False, max_render_seconds=SECONDS, max_document_bytes=BYTES
    )
    out = io.BytesIO()
    status = pisa.CreatePDF(html, dest=out, path=str(fonts / "document.html"), resource_policy=policy)
    if status.err:
        raise DocumentNotMade("The PDF library reported an error.")
    return out.getvalue(), int(status.page_count if hasattr(status, "page_count") else pages_of(out.getvalue()))


def pages_of(content: bytes) -> int:
    """Count the pages of a PDF we made."""
    return content.count(b"/Type /Page\n") or content.count(b"/Type /Page ")


def bar(percent: int | None, color: str = "#0b5563") -> str:
    """Return a bar as a data address; only our own numbers enter it, never typed text."""
    width = 0 if percent is None else max(0, min(100, int(percent)))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="8" viewBox="0 0 200 8">'
        '<rect x="0" y="0" width="200" height="8" fill="#dfe5ea"/>'
        + (f'<rect x="0" y="0" width="{width * 2}" height="8" fill="{color}"/>' if width else "")
        + "</svg>"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


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
