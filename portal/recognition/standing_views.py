"""How a recognition stands and what became of it; changing it, appealing, and agreeing to be listed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, local_today
from portal.foundation.access import STAFF_ROLES, Action, Role, may
from portal.foundation.errors import DomainError, Problem, Refused, Stranger
from portal.foundation.htmx import go_to
from portal.foundation.typed import day_of, text_of
from portal.programs.models import Program
from portal.programs.queries import load_program

from . import appeals, badges, changing, publishing, services, withholding
from .history import events_of_program, newest_award
from .public_views import absolute, snippet
from .queries import benefits_of
from .terms import ending_of, notice_from, rules_of, tier_of
from .views import recognition_page

bp = Blueprint("standing", __name__)


@bp.get("/programs/<int:program_id>/recognition")
def page(program_id: int) -> str:
    """Show how a program's recognition stands, what it brings, what comes next, and its history."""
    program, roles = load_program(current_user, program_id, Action.READ_RESULTS)
    return _page(program, roles)


def _page(program: Program, roles: frozenset[Role], problems: tuple[Problem, ...] = (), typed: str = "") -> str:
    award, listing = newest_award(program.id), publishing.listing_of(program.id)
    status = publishing.status_of(listing, award) if listing and award else None
    rulebook = rules_of(award) if award else None
    waits = appeals.open_appeal(award) if award else None
    return render_template(
        "recognition/standing.html", program=program, award=award, listing=listing, status=status, problems=problems,
        typed=typed, staff=bool(roles & STAFF_ROLES), runs=may(roles, Action.RUN_PROGRAM),
        current=award.current(local_today(award.cycle)) if award else False,
        tier=tier_of(rulebook, award.tier_key) if award and rulebook else None,
        benefits=benefits_of(rulebook, award.tier_key) if award and rulebook else (),
        ending=ending_of(award) if award else None,
        top=bool(award and rulebook and rulebook.tiers and rulebook.tiers[-1].key == award.tier_key),
        told=bool(award and local_today(award.cycle) >= notice_from(award)),
        may_appeal=appeals.appealable(award) if award else None, appeal=waits,
        lost=appeals.is_about_a_loss(waits),
        events=events_of_program(program.id), chosen_by=publishing.chosen_by(listing) if listing else "",
        withheld=withholding.withheld_of_program(program.id),
        address=absolute("partners.verify", address=status.address) if status else "",
        badge=badges.parts_of(status) if status else None, snippet=snippet(status) if status else "",
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/recognition/override")
def override(cycle_id: int) -> Any:
    """Award another tier than the rules decide, or none for now."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.OVERRIDE)
    if request.form.get("tier") == withholding.NO_TIER:
        return _withhold(cycle)
    chosen = services.Override(
        request.form.get("tier", ""), text_of(request.form, "reason"), request.form.get("knows") == "yes"
    )
    try:
        award = services.override(cycle.id, chosen, current_user.id, current_app.config["BASE_URL"])
    except DomainError as refusal:
        return _refused(cycle, refusal, "override")
    flash(f"{cycle.program.name} is now {award.tier_name}. Your reason is kept beside what the rules decided.", "good")
    return go_to(url_for("recognition.decision", cycle_id=cycle.id))


def _withhold(cycle: Cycle) -> Any:
    reason = text_of(request.form, "reason")
    try:
        withholding.withhold(cycle.id, reason, current_user.id, current_app.config["BASE_URL"])
    except DomainError as refusal:
        return _refused(cycle, refusal, "override")
    flash("The recognition is withheld for now. The program is told that there is news, and reads your reason.", "good")
    return go_to(url_for("recognition.decision", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/recognition/move-up")
def move_up(cycle_id: int) -> Any:
    """Confirm the higher tier that the rules decide now."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.RECOGNIZE)
    try:
        award = changing.move_up(cycle.id, _seen(), current_user.id, current_app.config["BASE_URL"])
    except DomainError as refusal:
        return _refused(cycle, refusal, "move-up")
    flash(f"{cycle.program.name} is now {award.tier_name}.", "good")
    return go_to(url_for("recognition.decision", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/recognition/change")
def change(cycle_id: int) -> Any:
    """Change, extend, withdraw or give back a recognition, with a reason."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.OVERRIDE)
    form = request.form
    chosen = changing.Change(
        form.get("kind", ""), text_of(form, "reason"), form.get("tier", ""), day_of(form.get("until", "")),
        form.get("knows") == "yes",
    )  # fmt: skip
    try:
        changing.change(cycle.id, chosen, _seen(), current_user.id, current_app.config["BASE_URL"])
    except DomainError as refusal:
        return _refused(cycle, refusal, "change")
    flash("This is stored, with your name and your reason, and the program is told.", "good")
    return go_to(url_for("recognition.decision", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/recognition/appeal")
def decide_appeal(cycle_id: int) -> Any:
    """Answer an appeal with a reason."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.OVERRIDE)
    granted = {"yes": True, "no": False}.get(request.form.get("granted", ""))
    try:
        appeals.decide_appeal(
            cycle.id, granted, text_of(request.form, "why"), day_of(request.form.get("until", "")), _seen(), current_user.id,
            current_app.config["BASE_URL"],
        )  # fmt: skip
    except DomainError as refusal:
        return _refused(cycle, refusal, "appeal")
    flash("Your answer is stored, and the program is told.", "good")
    return go_to(url_for("recognition.decision", cycle_id=cycle.id))


def _seen() -> int:
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _refused(cycle: Cycle, refusal: DomainError, form: str) -> tuple[str, int]:
    """Show the decision's page again with everything typed into that form; its fields are named after it."""
    found = refusal.problems if isinstance(refusal, Refused) else (Problem("form", refusal.sentence),)
    problems = tuple(replace(one, field=f"{form}-{one.field}") for one in found)
    typed = {f"{form}-{name}": value for name, value in request.form.items()}
    return recognition_page(cycle, problems, typed), 422


@bp.post("/programs/<int:program_id>/recognition/appeal")
def appeal(program_id: int) -> Any:
    """Ask the partnership to look again at what it said of the recognition."""
    program, roles = load_program(current_user, program_id, Action.RUN_PROGRAM)
    award, text = newest_award(program.id), text_of(request.form, "text")
    if award is None:
        raise Stranger
    try:
        appeals.appeal(award.cycle_id, text, current_user.id, current_app.config["BASE_URL"])
    except DomainError as refusal:
        found = refusal.problems if isinstance(refusal, Refused) else (Problem("text", refusal.sentence),)
        return _page(program, roles, tuple(found), text), 422
    flash("Your appeal is sent. Until it is answered, your recognition stays as it is.", "good")
    return go_to(url_for("standing.page", program_id=program.id))


@bp.route("/programs/<int:program_id>/directory", methods=["GET", "POST"])
def consent(program_id: int) -> Any:
    """Show what the public directory would say of the program; agree to it, or take that back."""
    program, _ = load_program(current_user, program_id, Action.RUN_PROGRAM)
    if request.method == "POST":
        listed = request.form.get("listed") == "yes"
        publishing.choose(program.id, listed, current_user.id)
        said = (
            "Your program is in the public directory now." if listed else "Your program is not in the public directory."
        )
        flash(said, "good")
        return go_to(url_for("standing.consent", program_id=program.id))
    award, listing = newest_award(program.id), publishing.listing_of(program.id)
    status = publishing.status_of(listing, award) if listing and award else None
    return render_template(
        "recognition/consent.html", program=program, listing=listing, status=status,
        entry=publishing.entry_of(program, award, listing) if listing and award else None,
        chosen_by=publishing.chosen_by(listing) if listing else "",
    )  # fmt: skip
