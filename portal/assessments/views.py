"""The self-assessment as a whole: the task list, checking, submitting, the receipt, all answers, the judgements."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user

from portal.cycles.explaining import Explainer
from portal.cycles.models import Cycle
from portal.cycles.queries import (
    labels_of,
    load_cycle,
    local_today,
    open_duties,
    rulebook_of,
)
from portal.evidence.queries import shown_as_recorded, shown_by_practice
from portal.foundation.access import PROGRAM_ROLES, STAFF_ROLES, Action
from portal.foundation.database import db
from portal.foundation.errors import DomainError
from portal.foundation.htmx import go_to
from portal.teamwork.queries import team_of
from rules.answers import Problem

from . import guide, queries, services
from .ahead import ahead_of
from .amendments import copies_shown
from .judgements import judgements_of
from .letters import told_of

bp = Blueprint("assessments", __name__)

SEEN = "assessment_seen"  # the cycle whose start page or section this browser showed last


@bp.get("/cycles/<int:cycle_id>")
def task_list(cycle_id: int) -> Any:
    """Show every section with its state, and what to do next; before the first answer, the start page comes first."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    answers, team = queries.answers_of(cycle), team_of(cycle.id, current_user.id)
    if not answers and cycle.is_open() and session.get(SEEN) != cycle.id:
        return redirect(url_for("assessments.start", cycle_id=cycle.id))
    progress = queries.progress_of(rulebook_of(cycle).catalogue, answers, team.confirmed)
    nxt = next((one for one in progress.sections if one.complete < one.total), None)
    return render_template(
        "assessments/task_list.html", cycle=cycle, roles=roles, progress=progress, next_section=nxt,
        areas=rulebook_of(cycle).catalogue.areas, duties=open_duties(cycle), today=local_today(cycle),
        rulebook=rulebook_of(cycle), left=guide.where_left(cycle, current_user.id), last=guide.last_in_sections(cycle),
        team=team,
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/check")
def check(cycle_id: int) -> str:
    """Show what is missing before submitting, with a link to each."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SUBMIT)
    return _check_page(cycle, [])


def _check_page(cycle: Cycle, problems: list[Problem]) -> str:
    rulebook, answers = rulebook_of(cycle), queries.answers_of(cycle)
    return render_template(
        "assessments/check.html", cycle=cycle, problems=problems, policy=rulebook.policy,
        gaps=queries.gaps_in(rulebook.catalogue, answers), scorecard=queries.scorecard_of(cycle),
        catalogue=rulebook.catalogue, progress=queries.progress_of(rulebook.catalogue, answers),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/submit")
def submit(cycle_id: int) -> Any:
    """Submit, once; a second press lands on the same receipt."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SUBMIT)
    if cycle.submitted_on is None:
        if request.form.get("sure") != "yes":
            return _check_page(cycle, [Problem("sure", "Tick the box to confirm that you are ready to submit.")]), 422
        try:
            services.submit(cycle.id, current_user.id, current_app.config["BASE_URL"])
        except DomainError as refusal:
            db.session.refresh(cycle)
            if cycle.submitted_on is None:
                return _check_page(cycle, [Problem("gaps", refusal.sentence)]), 422
    return go_to(url_for("assessments.receipt", cycle_id=cycle.id))


@bp.get("/cycles/<int:cycle_id>/receipt")
def receipt(cycle_id: int) -> str:
    """Say what was received and what happens next, and when."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    return render_template(
        "assessments/receipt.html",
        cycle=cycle,
        roles=roles,
        submission=queries.submission_of(cycle),
        policy=rulebook_of(cycle).policy,
        text=rulebook_of(cycle).text("receipt"),
        ahead=ahead_of(cycle),
        told=told_of(cycle),
        copies=copies_shown(cycle),
    )


@bp.get("/cycles/<int:cycle_id>/answers")
def answers(cycle_id: int) -> str:
    """Show all answers to read and print."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    sent, catalogue = queries.submission_of(cycle), rulebook_of(cycle).catalogue
    found = queries.frozen_answers(sent) if sent else queries.answers_of(cycle)
    return render_template(
        "assessments/answers.html",
        cycle=cycle,
        catalogue=catalogue,
        answers=found,
        unasked=sum(code not in catalogue for code in found),
        submission=sent,
        labels=labels_of(rulebook_of(cycle)),
        explain=Explainer(rulebook_of(cycle)),
        own=bool(roles & PROGRAM_ROLES),
        evidence=shown_as_recorded(cycle, queries.frozen_evidence(sent)) if sent else shown_by_practice(cycle, roles),
    )


@bp.get("/cycles/<int:cycle_id>/judgements")
def judgements(cycle_id: int) -> str:
    """Show each time the rules judged the submitted answers, and what changed from one to the next."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    return render_template(
        "assessments/judgements.html", cycle=cycle, rows=judgements_of(cycle), staff=bool(roles & STAFF_ROLES)
    )
