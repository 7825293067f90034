"""The form of a program's facts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation.access import Action
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to
from portal.partnerships.queries import current_rulebook, load_partnership

from . import services
from .forms import read_program, shown
from .models import MODEL_WORDS, SETTING_WORDS
from .queries import load_program

bp = Blueprint("programs", __name__)


@bp.route("/partnerships/<int:partnership_id>/programs/new", methods=["GET", "POST"])
def new_program(partnership_id: int) -> Any:
    """Add a program to the partnership."""
    partnership = load_partnership(current_user, partnership_id, Action.MANAGE_PROGRAMS)
    return _form(partnership.id, None, {"settings": [], "in_service_area": True, "pairs_volunteers": True})


@bp.route("/programs/<int:program_id>/edit", methods=["GET", "POST"])
def edit_program(program_id: int) -> Any:
    """Change a program's facts."""
    found, _ = load_program(current_user, program_id, Action.MANAGE_PROGRAMS)
    return _form(found.partnership_id, found.id, shown(found))


def _form(partnership_id: int, program_id: int | None, values: dict[str, Any]) -> Any:
    problems: tuple[Problem, ...] = ()
    gates = current_rulebook(load_partnership(current_user, partnership_id, Action.MANAGE_PROGRAMS)).policy.gates
    if request.method == "POST":
        form = read_program(request.form, gates)
        values, problems = dict(form.typed), form.problems
        if not problems:
            try:
                saved = services.save_program(partnership_id, form.values, current_user.id, program_id)
            except Refused as refusal:
                problems = refusal.problems
            else:
                flash("The program is saved.", "good")
                return go_to(url_for("desk.program", program_id=saved.id))
    page = render_template(
        "programs/form.html",
        values=values,
        problems=problems,
        partnership_id=partnership_id,
        program_id=program_id,
        models=MODEL_WORDS,
        settings=SETTING_WORDS,
        gates=gates,
    )
    return page, 422 if problems else 200
