"""Opening a self-assessment for a program."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from portal.foundation.access import Action
from portal.foundation.errors import DomainError
from portal.foundation.htmx import go_to
from portal.programs.queries import load_program

from . import services

bp = Blueprint("cycles", __name__)


@bp.post("/programs/<int:program_id>/access")
def grant_access(program_id: int) -> Response:
    """Open the self-assessment, or say why it has to wait."""
    program, _ = load_program(current_user, program_id, Action.MANAGE_PROGRAMS)
    try:
        services.grant_access(program, current_user.id)
    except DomainError as refusal:
        flash(refusal.sentence, "warn")
    else:
        flash("The self-assessment is open. The program can start now.", "good")
    return go_to(url_for("desk.program", program_id=program_id))
