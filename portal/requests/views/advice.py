"""Asking for help and answering, for both sides."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation.access import STAFF_ROLES, Action, Role, may
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.typed import text_of
from portal.partnerships.queries import current_rulebook
from portal.programs.models import Program
from portal.programs.queries import load_program

from ..models import Advice
from ..queries import advice_of, load_advice
from ..services import advice as services

bp = Blueprint("advice", __name__)


@bp.get("/programs/<int:program_id>/advice")
def talks(program_id: int) -> Any:
    """List the program's questions, with the form for a new one."""
    program, roles = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return _talks(program, roles, {"practices": request.args.get("practice", "")[:100]})


def _talks(
    program: Program, roles: frozenset[Role], typed: dict[str, str], problems: tuple[Problem, ...] = ()
) -> Any:  # fmt: skip
    page = render_template(
        "requests/talks.html", program=program, talks=advice_of(program.id), asks=may(roles, Action.ASK_HELP),
        typed=typed, problems=problems, staff=bool(roles & STAFF_ROLES), save_id=typed.get("save_id", ""),
    )  # fmt: skip
    return page, 422 if problems else 200


@bp.post("/programs/<int:program_id>/advice")
def ask(program_id: int) -> Any:
    """Ask for help."""
    program, roles = load_program(current_user, program_id, Action.ASK_HELP)
    typed = {key: text_of(request.form, key) for key in ("topic", "practices", "text", "save_id")}
    asked = {key: typed[key] for key in ("topic", "practices", "text")}
    catalogue, base_url = current_rulebook(program.partnership).catalogue, current_app.config["BASE_URL"]
    try:
        made = services.ask(program_id, asked, catalogue, typed["save_id"], current_user, base_url)
    except Refused as refusal:
        return _talks(program, roles, typed, refusal.problems)
    flash("Your question is with your partnership. You get a mail when somebody answers.", "good")
    return go_to(url_for("advice.talk", advice_id=made))


@bp.get("/advice/<int:advice_id>")
def talk(advice_id: int) -> Any:
    """Show a talk."""
    found, roles = load_advice(current_user, advice_id, Action.SEE_PROGRAM)
    return _talk(found, roles)


def _talk(
    found: Advice, roles: frozenset[Role], typed: dict[str, str] | None = None, problems: tuple[Problem, ...] = ()
) -> Any:  # fmt: skip
    page = render_template(
        "requests/talk.html", advice=found, program=found.program, talks=may(roles, Action.TALK),
        catalogue=current_rulebook(found.program.partnership).catalogue, typed=typed or {}, problems=problems,
        staff=bool(roles & STAFF_ROLES),
    )  # fmt: skip
    return page, 422 if problems else 200


def _send(advice_id: int, roles: frozenset[Role], typed: dict[str, str]) -> None:
    by, base_url = current_user, current_app.config["BASE_URL"]
    services.reply(advice_id, typed["text"], typed["save_id"], by, bool(roles & STAFF_ROLES), base_url)


@bp.post("/advice/<int:advice_id>/reply")
def reply(advice_id: int) -> Any:
    """Add a message."""
    found, roles = load_advice(current_user, advice_id, Action.TALK)
    typed = {key: text_of(request.form, key) for key in ("text", "save_id")}
    try:
        _send(advice_id, roles, typed)
    except Refused as refusal:
        return _talk(found, roles, typed, refusal.problems)
    flash("Your message is there, and the other side is told by mail.", "good")
    return go_to(url_for("advice.talk", advice_id=advice_id))


@bp.post("/advice/<int:advice_id>/close")
def close(advice_id: int) -> Any:
    """Send what is typed, when there is something, and close a talk."""
    found, roles = load_advice(current_user, advice_id, Action.TALK)
    typed, sent = {key: text_of(request.form, key) for key in ("text", "save_id")}, ""
    if typed["text"]:
        try:
            _send(advice_id, roles, typed)
        except Refused as refusal:
            return _talk(found, roles, typed, refusal.problems)
        sent = "Your message is there, and the other side is told by mail. "
    services.close(advice_id, current_user.id)
    flash(f"{sent}The question is closed. A new message opens it again.", "good")
    return go_to(url_for("advice.talk", advice_id=advice_id))
