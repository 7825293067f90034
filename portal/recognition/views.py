"""The decision on a program's recognition, with every reason; moving a cycle to other rules; comparing two cycles."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.amendments import under_way
from portal.assessments.guides import for_gaps
from portal.assessments.queries import scorecard_of, submission_of
from portal.cycles.explaining import explainer_of, plugins_not_at_hand
from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import PROGRAM_ROLES, STAFF_ROLES, Action, may, roles_at
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to, is_fragment
from portal.plans.moving import move_up_of
from portal.plans.queries import changed_since, signed_statement
from rules.rulebook import Rulebook
from rules.tiers import Decision

from . import moving, services
from .appeals import is_about_a_loss, open_appeal
from .changing import decision_now, higher_tier
from .comparing import NothingToCompare, comparison_of
from .history import events_of_program, newest_event
from .models import Award, Standing
from .queries import (
    award_of,
    award_shown,
    benefits_of,
    deciding_rulebook,
    decision_of,
    months_of,
    staff_conditions,
)
from .terms import ending_of
from .withholding import stale_page, withheld_of

bp = Blueprint("recognition", __name__)


@bp.get("/cycles/<int:cycle_id>/recognition")
def decision(cycle_id: int) -> str:
    """Show what the rules decide, condition by condition."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.RECOGNIZE)
    return recognition_page(cycle)


def recognition_page(cycle: Cycle, problems: tuple[Problem, ...] = (), typed: dict[str, str] | None = None) -> str:
    """Show what the rules decide, what was confirmed, and what may be changed about it."""
    found = decision_of(cycle) if cycle.submitted_on else None
    award, rulebook = award_of(cycle), deciding_rulebook(cycle)
    now = decision_now(cycle) if award and award.standing is Standing.HELD else None
    tier = found.tier.key if found and found.tier else ""
    card = scorecard_of(cycle) if found and not award else None
    return render_template(
        "recognition/decision.html", cycle=cycle, decision=found, award=award, problems=problems, typed=typed or {},
        shown=award_shown(cycle, award) if award else None, explain=explainer_of(cycle, rulebook),
        by_hand=staff_conditions(now or found) if found else (), months=months_of(rulebook, tier),
        benefits=benefits_of(rulebook, tier), wrong=card.undetermined if card else (),
        gaps=card.safety_gaps if card else (), withheld=withheld_of(cycle),
        gone=() if award else plugins_not_at_hand(rulebook), move=move_address(cycle), rulebook=rulebook,
        amending=under_way(cycle), changed=changed_since(cycle, signed_statement(cycle)),
        **_changeable(cycle, award, rulebook, now),
    )  # fmt: skip


def _changeable(cycle: Cycle, award: Award | None, rulebook: Rulebook, now: Decision | None) -> dict[str, Any]:
    """Return what the forms on the page need: who may decide against the rules, and what stands."""
    roles = roles_at(current_user.memberships, cycle.program.partnership_id, cycle.program_id)
    appeal = open_appeal(award) if award else None
    return {
        "overrides": may(roles, Action.OVERRIDE), "seen": newest_event(award) if award else 0, "now": now,
        "higher": higher_tier(award, now) if award and now else "", "choices": rulebook.tiers,
        "appeal": appeal, "lost": is_about_a_loss(appeal), "ending": ending_of(award) if award else None,
        "events": [one for one in events_of_program(cycle.program_id) if one.event.award.cycle_id == cycle.id],
    }  # fmt: skip


def move_address(cycle: Cycle) -> str:
    """Return the address of the step to other rules, empty for people who may not take it."""
    roles = roles_at(current_user.memberships, cycle.program.partnership_id, cycle.program_id)
    mine = may(roles, Action.MOVE_CYCLE) and not moving.closed_to_moves(cycle)
    return url_for("recognition.move", cycle_id=cycle.id) if mine else ""


@bp.get("/cycles/<int:cycle_id>/scorecard")
def scorecard(cycle_id: int) -> str:
    """Show the numbers with their reasons."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    return render_template(
        "recognition/scorecard.html", cycle=cycle, card=scorecard_of(cycle), decision=decision_of(cycle),
        rulebook=rulebook_of(cycle), submission=submission_of(cycle), roles=roles, award=award_of(cycle),
        explain=explainer_of(cycle, rulebook_of(cycle)), why_decided=explainer_of(cycle, deciding_rulebook(cycle)),
        staff=bool(roles & STAFF_ROLES), move=move_address(cycle), suggestions=for_gaps(cycle),
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
    cycle, roles = load_cycle(current_user, cycle_id, Action.RECOGNIZE)
    if request.form.get("read") != "yes":
        return recognition_page(cycle, (Problem("read", "Tick that you have read the conditions above."),)), 422
    if held := stale_page(cycle, request.form.get("withheld", ""), may(roles, Action.OVERRIDE)):
        return recognition_page(cycle, (Problem("decision", held),)), 422
    try:
        seen = request.form.get("differs_seen", "")
        award = services.confirm(cycle.id, current_user.id, current_app.config["BASE_URL"], seen)
    except Refused as refusal:
        return recognition_page(cycle, refusal.problems), 422
    except (services.NotAwarded, OutOfOrder) as refusal:
        return recognition_page(cycle, (Problem("decision", refusal.sentence),)), 422
    flash(f"{cycle.program.name} is now {award.tier_name}.", "good")
    return go_to(url_for("recognition.decision", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/recognition/agree")
def agree(cycle_id: int) -> Any:
    """Record, or take back, what staff agree to by hand."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.RECOGNIZE)
    key, reason = request.form.get("key", ""), request.form.get("reason", "")
    try:
        if request.form.get("then") == "take_back":
            services.take_back(cycle.id, key, current_user.id)
        else:
            services.agree(cycle.id, key, reason, current_user.id)
    except DomainError as refusal:
        problems = refusal.problems if isinstance(refusal, Refused) else (Problem("decision", refusal.sentence),)
        problems = tuple(Problem(f"reason-{key}" if p.field == "reason" else p.field, p.sentence) for p in problems)
        return recognition_page(cycle, problems, {key: reason}), 422
    flash("This is recorded, with your name and your reason.", "good")
    return go_to(url_for("recognition.decision", cycle_id=cycle.id))


@bp.get("/cycles/<int:cycle_id>/rules")
def move(cycle_id: int) -> str:
    """Show what would change if this cycle moved to the rules in force now."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.MOVE_CYCLE)
    return _move_page(cycle)


def _move_page(cycle: Cycle, problems: tuple[Problem, ...] = (), reason: str = "") -> str:
    rulebook, preview = rulebook_of(cycle), moving.preview(cycle)
    explain = explainer_of(cycle, preview.target).knowing(rulebook)
    return render_template(
        "recognition/move.html", cycle=cycle, preview=preview, problems=problems, reason=reason, explain=explain,
        rulebook=rulebook, gone=plugins_not_at_hand(rulebook), moves=moving.moves_shown(cycle),
        closed=moving.closed_to_moves(cycle), undoable=moving.undoable(cycle),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/rules")
def move_now(cycle_id: int) -> Any:
    """Move the cycle to the rules the page showed."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.MOVE_CYCLE)
    reason = request.form.get("reason", "")
    try:
        moving.move(cycle.id, request.form.get("seen", ""), reason, current_user.id)
    except DomainError as refusal:
        problems = refusal.problems if isinstance(refusal, Refused) else (Problem("reason", refusal.sentence),)
        return _move_page(cycle, problems, reason), 422
    flash("The cycle is moved. Every answer is kept, and you can undo this.", "good")
    return go_to(url_for("recognition.move", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/rules/undo")
def undo_move(cycle_id: int) -> Any:
    """Put the rules back that were in force before the last move."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.MOVE_CYCLE)
    try:
        moving.undo(cycle.id, current_user.id)
    except DomainError as refusal:
        return _move_page(cycle, (Problem("undo", refusal.sentence),)), 422
    flash("The move is undone. The cycle has its earlier rules again, and every answer is kept.", "good")
    return go_to(url_for("recognition.move", cycle_id=cycle.id))


@bp.get("/cycles/<int:cycle_id>/comparison")
def comparison(cycle_id: int) -> Any:
    """Compare this cycle with an earlier one of the same program."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    try:
        found = comparison_of(cycle, request.args.get("with", type=int))
    except NothingToCompare as reason:
        return render_template("error.html", title="There is nothing to compare yet", sentence=reason.sentence), 404
    return render_template("recognition/comparison.html", cycle=cycle, found=found)
