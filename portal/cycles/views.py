"""Asking for a self-assessment, and opening one, by the rules or, with a reason, against them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation import clock
from portal.foundation.access import STAFF_ROLES, Action, may
from portal.foundation.errors import DomainError, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.typed import text_of
from portal.partnerships.queries import current_rulebook
from portal.programs.models import Program
from portal.programs.queries import eligibility_of, facts_of, load_program
from rules.policy import closed_gates
from rules.texts import USUAL

from . import requests, services
from .explaining import Explainer
from .queries import cycles_of, newest_request

bp = Blueprint("cycles", __name__)


@bp.get("/programs/<int:program_id>/eligibility")
def eligibility(program_id: int) -> str:
    """Show each rule on who may begin with yes or not yet, and what can be had until then."""
    program, roles = load_program(current_user, program_id, Action.SEE_PROGRAM)
    rulebook = current_rulebook(program.partnership)
    return render_template(
        "cycles/eligibility.html", program=program, verdict=eligibility_of(program, rulebook), policy=rulebook.policy,
        explain=Explainer(rulebook), meanwhile=rulebook.text("meanwhile") or USUAL["meanwhile"],
        staff=bool(roles & STAFF_ROLES), runs=may(roles, Action.RUN_PROGRAM), manages=may(roles, Action.MANAGE_PROGRAMS),
        closed_gates=closed_gates(rulebook.policy, facts_of(program)),
    )  # fmt: skip


@bp.get("/programs/<int:program_id>/access")
def access(program_id: int) -> str:
    """Show what the rules say about this program beginning, and how staff may decide otherwise."""
    program, _ = load_program(current_user, program_id, Action.MANAGE_PROGRAMS)
    return _page(program)


def _page(program: Program, problems: tuple[Problem, ...] = (), reason: str = "", decline: str = "") -> str:
    rulebook = current_rulebook(program.partnership)
    return render_template(
        "cycles/access.html", program=program, verdict=eligibility_of(program), policy=rulebook.policy,
        explain=Explainer(rulebook), problems=problems, reason=reason, passed=program.gates_passed,
        asked=newest_request(program.id), decline=decline,
    )  # fmt: skip


@bp.post("/programs/<int:program_id>/access")
def grant_access(program_id: int) -> Any:
    """Open the self-assessment, or say why it has to wait."""
    program, _ = load_program(current_user, program_id, Action.MANAGE_PROGRAMS)
    reason = request.form.get("reason", "")
    try:
        services.grant_access(program, current_user.id, reason, base_url=current_app.config["BASE_URL"])
    except services.CycleUnderWay as known:  # the button was pressed twice, or a colleague was quicker
        flash(known.sentence, "warn")
    except DomainError as refusal:
        return _page(program, (Problem("reason", refusal.sentence),), reason), 422
    else:
        flash("The self-assessment is open. The program can start now.", "good")
    return go_to(url_for("desk.program", program_id=program_id))


@bp.post("/programs/<int:program_id>/access/decline")
def decline_access(program_id: int) -> Any:
    """Decline the program's request, with a reason."""
    program, _ = load_program(current_user, program_id, Action.MANAGE_PROGRAMS)
    reason = text_of(request.form, "decline")
    try:
        requests.decline_access(program.id, reason, current_user.id, current_app.config["BASE_URL"])
    except Refused as refusal:
        return _page(program, refusal.problems, decline=reason), 422
    flash("The program is told that it has to wait, and why.", "good")
    return go_to(url_for("desk.program", program_id=program_id))


@bp.route("/programs/<int:program_id>/ask-access", methods=["GET", "POST"])
def ask_access(program_id: int) -> Any:
    """Let the program's administrator ask for a self-assessment; one that may begin its renewal is led there instead."""
    program, _ = load_program(current_user, program_id, Action.RUN_PROGRAM)
    rulebook = current_rulebook(program.partnership)
    verdict, closed = eligibility_of(program, rulebook), closed_gates(rulebook.policy, facts_of(program))
    ready = requests.invited(cycles_of(program.id)) if verdict.eligible and not closed else None
    if request.method == "GET" and ready is not None:
        flash("You are invited to renew, so you need not ask for access. You can begin here.", "good")
        return go_to(url_for("followup.renewal", cycle_id=ready.id))
    asked = requests.read_request(request.form, clock.local_day(program.partnership.time_zone))
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            requests.ask_access(program.id, asked, current_user.id, current_app.config["BASE_URL"])
        except Refused as refusal:
            problems = refusal.problems
        else:
            flash(f"Your request is with {program.partnership.name}. You get a mail when it is answered.", "good")
            return go_to(url_for("desk.program", program_id=program_id))
    page = render_template(
        "cycles/ask_access.html", program=program, verdict=verdict, policy=rulebook.policy,
        typed=asked.typed, problems=problems, closed=closed,
    )  # fmt: skip
    return page, 422 if problems else 200
