"""The pages of evidence: one beside each practice, one for the whole cycle, and the files themselves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import Action, may
from portal.foundation.errors import Problem, Refused, Stranger
from portal.foundation.htmx import go_to, is_fragment
from portal.foundation.pages import error_page, size_words
from portal.foundation.storage import StorageDown
from portal.foundation.uploads import arrived, takes_file

from . import kinds, queries, services
from .forms import host_of, read_link, read_words, ticked_in, typed_in
from .scanning import NotScanned, VirusFound
from .sending import send_stored

bp = Blueprint("evidence", __name__)
bp.add_app_template_filter(host_of, "host_of")


@bp.get("/cycles/<int:cycle_id>/answers/<code>/evidence")
def practice(cycle_id: int, code: str) -> str:
    """Show what is attached to one practice, and how to add to it."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    return _page(cycle, code)


def _page(cycle: Cycle, code: str, problems: list[Problem] | None = None, typed: dict[str, str] | None = None) -> str:
    here = rulebook_of(cycle).catalogue.practice(code)
    _, roles = load_cycle(current_user, cycle.id, Action.READ_DRAFT)
    pieces = queries.shown_by_practice(cycle, roles)
    return render_template(
        "evidence/practice.html", cycle=cycle, practice=here, pieces=pieces.get(code, []), code=code,
        offered=queries.offered(cycle, code), room=queries.room_of(cycle.program_id), problems=problems or [],
        typed=typed or {}, open=cycle.is_open(code) and may(roles, Action.ANSWER), accepted=kinds.ACCEPTED,
        suffixes=",".join(kinds.SUFFIXES), limit=current_app.config["EVIDENCE_FILE_BYTES"],
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/answers/<code>/evidence")
@takes_file
def add_file(cycle_id: int, code: str) -> Any:
    """Store a file and attach it; to our script the reply is the new list, or one sentence."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.ANSWER)
    typed, came, by_id = typed_in(request.form), arrived("file"), current_user.id
    words, problems = read_words(typed)
    if came is None:
        problems.insert(0, Problem("file", "Choose a file."))
    status = 422
    if came is not None and not problems:
        try:
            added = services.add_file(cycle, code, *came, words, by_id)
            return _added(cycle, code, added)
        except (kinds.FileRefused, VirusFound) as refusal:
            problems = [Problem("file", refusal.sentence)]
        except (NotScanned, StorageDown) as trouble:
            problems, status = [Problem("file", f"{trouble.sentence} It was not stored.")], 503
    if is_fragment():
        return render_template("evidence/_refused.html", problems=problems), status
    return _page(cycle, code, problems, typed), status


def _added(cycle: Cycle, code: str, added: services.Added) -> Any:
    if added.known:
        said = f"You have this already, as “{added.piece.title}”. It is attached here now; nothing was stored twice."
    else:
        said = f"“{added.piece.title}” is stored and attached."
    if not is_fragment():
        flash(said, "good")
        return go_to(url_for("evidence.practice", cycle_id=cycle.id, code=code))
    _, roles = load_cycle(current_user, cycle.id, Action.READ_DRAFT)
    pieces = queries.shown_by_practice(cycle, roles).get(code, [])
    return render_template("evidence/_attached.html", cycle=cycle, code=code, pieces=pieces, open=True, said=said)


@bp.post("/cycles/<int:cycle_id>/answers/<code>/evidence/links")
def add_link(cycle_id: int, code: str) -> Any:
    """Keep a web address and attach it."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.ANSWER)
    typed = typed_in(request.form, "link-")
    try:
        words, address = read_link(typed)
        added = services.add_link(cycle.id, code, words, address, current_user.id)
    except Refused as refusal:
        problems = [Problem(f"link-{one.field}", one.sentence) for one in refusal.problems]
        return _page(cycle, code, problems, {f"link-{name}": text for name, text in typed.items()}), 422
    flash(f"“{added.piece.title}” is attached.", "good")
    return go_to(url_for("evidence.practice", cycle_id=cycle.id, code=code))


@bp.post("/cycles/<int:cycle_id>/answers/<code>/evidence/attach")
def attach(cycle_id: int, code: str) -> Any:
    """Attach pieces the program has already."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.ANSWER)
    try:
        count = services.attach(cycle.id, code, ticked_in(request.form), current_user.id)
    except Refused as refusal:
        return _page(cycle, code, list(refusal.problems)), 422
    flash("1 piece is attached." if count == 1 else f"{count} pieces are attached.", "good")
    return go_to(url_for("evidence.practice", cycle_id=cycle.id, code=code))


@bp.post("/cycles/<int:cycle_id>/answers/<code>/evidence/<int:piece_id>/detach")
def detach(cycle_id: int, code: str, piece_id: int) -> Any:
    """Take a piece off this practice."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.ANSWER)
    piece = queries.load_piece(cycle, piece_id, roles)
    services.detach(cycle.id, code, piece.id, current_user.id)
    flash(f"“{piece.title}” is taken off {code}. It is still among your files and links.", "good")
    return go_to(url_for("evidence.practice", cycle_id=cycle.id, code=code))


@bp.get("/cycles/<int:cycle_id>/evidence")
def overview(cycle_id: int) -> str:
    """Show every file and link of the cycle, where each is attached, and how much room is left."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    staff = queries.is_staff_alone(roles)
    return _overview(cycle, staff, cycle.is_open() and may(roles, Action.ANSWER))


def _overview(cycle: Cycle, staff: bool, is_open: bool, problems: tuple[Problem, ...] = ()) -> str:
    person: Person = current_user
    _, roles = load_cycle(person, cycle.id, Action.READ_ANSWERS)
    return render_template(
        "evidence/overview.html", cycle=cycle, staff=staff, open=is_open, problems=problems,
        pieces=queries.shown_in_cycle(cycle, roles), room=queries.room_of(cycle.program_id),
        asked=frozenset(one.code for one in rulebook_of(cycle).catalogue.practices),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/evidence/<int:piece_id>/remove")
def remove(cycle_id: int, piece_id: int) -> Any:
    """Take a piece off everything; it can be put back."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.ANSWER)
    piece = queries.load_piece(cycle, piece_id, roles)
    services.remove(cycle.id, piece, current_user.id)
    flash(f"“{piece.title}” is removed. You can put it back below.", "good")
    return go_to(url_for("evidence.overview", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/evidence/<int:piece_id>/put-back")
def put_back(cycle_id: int, piece_id: int) -> Any:
    """Undo a removal."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.ANSWER)
    piece = queries.load_piece(cycle, piece_id, roles)
    try:
        services.put_back(cycle.id, piece, current_user.id)
    except services.NoRoom as refusal:
        return _overview(cycle, False, True, (Problem("room", refusal.sentence),)), 422
    flash(f"“{piece.title}” is back, with the practices it was attached to.", "good")
    return go_to(url_for("evidence.overview", cycle_id=cycle.id))


@bp.get("/cycles/<int:cycle_id>/evidence/<int:piece_id>/file")
def download(cycle_id: int, piece_id: int) -> Any:
    """Send a file to be saved, never shown inside the portal."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    piece = queries.load_piece(cycle, piece_id, roles)
    if piece.storage_key is None:
        raise Stranger
    return send_stored(piece.storage_key, piece.media_type, piece.size, piece.file_name)


@bp.errorhandler(413)
def too_large(_: HTTPException) -> Any:
    """Say the limit to somebody whose file was so large that it was not even received."""
    limit = size_words(current_app.config["EVIDENCE_FILE_BYTES"])
    sentence = f"The selected file must be smaller than {limit}. Nothing was stored. Go back and choose a smaller one."
    return error_page(413, "The file is too large", sentence)
