"""The forms of a program's facts, for staff and for the program itself, and how the facts changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation.access import Action
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to
from portal.partnerships.queries import current_rulebook, load_partnership

from . import services
from .forms import LABELS, TICK_WORDS, in_words, read_facts, read_program, shown
from .models import MODEL_WORDS, SETTING_WORDS, Program
from .queries import load_program, versions_of

bp = Blueprint("programs", __name__)
CHOICES = {"models": MODEL_WORDS, "settings": SETTING_WORDS, "ticks": TICK_WORDS, "in_words": in_words,
           "needed": ("name", "founded", "model")}  # fmt: skip


@bp.route("/partnerships/<int:partnership_id>/programs/new", methods=["GET", "POST"])
def new_program(partnership_id: int) -> Any:
    """Add a program to the partnership."""
    partnership = load_partnership(current_user, partnership_id, Action.MANAGE_PROGRAMS)
    gates = current_rulebook(partnership).policy.gates
    values: dict[str, Any] = {"settings": [], "in_service_area": True, "pairs_volunteers": True}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        form = read_program(request.form, gates)
        values, problems = dict(form.typed), form.problems
        if not problems:
            try:
                saved = services.save_program(partnership.id, form.values, current_user.id)
            except Refused as refusal:
                problems = refusal.problems
            else:
                flash("The program is saved.", "good")
                return go_to(url_for("desk.program", program_id=saved.id))
    page = render_template(
        "programs/form.html", values=values, problems=problems, partnership_id=partnership_id, program=None, gates=gates,
        theirs={}, version="", **CHOICES,
    )  # fmt: skip
    return page, 422 if problems else 200


@bp.route("/programs/<int:program_id>/edit", methods=["GET", "POST"])
def edit_program(program_id: int) -> Any:
    """Change a program's facts, and what only staff may say of it."""
    found, _ = load_program(current_user, program_id, Action.MANAGE_PROGRAMS)
    return _facts(found, staff=True)


@bp.route("/programs/<int:program_id>/facts", methods=["GET", "POST"])
def facts(program_id: int) -> Any:
    """Let the program's administrator change its own facts."""
    found, _ = load_program(current_user, program_id, Action.RUN_PROGRAM)
    return _facts(found, staff=False)


def _facts(program: Program, staff: bool) -> Any:
    gates = current_rulebook(program.partnership).policy.gates if staff else ()
    values, version = shown(program), str(program.version)
    problems: tuple[Problem, ...] = ()
    theirs: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        form = read_program(request.form, gates) if staff else read_facts(request.form)
        version, program_id = request.form.get("version", ""), program.id
        try:
            if form.problems:
                raise Refused(form.problems)
            services.save_program(program.partnership_id, form.values, current_user.id, program_id, version)
        except Refused as refusal:
            values, problems, status = values | dict(form.typed), refusal.problems, 422
        except services.FactsClash as clash:
            values, problems, status = values | dict(clash.merged), clash.problems, 409
            theirs, version = dict(clash.stored), str(clash.version)
        else:
            flash("The facts are saved.", "good")
            return go_to(url_for("desk.program", program_id=program_id))
    page = render_template(
        "programs/form.html" if staff else "programs/facts.html", values=values, problems=problems, program=program,
        partnership_id=program.partnership_id, gates=gates, theirs=theirs, version=version, **CHOICES,
    )  # fmt: skip
    return page, status


@bp.get("/programs/<int:program_id>/facts/history")
def facts_history(program_id: int) -> str:
    """Show who changed which fact, when, and from what to what."""
    found, _ = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return render_template(
        "programs/history.html", program=found, versions=versions_of(found.id), labels=LABELS, in_words=in_words
    )
