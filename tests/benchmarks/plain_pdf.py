"""The content of a document laid out by ReportLab's platypus alone: what the same PDF costs without HTML and CSS."""

from __future__ import annotations

import io
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

from portal.foundation.pdf_book import Running

SKIPPED = {"head", "style", "script", "title"}
BLOCKS = {"h1", "h2", "h3", "h4", "p", "li", "div", "section", "header", "footer", "article", "main", "br", "dt", "dd"}
SIZES = {"h1": 22.0, "h2": 13.0, "h3": 11.0, "h4": 10.0}
RULED = TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.lightgrey), ("VALIGN", (0, 0), (-1, -1), "TOP")])


class CountedPages(Canvas):
    """Holds the pages back until their number is known, for "page x of y"."""

    running: Running

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.held: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 (ReportLab's name)
        self.held.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self.held, start=1):
            self.__dict__.update(page)
            self.setFont("PlainRegular", 8)
            self.drawString(1.9 * cm, letter[1] - 1.2 * cm, self.running.left)
            self.drawRightString(letter[0] - 1.9 * cm, letter[1] - 1.2 * cm, self.running.right)
            self.drawString(1.9 * cm, 1.2 * cm, self.running.foot)
            self.drawRightString(letter[0] - 1.9 * cm, 1.2 * cm, f"page {number} of {len(self.held)}")
            super().showPage()
        super().save()


class Content(HTMLParser):
    """Collects a page's paragraphs, headings and tables in order."""

    def __init__(self, fonts: tuple[str, str]) -> None:
        super().__init__()
        self.flowables: list[Flowable] = []
        self.regular, self.bold = fonts
        self.words: list[str] = []
        self.tables: list[list[list[Flowable]]] = []
        self.kind, self.skipping = "p", 0

    def style(self) -> ParagraphStyle:
        size = SIZES.get(self.kind, 9.6)
        font = self.bold if self.kind in SIZES or self.kind == "th" else self.regular
        return ParagraphStyle(self.kind, fontName=font, fontSize=size, leading=size * 1.4, spaceAfter=4)

    def flush(self) -> None:
        text = " ".join("".join(self.words).split())
        self.words.clear()
        if not text:
            return
        self.place(Paragraph(escape(text), self.style()))

    def place(self, flowable: Flowable) -> None:
        if self.tables and self.tables[-1]:
            self.tables[-1][-1].append(flowable)
        else:
            self.flowables.append(flowable)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipping += tag in SKIPPED
        if tag in BLOCKS or tag in ("table", "tr", "td", "th"):
            self.flush()
            self.kind = tag
        if str(dict(attrs).get("class", "")).startswith("bar "):
            bar = Drawing(160, 8)
            bar.add(Rect(0, 0, 160, 8, fillColor=colors.lightgrey, strokeWidth=0))
            bar.add(Rect(0, 0, 120, 8, fillColor=colors.teal, strokeWidth=0))
            self.place(bar)
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])

    def handle_endtag(self, tag: str) -> None:
        self.skipping -= tag in SKIPPED
        if tag in BLOCKS or tag in ("table", "tr", "td", "th"):
            self.flush()
            self.kind = "p"
        if tag == "table" and self.tables:
            self.end_table([row for row in self.tables.pop() if row])

    def end_table(self, rows: list[list[Flowable]]) -> None:
        columns = max(map(len, rows), default=0)
        if columns:
            padded = [[*row, *([""] * (columns - len(row)))] for row in rows]
            table = Table(padded, colWidths=[17.7 * cm / columns] * columns, repeatRows=1, style=RULED)
            self.flowables.append(table)

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.words.append(data)


@cache
def registered(fonts: Path) -> tuple[str, str]:
    """Read the fonts once, as the PDF library does on our side."""
    names = ("PlainRegular", "PlainBold")
    for name, file in zip(names, ("OpenSans-Regular.ttf", "OpenSans-Bold.ttf"), strict=True):
        pdfmetrics.registerFont(TTFont(name, str(fonts / file)))
    return names


def plain_pdf(html: str, fonts: Path, running: Running) -> bytes:
    """Lay out the page's text and tables on letter paper with the same running lines."""
    content = Content(registered(fonts))
    content.feed(html)
    content.flush()

    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=letter)
    frame = Frame(1.9 * cm, 2.1 * cm, letter[0] - 3.8 * cm, letter[1] - 4.4 * cm)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(content.flowables, canvasmaker=type("Numbered", (CountedPages,), {"running": running}))
    return out.getvalue()
