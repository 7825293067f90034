"""The library's pages: to look something up for everybody, to keep it for staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.queries import cycles_of
from portal.evidence import kinds
from portal.evidence.scanning import NotScanned, VirusFound
from portal.evidence.sending import send_stored
from portal.foundation.access import STAFF_ROLES, Action
from portal.foundation.errors import Problem, Stranger
from portal.foundation.htmx import go_to
from portal.foundation.storage import StorageDown
from portal.foundation.typed import text_of
from portal.foundation.uploads import arrived, takes_file
from portal.partnerships.models import Partnership
from portal.partnerships.queries import current_rulebook, load_partnership
from portal.programs.models import Program
from portal.programs.queries import load_program

from . import services
from .forms import Words, read_words, typed_in
from .models import OwnResource
from .queries import LANGUAGES, Wanted, languages_in, library_of, load_own, matching

bp = Blueprint("resources", __name__)
SHOWN = 20  # resources a page


@bp.get("/programs/<int:program_id>/resources")
def library(program_id: int) -> str:
    """Show the library to everybody who belongs to a program or its partnership."""
    program, roles = load_program(current_user, program_id, Action.READ_LIBRARY)
    return _library(program.partnership, program, bool(roles & STAFF_ROLES))


@bp.get("/partnerships/<int:partnership_id>/resources")
def shelf(partnership_id: int) -> str:
    """Show the library to staff, with what they retired."""
    return _library(load_partnership(current_user, partnership_id, Action.KEEP_LIBRARY), None, True)


def _library(partnership: Partnership, program: Program | None, staff: bool) -> str:
    rulebook = current_rulebook(partnership)
    items = library_of(partnership, rulebook, retired=program is None)
    cycles = cycles_of(program.id)[:1] if program else []
    asked = {name: text_of(request.args, name)[:200] for name in ("q", "section", "practice", "language")}
    code = asked["practice"].upper()
    unknown = bool(code) and code not in rulebook.catalogue
    wanted = Wanted(asked["q"], asked["section"], "" if unknown else code, asked["language"])
    found = matching(items, wanted, rulebook.catalogue)
    pages = max(1, -(-len(found) // SHOWN))
    typed = request.args.get("page", "1")
    page = min(pages, max(1, int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1))
    return render_template(
        "resources/library.html", partnership=partnership, program=program, staff=staff, asked=asked, unknown=unknown,
        items=found[(page - 1) * SHOWN : page * SHOWN], count=len(found), page=page, pages=pages,
        newest=next((one for one in cycles if one.submitted_on or not staff), None),
        sections=rulebook.catalogue.sections, languages=languages_in(items), catalogue=rulebook.catalogue,
    )  # fmt: skip


@bp.get("/partnerships/<int:partnership_id>/resources/new")
def new(partnership_id: int) -> Any:
    """Show the form for a resource."""
    partnership = load_partnership(current_user, partnership_id, Action.KEEP_LIBRARY)
    return _form(partnership, {"language": "en", "practices": request.args.get("practice", "")[:40]})


@bp.post("/partnerships/<int:partnership_id>/resources/new")
@takes_file
def add(partnership_id: int) -> Any:
    """Add a resource."""
    partnership = load_partnership(current_user, partnership_id, Action.KEEP_LIBRARY)
    return _store(partnership, None)


@bp.get("/partnerships/<int:partnership_id>/resources/<int:resource_id>")
def edit(partnership_id: int, resource_id: int) -> Any:
    """Show a resource to change it."""
    partnership = load_partnership(current_user, partnership_id, Action.KEEP_LIBRARY)
    row = load_own(partnership.id, resource_id)
    return _form(partnership, row.words() | {"version": str(row.version)}, row)


@bp.post("/partnerships/<int:partnership_id>/resources/<int:resource_id>")
@takes_file
def change(partnership_id: int, resource_id: int) -> Any:
    """Change a resource."""
    partnership = load_partnership(current_user, partnership_id, Action.KEEP_LIBRARY)
    return _store(partnership, load_own(partnership.id, resource_id))


def _store(partnership: Partnership, row: OwnResource | None) -> Any:
    typed, came = typed_in(request.form), arrived("file")
    keeps_file = row is not None and bool(row.storage_key)
    if keeps_file:
        typed["address"] = ""
    words, problems = read_words(typed, current_rulebook(partnership).catalogue, came is not None or keeps_file)
    status = 422
    try:
        if not problems:
            return _stored(partnership.id, row, words, came)
    except (kinds.FileRefused, VirusFound) as refusal:
        problems = [Problem("file", refusal.sentence)]
    except (NotScanned, StorageDown) as trouble:
        problems, status = [Problem("file", f"{trouble.sentence} Nothing was stored.")], 503
    except services.ResourceChanged as conflict:
        problems, status = [Problem("theirs", conflict.sentence)], 409
    again = {name: request.form.get(name, "")[:64] for name in ("version", "save_id")}
    partnership = load_partnership(current_user, partnership.id, Action.KEEP_LIBRARY)
    row = load_own(partnership.id, row.id) if row is not None else None
    if status == 409 and row is not None:
        again["version"] = str(row.version)
    return _form(partnership, typed | again, row, problems, theirs=status == 409), status


def _stored(partnership_id: int, row: OwnResource | None, words: Words, came: services.Came | None) -> Any:
    by_id = current_user.id
    if row is None:
        services.add(partnership_id, words, came, request.form.get("save_id", ""), by_id)
    else:
        services.edit(partnership_id, row.id, request.form.get("version", ""), words, came, by_id)
    flash(f"“{words.title}” is in the library.", "good")
    return go_to(url_for("resources.shelf", partnership_id=partnership_id))


def _form(
    partnership: Partnership, typed: dict[str, str], row: OwnResource | None = None,
    problems: list[Problem] | None = None, theirs: bool = False,
) -> str:  # fmt: skip
    return render_template(
        "resources/form.html", partnership=partnership, typed=typed, row=row, problems=problems or [], theirs=theirs,
        languages=LANGUAGES, accepted=kinds.ACCEPTED, suffixes=",".join(kinds.SUFFIXES),
        limit=current_app.config["EVIDENCE_FILE_BYTES"],
    )  # fmt: skip


@bp.post("/partnerships/<int:partnership_id>/resources/<int:resource_id>/retire")
def retire(partnership_id: int, resource_id: int) -> Any:
    """Offer a resource no more."""
    partnership = load_partnership(current_user, partnership_id, Action.KEEP_LIBRARY)
    title = load_own(partnership.id, resource_id).title
    services.retire(partnership_id, resource_id, current_user.id)
    flash(f"“{title}” is retired. Where it is attached already, it can still be opened. You can bring it back.", "good")
    return go_to(url_for("resources.shelf", partnership_id=partnership_id))


@bp.post("/partnerships/<int:partnership_id>/resources/<int:resource_id>/bring-back")
def bring_back(partnership_id: int, resource_id: int) -> Any:
    """Offer a retired resource again."""
    partnership = load_partnership(current_user, partnership_id, Action.KEEP_LIBRARY)
    title = load_own(partnership.id, resource_id).title
    services.bring_back(partnership_id, resource_id, current_user.id)
    flash(f"“{title}” is in the library again.", "good")
    return go_to(url_for("resources.shelf", partnership_id=partnership_id))


@bp.get("/programs/<int:program_id>/resources/<int:resource_id>/file")
def download(program_id: int, resource_id: int) -> Any:
    """Send the file of a resource, a retired one too: it may be attached somewhere."""
    program, _ = load_program(current_user, program_id, Action.READ_LIBRARY)
    return _send(load_own(program.partnership_id, resource_id))


@bp.get("/partnerships/<int:partnership_id>/resources/<int:resource_id>/file")
def shelf_file(partnership_id: int, resource_id: int) -> Any:
    """Send the file of a resource to staff."""
    partnership = load_partnership(current_user, partnership_id, Action.KEEP_LIBRARY)
    return _send(load_own(partnership.id, resource_id))


def _send(row: OwnResource) -> Any:
    if not row.storage_key:
        raise Stranger
    return send_stored(row.storage_key, row.media_type, row.size, row.file_name)
