"""Check-ins and the page of everything that happens while a plan runs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_cycle, local_today, rulebook_of
from portal.foundation.access import STAFF_ROLES, Action, Role, may
from portal.foundation.errors import NotAllowed, OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.typed import text_of

from . import services
from .forms import WAYS, read_check_in, typed_in
from .models import ANOTHER, CheckIn
from .overviewing import overview_of
from .queries import early_for, load_check_in, may_edit, months_open, offer_of

bp = Blueprint("followup", __name__)


def follow_up_of(cycle_id: int, action: Action = Action.READ_RESULTS) -> tuple[Cycle, frozenset[Role]]:
    """Load a cycle whose plan was delivered."""
    cycle, roles = load_cycle(current_user, cycle_id, action)
    if cycle.plan_issued_on is None:
        raise NotAllowed("Follow-up begins once the plan is issued.")
    return cycle, roles


@bp.get("/cycles/<int:cycle_id>/follow-up")
def overview(cycle_id: int) -> str:
    """Show what happens while the plan runs: what is due, progress, check-ins, time."""
    cycle, roles = follow_up_of(cycle_id)
    staff = bool(roles & STAFF_ROLES)
    return render_template(
        "followup/overview.html", cycle=cycle, staff=staff, policy=rulebook_of(cycle).policy,
        found=overview_of(cycle, staff), tells=may(roles, Action.TELL_PROGRESS) and cycle.state is not CycleState.CLOSED,
        runs=may(roles, Action.RUN_PROGRAM), open=cycle.state is not CycleState.CLOSED,
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/check-ins/new")
def new_check_in(cycle_id: int) -> Any:
    """Show the form for a check-in, with the resources that fit the plan and the gaps."""
    cycle, _ = follow_up_of(cycle_id, Action.CHECK_IN)
    months = months_open(cycle)
    asked = request.args.get("month", "")
    today, near = local_today(cycle), months[0].number if months else ANOTHER
    first = asked or str(ANOTHER if early_for(cycle, near, today) else near)
    return _form(cycle, {"month": first, "how": "phone", "done_on": today})


def _form(
    cycle: Cycle, typed: dict[str, Any], problems: tuple[Problem, ...] = (), one: CheckIn | None = None,
    theirs: CheckIn | None = None,
) -> str:  # fmt: skip
    picked, month = typed.get("resources", ()), typed["month"]
    chosen = read_check_in(MultiDict({"month": month, "done_on": str(typed["done_on"])}))
    return render_template(
        "followup/check_in.html", cycle=cycle, typed=typed, problems=problems, one=one, theirs=theirs, ways=WAYS,
        months=months_open(cycle, one.month if one else ANOTHER), early=early_for(cycle, chosen.month, chosen.done_on), offer=offer_of(cycle), picked=picked, another=ANOTHER,
        edit=one is None or may_edit(one, rulebook_of(cycle).policy), policy=rulebook_of(cycle).policy,
        found=overview_of(cycle, True),
    )  # fmt: skip


def _typed() -> dict[str, Any]:
    names = {name: request.form.get(name, "")[:64] for name in ("save_id", "version")}
    return {**typed_in(request.form), **names, "resources": tuple(request.form.getlist("resource"))}


@bp.post("/cycles/<int:cycle_id>/check-ins")
def log_check_in(cycle_id: int) -> Any:
    """Log one check-in."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.CHECK_IN)
    said, base_url = read_check_in(request.form), current_app.config["BASE_URL"]
    try:
        services.log_check_in(cycle.id, said, request.form.get("save_id", ""), current_user.id, base_url)
    except (Refused, OutOfOrder) as refusal:
        problems = refusal.problems if isinstance(refusal, Refused) else (Problem("month", refusal.sentence),)
        return _form(cycle, _typed(), tuple(problems)), 422
    flash("The check-in is logged.", "good")
    return go_to(url_for("followup.overview", cycle_id=cycle.id))


@bp.get("/cycles/<int:cycle_id>/check-ins/<int:check_in_id>")
def check_in(cycle_id: int, check_in_id: int) -> Any:
    """Show a check-in to edit while it is fresh, or to add a note."""
    cycle, _ = follow_up_of(cycle_id, Action.CHECK_IN)
    return _show(cycle, load_check_in(cycle, check_in_id))


def _show(cycle: Cycle, one: CheckIn, problems: tuple[Problem, ...] = (), note: dict[str, str] | None = None) -> str:
    keys = tuple(each["key"] for each in one.resources)
    stored = {"month": str(one.month), "done_on": one.done_on, "how": one.how, "notes": one.notes,
              "private_notes": one.private_notes, "resources": keys, "version": str(one.version)}  # fmt: skip
    return _form(cycle, stored | ({"note": note} if note else {}), problems, one)


@bp.post("/cycles/<int:cycle_id>/check-ins/<int:check_in_id>")
def edit_check_in(cycle_id: int, check_in_id: int) -> Any:
    """Store an edited check-in."""
    cycle, _ = follow_up_of(cycle_id, Action.CHECK_IN)
    one, said, status = load_check_in(cycle, check_in_id), read_check_in(request.form), 422
    try:
        base_url = current_app.config["BASE_URL"]
        services.edit_check_in(cycle.id, one.id, request.form.get("version", ""), said, current_user.id, base_url)
    except Refused as refusal:
        problems = tuple(refusal.problems)
    except OutOfOrder as refusal:
        problems = (Problem("notes", refusal.sentence),)
    except services.CheckInChanged as conflict:
        problems, status = (Problem("theirs", conflict.sentence),), 409
    else:
        flash("The check-in is changed.", "good")
        return go_to(url_for("followup.overview", cycle_id=cycle.id))
    one = load_check_in(cycle, check_in_id)
    typed = _typed() | ({"version": str(one.version)} if status == 409 else {})
    return _form(cycle, typed, problems, one, one if status == 409 else None), status


@bp.post("/cycles/<int:cycle_id>/check-ins/<int:check_in_id>/notes")
def add_note(cycle_id: int, check_in_id: int) -> Any:
    """Add a note to a check-in."""
    cycle, _ = follow_up_of(cycle_id, Action.CHECK_IN)
    one, typed = load_check_in(cycle, check_in_id), {k: text_of(request.form, k) for k in ("text", "share", "save_id")}
    try:
        services.add_note(cycle.id, one.id, typed["text"], typed["share"] != "yes", typed["save_id"], current_user.id)
    except (Refused, OutOfOrder) as refusal:
        problems = refusal.problems if isinstance(refusal, Refused) else (Problem("text", refusal.sentence),)
        return _show(cycle, load_check_in(cycle, check_in_id), tuple(problems), typed), 422
    flash("The note is added.", "good")
    return go_to(url_for("followup.overview", cycle_id=cycle.id))
