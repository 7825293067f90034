"""The page on which a program begins its renewal."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, render_template, url_for
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import cycles_of, load_cycle, rulebook_of
from portal.foundation.access import STAFF_ROLES, Action, Role, may
from portal.foundation.errors import DomainError, Problem
from portal.foundation.htmx import go_to
from portal.recognition.queries import award_of

from . import renewing
from .overviewing import overview_of
from .views import bp, follow_up_of


@bp.get("/cycles/<int:cycle_id>/renewal")
def renewal(cycle_id: int) -> Any:
    """Say what a renewal is, what is carried over, and let the program begin it."""
    cycle, roles = follow_up_of(cycle_id)
    return _page(cycle, roles, ())


def _page(cycle: Cycle, roles: frozenset[Role], problems: tuple[Problem, ...]) -> str:
    found, newest = overview_of(cycle, bool(roles & STAFF_ROLES)), cycles_of(cycle.program_id)[0]
    return render_template(
        "followup/renewal.html", cycle=cycle, staff=bool(roles & STAFF_ROLES), problems=problems,
        begins=may(roles, Action.RUN_PROGRAM), award=award_of(cycle), policy=rulebook_of(cycle).policy,
        why_not=renewing.why_not_yet(cycle), newest=newest if newest.id != cycle.id else None,
        carried=[aim for aim in found.aims if aim.outcome == "carried_over"],
        open_aims=[aim for aim in found.aims if aim.outcome is None],
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/renewal")
def begin_renewal(cycle_id: int) -> Any:
    """Open the next self-assessment with last time's answers to confirm, and close this cycle."""
    load_cycle(current_user, cycle_id, Action.RUN_PROGRAM)
    cycle, roles = follow_up_of(cycle_id)
    try:
        made = renewing.begin_renewal(cycle.id, current_user.id, current_app.config["BASE_URL"])
    except DomainError as refusal:
        cycle, roles = follow_up_of(cycle_id)
        return _page(cycle, roles, (Problem("begin", refusal.sentence),)), 422
    flash("Your next self-assessment is open. Each practice shows what you said last time.", "good")
    return go_to(url_for("assessments.start", cycle_id=made.id))
