"""Worksheets per section: downloading one, and bringing it back answer by answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.forms import raw_of
from portal.assessments.services import AnswersFrozen
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, load_cycle, rulebook_of
from portal.foundation.access import TABLE, Action
from portal.foundation.database import db
from portal.foundation.errors import Problem
from portal.foundation.htmx import go_to
from rules.catalogue import Section

from .merging import Choice, Found, Row, chosen, compared, take
from .sheet import LARGEST, SheetNotReadable, name_of, read_sheet, worksheet_of
from .views import bp


@bp.get("/cycles/<int:cycle_id>/worksheets")
def overview(cycle_id: int) -> str:
    """Offer a worksheet for each section, and the way back."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    return _overview(cycle, bool(roles & TABLE[Action.ANSWER]))


def _overview(cycle: Cycle, may_answer: bool, problem: str = "") -> str:
    return render_template(
        "worksheets/overview.html", cycle=cycle, areas=rulebook_of(cycle).catalogue.areas, may_answer=may_answer,
        open=cycle.is_open(), problems=[Problem("sheet", problem)] if problem else [],
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/worksheets/<key>")
def download_sheet(cycle_id: int, key: str) -> Response:
    """Send one section as a file that works from disk."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    section = rulebook_of(cycle).catalogue.section(key)
    reply = Response(worksheet_of(cycle, section), mimetype="text/html")
    reply.headers.set("Content-Disposition", "attachment", filename=f"{name_of(cycle, section)}.html")
    return reply


def _open(cycle_id: int) -> Cycle:
    cycle, _ = load_cycle(current_user, cycle_id, Action.ANSWER)
    if not cycle.is_open():
        raise AnswersFrozen("This assessment was submitted, so no worksheet can be brought back. Nothing was stored.")
    return cycle


@bp.post("/cycles/<int:cycle_id>/worksheets")
def bring_sheet(cycle_id: int) -> Any:
    """Read the file that comes back and show what differs; nothing is stored yet."""
    cycle = _open(cycle_id)
    file = request.files.get("sheet")
    if file is None or not file.filename:
        return _overview(cycle, True, "Choose the worksheet’s file first."), 422
    try:
        sheet = read_sheet(file.stream.read(LARGEST + 1), cycle)
    except SheetNotReadable as refusal:
        return _overview(cycle, True, refusal.sentence), 422
    return _merging(cycle, sheet.section, compared(cycle, sheet.section, sheet.answers, sheet.versions))


def _merging(cycle: Cycle, section: Section, rows: list[Row]) -> str:
    problems = [
        Problem(f"{row.practice.code}-choice", f"{row.practice.code}: {problem.sentence}")
        for row in rows if row.found is not Found.REFUSED for problem in row.problems
    ]  # fmt: skip
    return render_template(
        "worksheets/merge.html", cycle=cycle, section=section, rows=rows, problems=problems,
        labels=labels_of(rulebook_of(cycle)), differing=[row for row in rows if row.found is not Found.SAME],
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/worksheets/<key>")
def merge_sheet(cycle_id: int, key: str) -> Any:
    """Store what was chosen, answer by answer; whatever could not be stored is asked again with its text."""
    cycle, form = _open(cycle_id), request.form
    section = rulebook_of(cycle).catalogue.section(key)
    bases = {
        one.code: int(base)
        for one in section.practices
        if (base := form.get(f"{one.code}-base", "")).isascii() and base.isdigit() and len(base) < 10
    }
    typed = {code: raw_of(form, code) for code in bases}
    choices = {code: form.get(f"{code}-choice", "") for code in bases}
    rows = chosen(compared(cycle, section, typed, bases), choices)
    if any(row.problems for row in rows if row.found is not Found.REFUSED or row.choice != Choice.KEEP):
        return _merging(cycle, section, rows), 422
    taken = [row for row in rows if row.answer is not None and row.choice in (Choice.TAKE, Choice.TOGETHER)]
    left = [take(cycle, row, form.get(f"{row.practice.code}-version"), current_user.id) for row in taken]
    if again := {row.practice.code: row for row in left if row is not None}:
        db.session.expire_all()
        newest = compared(cycle, section, {code: row.typed for code, row in again.items()}, bases)
        shown = [_asked_again(row, again[row.practice.code]) for row in newest]
        return _merging(cycle, section, shown), 409
    flash(f"Taken from the worksheet: {len(taken)}. Please check the answers of this section.", "good")
    return go_to(url_for("assessments.check_section", cycle_id=cycle.id, key=key))


def _asked_again(row: Row, before: Row) -> Row:
    """Keep what was chosen and why it could not be stored beside the newest stored answer."""
    return replace(row, problems=before.problems, choice=before.choice)
