"""Turns a document's HTML into the bytes of a PDF: laid out once, with the running lines drawn straight on the page.

The library's own page count lays out every document twice, and its running frames are copied for every page. Here each
page refers to a form that is written after the last one, when their number is known, so one pass is enough.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.fonts import tt2ps
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, KeepTogether
from reportlab.platypus.doctemplate import ActionFlowable
from xhtml2pdf.config.resources import ResourceAccessPolicy, render_budget, use_policy
from xhtml2pdf.default import DEFAULT_PAGE_NAME
from xhtml2pdf.document import pisaStory
from xhtml2pdf.files import cleanFiles
from xhtml2pdf.util import reset_caches
from xhtml2pdf.xhtml2pdf_reportlab import PmlBaseDoc, PmlParagraph

SECONDS, BYTES = 30, 2_000_000
NUMBER = 2.6 * cm  # room for a page's number
READ = 45  # percent of the work that is done once the library has read the text
SIDE, TOP, BOTTOM, GAP = 1.9 * cm, 1.35 * cm, 1.3 * cm, 0.6 * cm
SIZE, SOFT, DARK = 8, HexColor("#4f5b68"), HexColor("#0b5563")
COMPANY = 3.2 * cm  # a heading, the line below it and two lines of text
PmlParagraph.allowWidows = 0  # no last line of a paragraph alone on a page
ONE_AT_A_TIME = threading.Lock()  # ReportLab keeps its fonts in the module


Told = Callable[[int], None]  # is given how many percent are done


@dataclass(frozen=True, slots=True)
class Running:
    """The lines every page carries beside its number."""

    left: str
    right: str
    foot: str


@dataclass(frozen=True, slots=True)
class Framed:
    """Nothing but an ornamental border, as a certificate has."""


def nobody(_percent: int) -> None:
    """Tell nobody how far it is."""


def book(
    html: str,
    fonts: Path,
    running: Running | Framed,
    seconds: float | None = None,
    told: Told = nobody,
    largest: int = BYTES,
) -> tuple[bytes, int]:
    """Return the PDF and its number of pages. No address is fetched, no file outside the font folder is read."""
    policy = ResourceAccessPolicy.server(
        fonts, allow_remote=False, max_render_seconds=seconds or SECONDS, max_document_bytes=largest
    )
    try:
        with ONE_AT_A_TIME, use_policy(policy), render_budget(policy):
            # The template's style sheet says everything; the library's own would be read and matched each time.
            parsed: Any = pisaStory(html, path=str(fonts / "document.html"), default_css="", resource_policy=policy)
            told(READ)
            return laid_out(parsed, running, told)
    finally:
        cleanFiles()
        reset_caches()


def laid_out(parsed: Any, running: Running | Framed, told: Told) -> tuple[bytes, int]:
    """Lay out what the library read."""
    out = io.BytesIO()
    document = PmlBaseDoc(
        out,
        pagesize=parsed.pageSize,
        author=parsed.meta["author"].strip(),
        title=parsed.meta["title"].strip(),
        lang=parsed.lang_tag or None,
    )
    page = parsed.templateList[DEFAULT_PAGE_NAME]
    numbered = isinstance(running, Running)
    page.onPageEnd = lambda canvas, _document: (
        draw_running_lines(canvas, running) if isinstance(running, Running) else draw_frame(canvas)
    )
    document.addPageTemplates([page])
    story = with_company(parsed.story)
    document.setProgressCallBack(progress(told, len(story) or 1))
    document.build([*story, *([PageNumbers()] if numbered else [])])
    return out.getvalue(), document.page


def with_company(story: list[Any]) -> list[Any]:
    """Move a heading on where the page has no room for it and the first lines of the text below."""
    found: list[Any] = []
    for one, following in zip_longest(story, story[1:]):
        if isinstance(one, KeepTogether) and isinstance(following, PmlParagraph):
            found.append(CondPageBreak(COMPANY))
        found.append(one)
    return found


def progress(told: Told, parts: int) -> Callable[[str, int], None]:
    """Return what the layout calls with how many parts are placed; parts that break up on the way never count back."""
    furthest = READ

    def step(what: str, placed: int) -> None:
        nonlocal furthest
        if what == "PROGRESS":
            furthest = min(99, max(furthest, READ + (99 - READ) * placed // parts))
            told(furthest)

    return step


class PageNumbers(ActionFlowable):
    """Stands last and writes "page x of y" for all pages."""

    def apply(self, document: Any) -> None:
        canvas = document.canv
        for page in range(1, document.page + 1):
            canvas.beginForm(form_of(page))
            draw_text(canvas, canvas._pagesize[0] - SIDE, BOTTOM, f"page {page} of {document.page}", at_right=True)
            canvas.endForm()


def form_of(page: int) -> str:
    """Return the name of the form that holds a page's number."""
    return f"page-number-{page}"


def draw_running_lines(canvas: Canvas, running: Running) -> None:
    """Draw who the document is about and from whom above the page, what it is below."""
    width, height = canvas._pagesize
    half = (width - 2 * SIDE - GAP) / 2
    draw_text(canvas, SIDE, height - TOP, fitting(running.left, half))
    draw_text(canvas, width - SIDE, height - TOP, fitting(running.right, half), at_right=True)
    draw_text(canvas, SIDE, BOTTOM, fitting(running.foot, width - 2 * SIDE - NUMBER))
    canvas.doForm(form_of(canvas.getPageNumber()))


def draw_frame(canvas: Canvas) -> None:
    """Draw a border of a strong and a fine line, with a small diamond in the middle of each side."""
    width, height = canvas._pagesize
    canvas.setStrokeColor(DARK)
    for inset, line in ((1.1 * cm, 2.4), (1.32 * cm, 0.6)):
        canvas.setLineWidth(line)
        canvas.rect(inset, inset, width - 2 * inset, height - 2 * inset)
    canvas.setFillColor(DARK)
    middle = 1.21 * cm
    for x, y in ((width / 2, middle), (width / 2, height - middle), (middle, height / 2), (width - middle, height / 2)):
        diamond = canvas.beginPath()
        for at, (left, up) in enumerate(((-7, 0), (0, 7), (7, 0), (0, -7))):
            (diamond.lineTo if at else diamond.moveTo)(x + left, y + up)
        diamond.close()
        canvas.drawPath(diamond, stroke=0, fill=1)


def draw_text(canvas: Canvas, x: float, y: float, text: str, *, at_right: bool = False) -> None:
    """Draw one line, each sign in the font that has it."""
    line = canvas.beginText(x - (width_of(text) if at_right else 0), y)
    line.setFillColor(SOFT)
    for font, part in in_fonts(text):
        line.setFont(font, SIZE)
        line.textOut(part)
    canvas.drawText(line)


def fitting(text: str, width: float) -> str:
    """Return the text, cut where it would leave its half of the line."""
    if width_of(text) <= width:
        return text
    while text and width_of(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def width_of(text: str) -> float:
    """Measure one line."""
    return sum(float(pdfmetrics.stringWidth(part, font, SIZE)) for font, part in in_fonts(text))


def in_fonts(text: str) -> list[tuple[str, str]]:
    """Cut the text into parts, each with the name of the font that has its signs."""
    body, symbols = tt2ps("body", 0, 0), tt2ps("sym", 0, 0)
    known = pdfmetrics.getFont(body).face.charToGlyph
    return [
        (body if inside else symbols, "".join(part))
        for inside, part in groupby(text, key=lambda sign: ord(sign) in known)
    ]
