"""First page, a person's places, a program's page, a partnership's desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import text

from portal.cycles.explaining import Explainer
from portal.cycles.models import CycleState
from portal.cycles.queries import newest_request
from portal.cycles.requests import may_ask
from portal.foundation.access import STAFF_ROLES, Action, may, roles_at
from portal.foundation.database import db
from portal.partnerships.queries import current_rulebook, load_partnership
from portal.plans.shared import shared_numbers
from portal.programs.queries import eligibility_of, facts_of, load_program
from portal.recognition.moving import closed_to_moves
from portal.requests.queries import count_of_open_matters, talk_of
from portal.reviews.questions import questions_of
from portal.teamwork.queries import members
from rules.policy import closed_gates
from rules.texts import USUAL

from . import queries

bp = Blueprint("desk", __name__)


@bp.get("/")
def front() -> Any:
    """Say what the portal is for and let people in; a demo also lets a signed-in person become another."""
    if current_user.is_authenticated and not current_app.config["DEMO"]:
        return redirect(url_for("desk.home"), 303)
    return render_template("desk/front.html", partnerships=queries.partnerships())


@bp.get("/healthz")
def healthz() -> tuple[str, int]:
    """Tell a supervisor that the web server and the database answer."""
    db.session.execute(text("SELECT 1"))
    return "ok", 200


@bp.get("/home")
def home() -> Any:
    """Take a person to their one place, or list their places."""
    held = queries.places_of(current_user.memberships)
    places = [
        (
            name,
            url_for("desk.program", program_id=at)
            if kind == "program"
            else url_for("desk.partnership", partnership_id=at),
        )
        for kind, name, at in held
    ]
    if len(places) == 1:
        return redirect(places[0][1], 303)
    return render_template("desk/home.html", places=places)


@bp.get("/partnerships/<int:partnership_id>")
def partnership(partnership_id: int) -> str:
    """List the partnership's programs with where each stands."""
    found = load_partnership(current_user, partnership_id, Action.SEE_PARTNERSHIP)
    manages = may(roles_at(current_user.memberships, found.id), Action.MANAGE_PROGRAMS)
    return render_template(
        "desk/partnership.html", partnership=found, rows=queries.desk_rows(found), manages=manages,
        matters=count_of_open_matters(found.id),
    )  # fmt: skip


@bp.get("/programs/<int:program_id>")
def program(program_id: int) -> str:
    """Show the program's state, dates and next step to everybody who belongs to it."""
    found, roles = load_program(current_user, program_id, Action.SEE_PROGRAM)
    lives = queries.lives_of_program(found)
    rulebook, staff = current_rulebook(found.partnership), bool(roles & STAFF_ROLES)
    about = queries.about_cycle(lives[0], staff) if lives else None
    return render_template(
        "desk/program.html", program=found, roles=roles, lives=lives,
        life=lives[0] if lives else None, people=members(found.id), verdict=eligibility_of(found, rulebook),
        policy=rulebook.policy, states=list(CycleState), staff=staff, manages=may(roles, Action.MANAGE_PROGRAMS),
        explain=Explainer(rulebook), about=about, compared=queries.comparable(lives),
        move=url_for("recognition.move", cycle_id=lives[0].cycle.id)
        if lives and may(roles, Action.MOVE_CYCLE) and not closed_to_moves(lives[0].cycle) else "",
        meanwhile=rulebook.text("meanwhile") or USUAL["meanwhile"], closed_gates=closed_gates(rulebook.policy, facts_of(found)),
        asked=newest_request(found.id), talk=talk_of(found.id),
        may_ask=may_ask([life.cycle for life in lives]) and may(roles, Action.RUN_PROGRAM),
        manages_people=may(roles, Action.MANAGE_PEOPLE), questions=questions_of(lives[0].cycle) if lives else (),
        shown=shared_numbers(lives[0].cycle.id) if lives else 0,
    )  # fmt: skip
