"""Check-ins: the form stands on the program's page; a refused one comes back on a page of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import Action
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to

from . import services
from .queries import check_ins_of

bp = Blueprint("followup", __name__)


@bp.post("/cycles/<int:cycle_id>/check-ins")
def log_check_in(cycle_id: int) -> Any:
    """Log one check-in."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.CHECK_IN)
    typed = {key: request.form.get(key, "") for key in ("month", "done_on", "how", "notes")}
    try:
        done_on = date.fromisoformat(typed["done_on"].strip())
    except ValueError:
        done_on = None
    month = (
        int(typed["month"])
        if typed["month"].isascii() and typed["month"].isdigit() and len(typed["month"]) < 4
        else None
    )
    try:
        services.log_check_in(cycle.id, month, done_on, typed["how"], typed["notes"], current_user.id)
    except (Refused, OutOfOrder) as refusal:
        problems = refusal.problems if isinstance(refusal, Refused) else [Problem("month", refusal.sentence)]
        page = render_template(
            "followup/check_in.html",
            cycle=cycle,
            problems=problems,
            typed=typed,
            check_ins=check_ins_of(cycle),
            months=rulebook_of(cycle).policy.check_in_months,
        )
        return page, 422
    flash("The check-in is logged.", "good")
    return go_to(url_for("desk.program", program_id=cycle.program_id))
