"""The decision on a program's recognition, with every reason."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, url_for
from flask_login import current_user

from portal.assessments.queries import scorecard_of, submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import PROGRAM_ROLES, Action
from portal.foundation.errors import OutOfOrder
from portal.foundation.htmx import go_to, is_fragment
from portal.plans.moving import move_up_of

from . import services
from .queries import award_of, decision_of

bp = Blueprint("recognition", __name__)


@bp.get("/cycles/<int:cycle_id>/recognition")
def decision(cycle_id: int) -> str:
    """Show what the rules decide, condition by condition."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.RECOGNIZE)
    return _page(cycle, "")


def _page(cycle: Cycle, refusal: str) -> str:
    return render_template(
        "recognition/decision.html", cycle=cycle, decision=decision_of(cycle) if cycle.submitted_on else None,
        award=award_of(cycle), refusal=refusal, policy=rulebook_of(cycle).policy,
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/scorecard")
def scorecard(cycle_id: int) -> str:
    """Show the numbers with their reasons."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    return render_template(
        "recognition/scorecard.html", cycle=cycle, card=scorecard_of(cycle), decision=decision_of(cycle),
        rulebook=rulebook_of(cycle), submission=submission_of(cycle), roles=roles, award=award_of(cycle),
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/scorecard/next-tier")
def move_up(cycle_id: int) -> str:
    """Show what would reach the next tier: a part of the scorecard that comes after it, or a page."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    template = "recognition/_move_up.html" if is_fragment() else "recognition/move_up.html"
    return render_template(template, cycle=cycle, found=move_up_of(cycle), own=bool(roles & PROGRAM_ROLES))


@bp.post("/cycles/<int:cycle_id>/recognition/confirm")
def confirm(cycle_id: int) -> Any:
    """Confirm the tier the rules decide."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.RECOGNIZE)
    try:
        award = services.confirm(cycle.id, current_user.id, current_app.config["BASE_URL"])
    except (services.NotAwarded, OutOfOrder) as refusal:
        return _page(cycle, refusal.sentence), 422
    flash(f"{cycle.program.name} is now {award.tier_name}.", "good")
    return go_to(url_for("recognition.decision", cycle_id=cycle.id))
