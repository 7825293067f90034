"""Registering a program without an account, and the staff's side of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.foundation.access import Action, may
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.security import NO_REFERRER, check_csrf_token, csrf
from portal.foundation.typed import text_of
from portal.programs.forms import LABELS, NEEDED, TICK_WORDS, TICKS, in_words, read_ticks
from portal.programs.models import MODEL_WORDS, SETTING_WORDS

from ..forms import read_registration
from ..models import Registration, RegistrationState
from ..queries import load_registration, partnership_by_key, same_name
from ..services import registrations as services

bp = Blueprint("registrations", __name__)
CHOICES = {"models": MODEL_WORDS, "settings": SETTING_WORDS, "in_words": in_words, "theirs": {},
           "needed": (*NEEDED, "name", "founded", "model")}  # fmt: skip


@bp.route("/partnerships/<key>/register", methods=["GET", "POST"])
def register(key: str) -> Any:
    """Let anybody enter a program for this partnership."""
    partnership = partnership_by_key(key)
    values: dict[str, Any] = {"settings": []}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        form = read_registration(request.form)
        values, problems = dict(form.typed), form.problems
        if not problems:
            save_id, address = request.form.get("save_id", ""), request.remote_addr or ""
            try:
                services.register(partnership, form.values, save_id, address, current_app.config["BASE_URL"])
            except Refused as refusal:
                problems = refusal.problems
            else:
                return redirect(url_for("registrations.sent", key=key), 303)
    page = render_template(
        "requests/register.html", partnership=partnership, values=values, problems=problems,
        save_id=request.form.get("save_id", ""), **CHOICES,
    )  # fmt: skip
    return page, 422 if problems else 200


@bp.get("/partnerships/<key>/register/sent")
def sent(key: str) -> str:
    """Say that a link to confirm is on its way."""
    return render_template("requests/register_sent.html", partnership=partnership_by_key(key))


@bp.route("/registration/<token>", methods=["GET", "POST"])
@csrf.exempt
def confirm(token: str) -> Any:
    """Let the contact look at the registration, change it, and hand it in."""
    values: dict[str, Any] = {}
    problems: tuple[Problem, ...] = ()
    try:
        if request.method == "POST":
            check_csrf_token()
            return _hand_in(token)
        found = services.open_link(token)
        values = dict(found.content)
    except services.LinkOver as over:
        return render_template("error.html", title="This link is over", sentence=over.sentence), 410, NO_REFERRER
    return _confirm_page(found, token, values, problems)


def _hand_in(token: str) -> Any:
    content = None
    if "name" in request.form:  # the whole form, to change it
        form = read_registration(request.form)
        if form.problems:
            return _confirm_page(services.open_link(token), token, dict(form.typed), form.problems)
        content = form.values
    try:
        partnership = services.hand_in(token, current_app.config["BASE_URL"], content)
    except Refused as refusal:
        return _confirm_page(services.open_link(token), token, dict(content or {}), refusal.problems)
    return render_template("requests/registered.html", partnership=partnership), 200, NO_REFERRER


def _confirm_page(found: Registration, token: str, values: dict[str, Any], problems: tuple[Problem, ...]) -> Any:
    page = render_template(
        "requests/confirm.html", registration=found, token=token, values=values, problems=problems, labels=LABELS,
        changing=found.state is RegistrationState.ASKED_BACK or bool(problems or request.args.get("change")),
        asks=found.state is RegistrationState.ASKED_BACK, **CHOICES,
    )  # fmt: skip
    return page, 422 if problems else 200, NO_REFERRER


@bp.get("/registrations/<int:registration_id>")
def show(registration_id: int) -> Any:
    """Show a registration to the staff, with what they can answer."""
    return _show(registration_id)


def _show(registration_id: int, problems: tuple[Problem, ...] = (), typed: dict[str, Any] | None = None) -> Any:
    found, roles = load_registration(current_user, registration_id, Action.SEE_PARTNERSHIP)
    claims = {key: bool(found.content.get(key)) for key in TICKS}
    program_id, waiting = same_name(found)
    page = render_template(
        "requests/registration.html", registration=found, problems=problems, labels=LABELS, in_words=in_words,
        values=claims | (typed or {}), manages=may(roles, Action.MANAGE_PROGRAMS), same_program=program_id,
        same_waiting=waiting, ticks=TICK_WORDS,
    )  # fmt: skip
    return page, 422 if problems else 200


@bp.post("/registrations/<int:registration_id>/approve")
def approve(registration_id: int) -> Any:
    """Make the program and invite its administrator."""
    load_registration(current_user, registration_id, Action.MANAGE_PROGRAMS)
    name, ticks = text_of(request.form, "name"), read_ticks(request.form)
    unticked = ",".join(key for key, yes in ticks.items() if not yes)
    if unticked and request.form.get("sure") != unticked and not _answered(registration_id):
        asked = Problem("sure", "Some boxes are not ticked. Tick them, or confirm below that they count as “no”.")
        return _show(registration_id, (asked,), {"name": name, **ticks, "unticked": unticked})
    try:
        made = services.approve(registration_id, name, ticks, current_user.id, current_app.config["BASE_URL"])
    except Refused as refusal:
        return _show(registration_id, refusal.problems, {"name": name, **ticks, "unticked": unticked, "sure": unticked})
    flash(f"{made.name} is a program of yours now. Its administrator is invited by mail.", "good")
    return go_to(url_for("desk.program", program_id=made.id))


def _answered(registration_id: int) -> bool:
    """Tell whether nothing is left to confirm; what follows then says who answered."""
    found, _ = load_registration(current_user, registration_id, Action.MANAGE_PROGRAMS)
    return found.state is not RegistrationState.WAITING


@bp.post("/registrations/<int:registration_id>/ask-back")
def ask_back(registration_id: int) -> Any:
    """Ask the contact something."""
    load_registration(current_user, registration_id, Action.MANAGE_PROGRAMS)
    question = text_of(request.form, "question")
    try:
        services.ask_back(registration_id, question, current_user.id, current_app.config["BASE_URL"])
    except Refused as refusal:
        return _show(registration_id, refusal.problems, {"question": question})
    flash("Your question is on its way.", "good")
    return go_to(url_for("registrations.show", registration_id=registration_id))


@bp.post("/registrations/<int:registration_id>/decline")
def decline(registration_id: int) -> Any:
    """Decline the registration, with a reason."""
    load_registration(current_user, registration_id, Action.MANAGE_PROGRAMS)
    reason = text_of(request.form, "reason")
    try:
        services.decline(registration_id, reason, current_user.id)
    except Refused as refusal:
        return _show(registration_id, refusal.problems, {"reason": reason})
    flash("The registration is declined. The contact gets your reason by mail.", "good")
    return go_to(url_for("registrations.show", registration_id=registration_id))
