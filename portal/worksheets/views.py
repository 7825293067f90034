"""The blank form as a page and as a PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask_login import current_user

from portal.foundation import document_pages, documents
from portal.foundation.access import Action
from portal.foundation.database import db, unit_of_work
from portal.foundation.document_pages import Desk
from portal.programs.models import Program
from portal.programs.queries import load_program

from .blank import blank_snapshot

bp = Blueprint("worksheets", __name__)


def desk_of(program: Program) -> Desk:
    """Say where the PDF of the blank form is asked for, watched and fetched."""
    values, page = {"program_id": program.id}, url_for("worksheets.blank_form", program_id=program.id)
    return Desk("worksheets.request_pdf", "worksheets.pdf_state", "worksheets.download_pdf", values, "Blank form", page)


@bp.get("/programs/<int:program_id>/blank-form")
def blank_form(program_id: int) -> str:
    """Show every practice with room to write, to print."""
    program, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return render_template("worksheets/blank.html", program=program, d=blank_snapshot(program), desk=desk_of(program))


@bp.post("/programs/<int:program_id>/blank-form/<paper>")
def request_pdf(program_id: int, paper: str) -> Any:
    """Ask the worker for the blank form as a PDF."""
    program, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    if paper not in list(documents.Paper):
        abort(404)
    snapshot, size = blank_snapshot(program), documents.Paper(paper)
    with unit_of_work():
        locked = {"of": Program}  # one after the other: the same form is asked for once
        db.session.get_one(Program, program.id, with_for_update=locked, populate_existing=True)
        name = documents.file_name("blank-form", program.name, size)
        made = documents.ask_for_program(program.id, "blank", size, name, snapshot)
    return document_pages.asked(desk_of(program), made)


@bp.get("/programs/<int:program_id>/blank-form/<int:document_id>")
def pdf_state(program_id: int, document_id: int) -> str:
    """Say how far the PDF is."""
    program, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return document_pages.looked(desk_of(program), _document(program, document_id))


def _document(program: Program, document_id: int) -> documents.Document:
    document = db.session.get(documents.Document, document_id)
    if document is None or document.program_id != program.id:
        abort(404)
    return document


@bp.get("/programs/<int:program_id>/blank-form/<int:document_id>/file")
def download_pdf(program_id: int, document_id: int) -> Any:
    """Send the blank form once it is made."""
    program, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return document_pages.fetched(_document(program, document_id))
