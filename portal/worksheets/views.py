"""The blank form as a page and as a PDF."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, abort, render_template, send_file, url_for
from flask_login import current_user

from portal.foundation import documents
from portal.foundation.access import Action
from portal.foundation.database import db, unit_of_work
from portal.foundation.htmx import go_to, is_fragment
from portal.programs.models import Program
from portal.programs.queries import load_program

from .blank import blank_snapshot

bp = Blueprint("worksheets", __name__)


@bp.get("/programs/<int:program_id>/blank-form")
def blank_form(program_id: int) -> str:
    """Show every practice with room to write, to print."""
    program, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return render_template("worksheets/blank.html", program=program, d=blank_snapshot(program))


@bp.post("/programs/<int:program_id>/blank-form/<paper>")
def request_pdf(program_id: int, paper: str) -> Any:
    """Ask the worker for the blank form as a PDF."""
    program, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    if paper not in list(documents.Paper):
        abort(404)
    snapshot = blank_snapshot(program)
    safe = "".join(char if char.isalnum() else "-" for char in program.name).strip("-")[:150]
    with unit_of_work():
        locked = {"of": Program}  # one after the other: the same form is asked for once
        db.session.get_one(Program, program.id, with_for_update=locked, populate_existing=True)
        made = documents.ask_for_program(
            program.id, "blank", documents.Paper(paper), f"blank-form-{safe}-{paper}.pdf", snapshot
        )
    if is_fragment():
        return render_template("worksheets/_pdf.html", document=made, program=program)
    return go_to(url_for("worksheets.pdf_state", program_id=program.id, document_id=made.id))


@bp.get("/programs/<int:program_id>/blank-form/<int:document_id>")
def pdf_state(program_id: int, document_id: int) -> str:
    """Say how far the PDF is."""
    program, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    template = "worksheets/_pdf.html" if is_fragment() else "worksheets/pdf.html"
    return render_template(template, document=_document(program, document_id), program=program)


def _document(program: Program, document_id: int) -> documents.Document:
    document = db.session.get(documents.Document, document_id)
    if document is None or document.program_id != program.id:
        abort(404)
    return document


@bp.get("/programs/<int:program_id>/blank-form/<int:document_id>/file")
def download_pdf(program_id: int, document_id: int) -> Any:
    """Send the blank form once it is made."""
    program, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    document = _document(program, document_id)
    if document.content is None:
        abort(404)
    return send_file(
        io.BytesIO(document.content), mimetype="application/pdf", as_attachment=True, download_name=document.file_name
    )
