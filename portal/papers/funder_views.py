"""Where a program chooses what its summary for funders shows."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle
from portal.foundation.access import Action
from portal.foundation.database import db
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to

from . import funder
from .views import bp


def _load(cycle_id: int) -> Cycle:
    cycle, _ = load_cycle(current_user, cycle_id, Action.RUN_PROGRAM)
    if cycle.plan_issued_on is None:
        raise OutOfOrder("The summary for funders can be made once the plan is issued.")
    return cycle


@bp.get("/cycles/<int:cycle_id>/funder-summary")
def choose(cycle_id: int) -> str:
    """Show what may be told to funders, with what was chosen."""
    cycle = _load(cycle_id)
    offer, stored = funder.offer_of(cycle), funder.summary_for_funders(cycle)
    choice = funder.choice_of(stored) if stored else funder.first_choice(cycle, offer)
    return _form(cycle, choice, stored.version if stored else 0, [])


def _form(cycle: Cycle, choice: funder.Choice, version: object, problems: list[Problem]) -> str:
    return render_template(
        "papers/choose.html", cycle=cycle, choice=choice, offer=funder.offer_of(cycle), version=version,
        problems=problems, longest=funder.LONGEST_ABOUT,
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/funder-summary")
def save_choice(cycle_id: int) -> Any:
    """Store the choice and show the page."""
    cycle, choice = _load(cycle_id), funder.read_choice(request.form)
    try:
        funder.save_choice(cycle.id, choice, request.form.get("version", ""), current_user.id)
    except Refused as refusal:
        return _form(cycle, choice, request.form.get("version", ""), list(refusal.problems)), 422
    except funder.ChoiceChanged as refusal:
        db.session.expire_all()
        stored = funder.summary_for_funders(cycle)
        return _form(cycle, choice, stored.version if stored else 0, [Problem("about", refusal.sentence)]), 409
    flash("Saved. This is your page for funders.", "good")
    return go_to(url_for("papers.page", cycle_id=cycle.id, word="funder"))
