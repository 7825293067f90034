"""What the plan's PDF costs beside the same content by ReportLab alone."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pypdf
from flask import render_template
from sqlalchemy import select

from portal import create_app
from portal.cycles.models import Cycle
from portal.demo.seed import seed
from portal.foundation import migrate, pdf
from portal.foundation.access import PROGRAM_ROLES
from portal.foundation.database import db
from portal.foundation.documents import Paper
from portal.foundation.paths import data_dir
from portal.foundation.printable import printable
from portal.papers.book import answers_snapshot
from portal.plans.documents import plan_snapshot
from portal.plans.models import Plan

from .figures import Figure
from .plain_pdf import plain_pdf

RUNS = 21
BOOK_PAGES = 120


def document_figures() -> list[Figure]:
    """Render the longest plan of the demo both ways; the figure is how many times longer ours takes."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {"DATA_FOLDER": Path(folder), "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/demo.sqlite3", "DEMO": True}
        )
        with app.test_request_context():
            migrate.upgrade()
            seed()
            snapshot = of_pages(
                4, max((plan_snapshot(cycle) for cycle in planned_cycles()), key=lambda one: len(str(one)))
            )
            db.session.rollback()
            bar = partial(pdf.bar, Paper.LETTER)
            html = render_template(
                "documents/plan.html", d=printable(snapshot, pdf.known_characters()), paper="letter", bar=bar
            )
            lines = pdf.running_lines(snapshot)
            document, other, ours, plain = timed(
                lambda: pdf.render("plan", Paper.LETTER, snapshot)[0],
                lambda: plain_pdf(html, data_dir("fonts"), lines),
            )
            book, seconds = longest_book()
            db.session.remove()
            db.engine.dispose()
    sizes = (f"{pages_in(document)} pages {ours * 1000:.0f} ms", f"{pages_in(other)} pages {plain * 1000:.0f} ms")
    return [
        Figure(f"plan PDF: {sizes[0]}, ReportLab alone {sizes[1]}", ours / plain, 5, "times"),
        Figure(f"book of all answers, {book} pages of long notes", seconds, 30, "s"),
    ]


def longest_book() -> tuple[int, float]:
    """Fill every note of a submitted cycle until the book has 120 pages; return its pages and the seconds it took."""
    cycle = db.session.scalars(select(Cycle).where(Cycle.submitted_on.is_not(None)).order_by(Cycle.id.desc())).first()
    if cycle is None:
        raise RuntimeError("the demo has no submitted cycle")
    snapshot = answers_snapshot(cycle, PROGRAM_ROLES)
    db.session.rollback()
    line = "La coordinadora revisa cada expediente con el equipo, anota la fecha y pide dentro de una semana lo que falta. "
    for times in range(20, 200, 10):
        for section in snapshot["sections"]:
            section["practices"] = [
                one | {"notes": "\n".join([line * 5] * (times // 5))} for one in section["practices"]
            ]
        start = time.process_time()
        content, pages = pdf.render("answers", Paper.LETTER, snapshot)
        if pages >= BOOK_PAGES:
            return pages_in(content), time.process_time() - start
    raise RuntimeError(f"the book does not reach {BOOK_PAGES} pages")


def of_pages(wanted: int, snapshot: dict[str, Any]) -> dict[str, Any]:
    """Repeat the plan's own priorities until it fills the wanted number of pages."""
    priorities = list(snapshot["priorities"])
    longer = dict(snapshot)
    for number in range(1, 60):
        longer["priorities"] = [
            priorities[at % len(priorities)] | {"number": at + 1} for at in range(max(number, len(priorities)))
        ]
        if pages_in(pdf.render("plan", Paper.LETTER, longer)[0]) >= wanted:
            return longer
    raise RuntimeError(f"the plan does not reach {wanted} pages")


def planned_cycles() -> list[Cycle]:
    return list(db.session.scalars(select(Cycle).join(Plan, Plan.cycle_id == Cycle.id)))


def timed(ours: Callable[[], bytes], plain: Callable[[], bytes]) -> tuple[bytes, bytes, float, float]:
    """Return what both make, and the median seconds each takes, one after the other in turn.

    The process is warm, as the worker is: both have made the document once and read their fonts. The seconds are those
    of the processor, which other work on the machine does not lengthen by making us wait.
    """
    made = ours(), plain()
    took: dict[Callable[[], bytes], list[float]] = {ours: [], plain: []}
    for _ in range(RUNS):
        for render, seconds in took.items():
            start = time.process_time()
            render()
            seconds.append(time.process_time() - start)
    return *made, median(took[ours]), median(took[plain])


def pages_in(content: bytes) -> int:
    reader: Any = pypdf.PdfReader(io.BytesIO(content))
    return len(reader.pages)
