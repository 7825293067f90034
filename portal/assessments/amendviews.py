"""The page of changes after submitting: asking, opening, declining, sending, and every frozen copy."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.explaining import Explainer
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, load_cycle, local_today, rulebook_of
from portal.evidence.queries import shown_as_recorded
from portal.foundation.access import Action, Role, may
from portal.foundation.database import db
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to

from . import amending
from .amendments import UNDER_WAY, closed_to_changes, copies_of, copies_shown, mark_of, open_practices, rounds_of
from .models import Amendment
from .queries import frozen_answers, frozen_evidence

bp = Blueprint("amendments", __name__)
log = logging.getLogger("portal.assessments")
USUAL_DAYS = 14
Typed = dict[str, Any]
TEXTS = ("reason", "note", "decline_reason", "close_reason")


@bp.get("/cycles/<int:cycle_id>/changes")
def page(cycle_id: int) -> str:
    """Show what was asked for, what is open, and every copy; `code` ticks a practice beforehand."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    return _page(cycle, roles, [], {"codes": request.args.getlist("code")} if "code" in request.args else {})


def _page(cycle: Cycle, roles: frozenset[Role], problems: list[Problem], typed: Typed) -> str:
    rounds, draft = rounds_of(cycle), may(roles, Action.READ_DRAFT)
    round_ = next((one for one in rounds if one.state in UNDER_WAY), None)
    today, rulebook = local_today(cycle), rulebook_of(cycle)
    titles = {practice.code: practice for practice in rulebook.catalogue.practices}
    open_ = open_practices(cycle) if draft else []
    return render_template(
        "assessments/changes.html", cycle=cycle, problems=problems, typed=typed, round=round_,
        earlier=[one for one in rounds if one is not round_], copies=copies_shown(cycle), titles=titles,
        open=open_, mark=mark_of(open_), draft=draft, sections=rulebook.catalogue.sections,
        closed=closed_to_changes(cycle), today=today, usual=(today + timedelta(days=USUAL_DAYS)).isoformat(),
        asks=may(roles, Action.ASK_TO_AMEND), sends=may(roles, Action.SUBMIT), reopens=may(roles, Action.REOPEN),
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/copies/<int:number>")
def copy(cycle_id: int, number: int) -> str:
    """Show one frozen copy to read and print."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    copies = copies_of(cycle)
    found = next((one for one in copies if one.number == number), None)
    if found is None:
        abort(404)
    rulebook = rulebook_of(cycle)
    return render_template(
        "assessments/answers.html", cycle=cycle, catalogue=rulebook.catalogue, answers=frozen_answers(found),
        submission=found, labels=labels_of(rulebook), explain=Explainer(rulebook), newest=copies[-1],
        evidence=shown_as_recorded(cycle, frozen_evidence(found)),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/changes/ask")
def ask(cycle_id: int) -> Any:
    """Ask staff to open practices for changes."""
    codes, reason = request.form.getlist("code"), request.form.get("reason", "")
    return _step(
        cycle_id, Action.ASK_TO_AMEND, {"form": "ask", "codes": codes, "reason": reason},
        lambda cycle: amending.ask(cycle.id, codes, reason, current_user.id, _base_url()),
        "Your request is on its way. Your partnership answers it here and by mail.",
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/changes/withdraw")
def withdraw(cycle_id: int) -> Any:
    """Take a request back."""
    return _step(
        cycle_id, Action.ASK_TO_AMEND, {},
        lambda cycle: amending.withdraw(cycle.id, _id(), current_user.id, _base_url()),
        "The request is withdrawn. Your answers stay as you submitted them.",
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/changes/leave")
def leave(cycle_id: int) -> Any:
    """Leave every open answer as it was submitted."""
    return _step(
        cycle_id, Action.SUBMIT, {},
        lambda cycle: amending.leave(cycle.id, _id(), current_user.id, _base_url()),
        "Your answers stay as you submitted them, and your partnership knows.",
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/changes/send")
def send(cycle_id: int) -> Any:
    """Send the changed answers as a new frozen copy."""
    return _step(
        cycle_id, Action.SUBMIT, {},
        lambda cycle: amending.send(cycle.id, _id(), current_user.id, _base_url(), request.form.get("seen", "")),
        "Your changes are sent. What you submitted before is kept too.", "assessments.receipt",
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/changes/reopen")
def reopen(cycle_id: int) -> Any:
    """Open practices for changes."""
    codes, note, due = request.form.getlist("code"), request.form.get("note", ""), request.form.get("due_on", "")
    return _step(
        cycle_id, Action.REOPEN, {"form": "reopen", "codes": codes, "note": note, "due_on": due},
        lambda cycle: amending.reopen(cycle.id, _id() or None, codes, note, _day(due), current_user.id, _base_url()),
        "The practices are open for changes. The program gets a mail about it.",
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/changes/decline")
def decline(cycle_id: int) -> Any:
    """Decline a request with a reason."""
    reason = request.form.get("decline_reason", "")
    return _step(
        cycle_id, Action.REOPEN, {"decline_reason": reason},
        lambda cycle: amending.decline(cycle.id, _id(), reason, current_user.id, _base_url()),
        "The request is declined. The program reads your reason.",
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/changes/close")
def close(cycle_id: int) -> Any:
    """Close open practices without changes."""
    reason = request.form.get("close_reason", "")
    return _step(
        cycle_id, Action.REOPEN, {"close_reason": reason},
        lambda cycle: amending.close(cycle.id, _id(), reason, current_user.id, _base_url()),
        "The practices are closed again. The answers count as they were submitted.",
    )  # fmt: skip


def _step(
    cycle_id: int, action: Action, typed: Typed, do: Callable[[Cycle], Amendment], said: str,
    then: str = "amendments.page",
) -> Any:  # fmt: skip
    """Take one step; a refusal shows the page again with everything typed."""
    cycle, roles = load_cycle(current_user, cycle_id, action)
    try:
        do(cycle)
    except (Refused, OutOfOrder) as refusal:
        log.warning("%s refused for person %s: %s", request.endpoint, current_user.id, refusal.sentence)
        db.session.refresh(cycle)
        problems = list(refusal.problems) if isinstance(refusal, Refused) else [Problem("state", refusal.sentence)]
        # another person's step may have taken away the form, so what was typed is shown beside it
        texts = [", ".join(typed.get("codes", [])), *(typed.get(name, "") for name in TEXTS)]
        kept = [text for text in texts if text] if isinstance(refusal, OutOfOrder) else []
        return _page(cycle, roles, problems, typed | {"kept": kept}), 422
    flash(said, "good")
    return go_to(url_for(then, cycle_id=cycle.id))


def _id() -> int:
    """Return the round the form names; 0 for none, and for a number no database holds."""
    text = request.form.get("amendment", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _base_url() -> str:
    return str(current_app.config["BASE_URL"])
