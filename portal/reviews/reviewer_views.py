"""The page that says who reviews a cycle, who decides, and lets staff change it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.accounts.queries import staff_of_partnership
from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import Action
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to

from . import assigning
from .reviewers import Part, changes_of, team_of

bp = Blueprint("reviewers", __name__)


@bp.get("/cycles/<int:cycle_id>/reviewers")
def page(cycle_id: int) -> str:
    """Show who reviews, with the form to change it."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    return _page(cycle)


def _page(cycle: Cycle, problems: tuple[Problem, ...] = (), typed: dict[int, str] | None = None) -> str:
    team = team_of(cycle)
    had: dict[int, str] = {person.id: part.value for person, part in team.others}
    if team.decider:
        had[team.decider.id] = "decides"
    staff = staff_of_partnership(cycle.program.partnership_id)
    people = {one.id: one for one in (*staff, *(person for person, _ in team.others))}
    if team.decider:
        people[team.decider.id] = team.decider
    return render_template(
        "reviews/reviewers.html", cycle=cycle, team=team, people=sorted(people.values(), key=lambda one: one.name),
        chosen=had if typed is None else typed, problems=problems, parts=list(Part),
        policy=rulebook_of(cycle).policy, changes=changes_of(cycle), gone=people.keys() - {one.id for one in staff},
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/reviewers")
def assign(cycle_id: int) -> Any:
    """Store who reviews and who decides."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    typed = {
        int(name.removeprefix("part-")): value
        for name, value in request.form.items()
        if name.startswith("part-") and name[5:].isascii() and name[5:].isdigit() and len(name) < 16
    }
    deciders = [person_id for person_id, value in typed.items() if value == "decides"]
    parts = {person_id: Part(value) for person_id, value in typed.items() if value in list(Part)}
    try:
        if len(deciders) > 1:
            raise Refused(
                [Problem("decider", "Only one person can decide. Choose one, and another part for the others.")]
            )
        decider = deciders[0] if deciders else None
        base_url, seen = current_app.config["BASE_URL"], request.form.get("seen", "")
        assigning.assign(cycle.id, decider, parts, seen, current_user.id, base_url)
    except Refused as refusal:
        return _page(cycle, refusal.problems, typed), 422
    except assigning.TeamChanged as changed:
        sentence = f"{changed.sentence} What is stored stands above the form; look at it, then save again."
        return _page(cycle, (Problem("decider", sentence),), typed), 409
    flash("Stored. Whoever is new in this review is told by mail.", "good")
    return go_to(url_for("reviewers.page", cycle_id=cycle.id))
