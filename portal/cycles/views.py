"""Opening a self-assessment for a program, by the rules or, with a reason, against them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation.access import Action
from portal.foundation.errors import DomainError, Problem
from portal.foundation.htmx import go_to
from portal.partnerships.queries import current_rulebook
from portal.programs.models import Program
from portal.programs.queries import eligibility_of, load_program

from . import services
from .explaining import Explainer

bp = Blueprint("cycles", __name__)


@bp.get("/programs/<int:program_id>/access")
def access(program_id: int) -> str:
    """Show what the rules say about this program beginning, and how staff may decide otherwise."""
    program, _ = load_program(current_user, program_id, Action.MANAGE_PROGRAMS)
    return _page(program)


def _page(program: Program, problems: tuple[Problem, ...] = (), reason: str = "") -> str:
    rulebook = current_rulebook(program.partnership)
    return render_template(
        "cycles/access.html", program=program, verdict=eligibility_of(program), policy=rulebook.policy,
        explain=Explainer(rulebook), problems=problems, reason=reason, passed=program.gates_passed,
    )  # fmt: skip


@bp.post("/programs/<int:program_id>/access")
def grant_access(program_id: int) -> Any:
    """Open the self-assessment, or say why it has to wait."""
    program, _ = load_program(current_user, program_id, Action.MANAGE_PROGRAMS)
    reason = request.form.get("reason", "")
    try:
        services.grant_access(program, current_user.id, reason)
    except services.CycleUnderWay as known:  # the button was pressed twice, or a colleague was quicker
        flash(known.sentence, "warn")
    except DomainError as refusal:
        return _page(program, (Problem("reason", refusal.sentence),), reason), 422
    else:
        flash("The self-assessment is open. The program can start now.", "good")
    return go_to(url_for("desk.program", program_id=program_id))
