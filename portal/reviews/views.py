"""The reviewer's pages: the queue, one review, what changed, contact and visit; sections are in sectionviews.py."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.amendments import under_way
from portal.assessments.queries import answers_of, scorecard_of
from portal.cycles.explaining import plugins_not_at_hand, reviewers_explainer
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_cycle, open_duties, rulebook_of
from portal.foundation.access import Action, may, roles_at
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.partnerships.queries import load_partnership

from . import meeting, queries
from .changed import changed_answers
from .changed import look as look_at
from .forms import read_day
from .models import MARK_TAGS
from .questions import questions_of, untold
from .standing import sections_reviewed, standings, totals_of

bp = Blueprint("reviews", __name__)


@bp.get("/partnerships/<int:partnership_id>/queue")
def queue(partnership_id: int) -> str:
    """List what waits for the partnership."""
    partnership = load_partnership(current_user, partnership_id, Action.SEE_PARTNERSHIP)
    return render_template("reviews/queue.html", partnership=partnership, rows=queries.queue_of(partnership))


@bp.get("/cycles/<int:cycle_id>/review")
def overview(cycle_id: int) -> str:
    """Show one review as a whole."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    return _overview(cycle, [], {})


def _overview(cycle: Cycle, problems: list[Problem], typed: dict[str, str]) -> str:
    review, rulebook, answers = queries.review_of(cycle), rulebook_of(cycle), answers_of(cycle)
    items, asked = queries.items_of(review), questions_of(cycle)
    rows = standings(rulebook.catalogue.practices, answers, items)
    open_codes = [one.practice_code for one in asked if one.closed_at is None]
    return render_template(
        "reviews/overview.html", cycle=cycle, review=review, problems=problems, typed=typed, policy=rulebook.policy,
        states=list(CycleState)[1:],
        card=scorecard_of(cycle), sections=sections_reviewed(rulebook.catalogue.sections, rows, open_codes), totals=totals_of(rows, open_codes),
        rows=rows, questions=asked, untold=untold(rows, asked), tags=MARK_TAGS,
        gaps=queries.widest_gaps(cycle, answers, items), duties=open_duties(cycle),
        section_of={practice.code: practice.section for practice in rulebook.catalogue.practices},
        explain=reviewers_explainer(cycle, rulebook),
        gone=() if cycle.awarded_on else plugins_not_at_hand(rulebook), move=_move_address(cycle),
        amended=changed_answers(cycle), amending=under_way(cycle),
    )  # fmt: skip


def _move_address(cycle: Cycle) -> str:
    """Return the address of the step to other rules, empty for people who may not take it."""
    mine = may(roles_at(current_user.memberships, cycle.program.partnership_id), Action.MOVE_CYCLE)
    return url_for("recognition.move", cycle_id=cycle.id) if mine and not cycle.awarded_on else ""


@bp.get("/cycles/<int:cycle_id>/review/changes")
def changes(cycle_id: int) -> str:
    """Show every answer changed after submitting, before and after, and which the reviewer has not looked at."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    return render_template("reviews/changes.html", cycle=cycle, amended=changed_answers(cycle))


@bp.post("/cycles/<int:cycle_id>/review/changes")
def look(cycle_id: int) -> Any:
    """Note that the reviewer looked at changed answers."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    number = request.form.get("number", "")
    copy = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    looked = look_at(cycle.id, request.form.getlist("code"), copy, current_user.id)
    flash("Noted. Your own notes are as they were." if looked else "There is nothing new to look at.", "good")
    return go_to(url_for("reviews.changes", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/review/contact")
def record_contact(cycle_id: int) -> Any:
    """Record the first contact."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    typed = {key: request.form.get(key, "") for key in ("contact_on", "contact_how")}
    on, problems = read_day(typed["contact_on"], "contact_on", "the day of the contact")
    try:
        if problems:
            raise Refused(problems)
        meeting.record_contact(cycle.id, on, typed["contact_how"], current_user.id)
    except (Refused, OutOfOrder) as refusal:
        return _overview(cycle, _problems(refusal, "contact_on"), typed), 422
    flash("The contact is recorded.", "good")
    return go_to(url_for("reviews.overview", cycle_id=cycle.id))


def _problems(refusal: Refused | OutOfOrder, field: str) -> list[Problem]:
    return list(refusal.problems) if isinstance(refusal, Refused) else [Problem(field, refusal.sentence)]
