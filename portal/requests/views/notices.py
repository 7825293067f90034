"""Reporting a change at a program, and reading it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation.access import Action, may
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.typed import text_of
from portal.partnerships.queries import current_rulebook
from portal.programs.queries import load_program

from ..queries import load_notice, notices_of
from ..services import notices as services

bp = Blueprint("notices", __name__)


@bp.get("/programs/<int:program_id>/changes")
def changes(program_id: int) -> str:
    """List what the program reported."""
    program, roles = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return render_template(
        "requests/changes.html", program=program, notices=notices_of(program.id), words=services.event_words,
        runs=may(roles, Action.RUN_PROGRAM), reads=may(roles, Action.READ_NEWS),
        manages=may(roles, Action.MANAGE_PROGRAMS),
    )  # fmt: skip


@bp.route("/programs/<int:program_id>/changes/new", methods=["GET", "POST"])
def report(program_id: int) -> Any:
    """Report a change."""
    program, _ = load_program(current_user, program_id, Action.RUN_PROGRAM)
    policy = current_rulebook(program.partnership).policy
    typed = {key: text_of(request.form, key) for key in ("event", "happens_on", "text", "save_id")}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        said = {key: typed[key] for key in ("event", "happens_on", "text")}
        try:
            services.report(program_id, policy, said, typed["save_id"], current_user.id, current_app.config["BASE_URL"])
        except Refused as refusal:
            problems = refusal.problems
        else:
            flash("Thank you. Your partnership is told.", "good")
            return go_to(url_for("notices.changes", program_id=program_id))
    page = render_template(
        "requests/report.html", program=program, typed=typed, problems=problems,
        events=[(event, services.event_words(event)) for event in policy.change_events],
    )  # fmt: skip
    return page, 422 if problems else 200


@bp.post("/changes/<int:notice_id>/read")
def note_read(notice_id: int) -> Any:
    """Say that staff have read it."""
    found = load_notice(current_user, notice_id, Action.READ_NEWS)
    program_id = found.program_id
    services.note_read(notice_id, current_user.id, current_app.config["BASE_URL"])
    flash("The program is told that you have read it.", "good")
    return go_to(url_for("notices.changes", program_id=program_id))
