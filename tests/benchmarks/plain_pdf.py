"""The content of a document laid out by ReportLab's platypus alone: what the same PDF costs without HTML and CSS."""

from __future__ import annotations

import io
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

SKIPPED = {"head", "style", "script", "title"}
BLOCKS = {"h1", "h2", "h3", "h4", "p", "li", "div", "section", "header", "footer", "article", "main", "br", "dt", "dd"}
SIZES = {"h1": 22.0, "h2": 13.0, "h3": 11.0, "h4": 10.0}
RULED = TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.lightgrey), ("VALIGN", (0, 0), (-1, -1), "TOP")])


class Content(HTMLParser):
    """Collects a page's paragraphs, headings and tables in order."""

    def __init__(self, fonts: tuple[str, str]) -> None:
        super().__init__()
        self.flowables: list[Flowable] = []
        self.regular, self.bold = fonts
        self.words: list[str] = []
        self.tables: list[list[list[Paragraph]]] = []
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
        paragraph = Paragraph(escape(text), self.style())
        if self.tables and self.tables[-1]:
            self.tables[-1][-1].append(paragraph)
        else:
            self.flowables.append(paragraph)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipping += tag in SKIPPED
        if tag in BLOCKS or tag in ("table", "tr", "td", "th"):
            self.flush()
            self.kind = tag
        if tag == "table":
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

    def end_table(self, rows: list[list[Paragraph]]) -> None:
        columns = max(map(len, rows), default=0)
        if columns:
            padded = [[*row, *([""] * (columns - len(row)))] for row in rows]
            table = Table(padded, colWidths=[17.7 * cm / columns] * columns, repeatRows=1, style=RULED)
            self.flowables.append(table)

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.words.append(data)


def plain_pdf(html: str, fonts: Path) -> bytes:
    """Lay out the page's text and tables on letter paper with a header line and page numbers."""
    names = ("PlainRegular", "PlainBold")
    for name, file in zip(names, ("OpenSans-Regular.ttf", "OpenSans-Bold.ttf"), strict=True):
        pdfmetrics.registerFont(TTFont(name, str(fonts / file)))
    content = Content(names)
    content.feed(html)
    content.flush()

    def around(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(names[0], 8)
        canvas.drawString(1.9 * cm, 1.2 * cm, f"Page {document.page}")

    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=letter)
    frame = Frame(1.9 * cm, 2.1 * cm, letter[0] - 3.8 * cm, letter[1] - 4.4 * cm)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=around))
    document.build(content.flowables)
    return out.getvalue()
