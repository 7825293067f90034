"""The visit pack: one file that works from disk, and the same as a PDF. For staff alone."""

from __future__ import annotations

import io
from typing import Any

from flask import abort, render_template, send_file, url_for
from flask_login import current_user
from markupsafe import Markup

from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, load_for_change, rulebook_of
from portal.foundation import document_pages, documents
from portal.foundation.access import Action
from portal.foundation.database import db, unit_of_work
from portal.foundation.document_pages import Desk

from .pack import pack_snapshot
from .queries import visit_of
from .views import bp

KIND = "visit_pack"


@bp.get("/cycles/<int:cycle_id>/visit/pack")
def pack(cycle_id: int) -> str:
    """Offer the pack as one file and as a PDF."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    return render_template(
        "visits/pack.html", cycle=cycle, title=rulebook_of(cycle).policy.review_title, visit=visit_of(cycle),
        desk=desk_of(cycle),
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/visit/pack.html")
def pack_file(cycle_id: int) -> Any:
    """Send the pack as a page that opens from disk and asks for nothing else."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    page = render_template("documents/visit_pack_file.html", d=pack_snapshot(cycle), css_text=css_text)
    return send_file(
        io.BytesIO(page.encode()), mimetype="text/html", as_attachment=True, download_name=f"{_name(cycle)}.html"
    )


def css_text(text: str) -> Markup:
    """Return a text for a style sheet; whatever is no letter or figure is written as its number, so nothing ends the style."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):x} " for sign in text)
    return Markup(f'"{plain}"')  # noqa: S704 (letters, figures, backslashes and blanks only)


def _name(cycle: Cycle) -> str:
    safe = "".join(char if char.isalnum() else "-" for char in cycle.program.name).strip("-")[:150]
    return f"visit-pack-{safe}"


@bp.post("/cycles/<int:cycle_id>/visit/pack/<paper>")
def request_pack(cycle_id: int, paper: str) -> Any:
    """Ask the worker for the pack as a PDF."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    if paper not in list(documents.Paper):
        abort(404)
    snapshot, name = pack_snapshot(cycle), _name(cycle)
    with unit_of_work():
        load_for_change(cycle.id)  # one after the other: the same pack is asked for once
        made = documents.ask(cycle.id, KIND, documents.Paper(paper), f"{name}-{paper}.pdf", snapshot)
    return document_pages.asked(desk_of(cycle), made)


@bp.get("/cycles/<int:cycle_id>/visit/pack/<int:document_id>")
def pack_state(cycle_id: int, document_id: int) -> str:
    """Say how far the PDF is."""
    cycle, document = _document(cycle_id, document_id)
    return document_pages.looked(desk_of(cycle), document)


@bp.get("/cycles/<int:cycle_id>/visit/pack/<int:document_id>/file")
def download_pack(cycle_id: int, document_id: int) -> Any:
    """Send the PDF once it is made."""
    return document_pages.fetched(_document(cycle_id, document_id)[1])


def desk_of(cycle: Cycle) -> Desk:
    """Say where the pack's PDF is asked for, watched and fetched."""
    page = url_for("visits.pack", cycle_id=cycle.id)
    return Desk(
        "visits.request_pack", "visits.pack_state", "visits.download_pack", {"cycle_id": cycle.id}, "Visit pack", page
    )


def _document(cycle_id: int, document_id: int) -> tuple[Cycle, documents.Document]:
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    document = db.session.get(documents.Document, document_id)
    if document is None or document.cycle_id != cycle.id or document.kind != KIND:
        abort(404)
    return cycle, document
