"""The reviewer's pages: the queue, one review, one section of it, contact and visit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.amendments import closed_to_changes, under_way
from portal.assessments.queries import answers_of, scorecard_of
from portal.assessments.saving import as_query, is_sent, joined, kept, laid_over, save_of
from portal.cycles.explaining import plugins_not_at_hand, reviewers_explainer
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import labels_of, load_cycle, open_duties, rulebook_of, section_after
from portal.evidence.queries import shown_by_practice
from portal.foundation.access import STAFF_ROLES, Action, may, roles_at
from portal.foundation.database import db
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.pages import moment
from portal.foundation.security import check_person
from portal.partnerships.queries import load_partnership
from rules.catalogue import Section

from . import meeting, queries, services
from .changed import changed_answers
from .changed import look as look_at
from .forms import NAMES, ItemForm, raw_of, read_day, read_item, shown

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
    items = queries.items_of(review)
    return render_template(
        "reviews/overview.html", cycle=cycle, review=review, problems=problems, typed=typed, policy=rulebook.policy,
        states=list(CycleState)[1:],
        card=scorecard_of(cycle), sections=queries.section_reviews(rulebook.catalogue.sections, answers, items),
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


@bp.get("/cycles/<int:cycle_id>/review/sections/<key>")
def section(cycle_id: int, key: str) -> str:
    """Show one section: the program's answers, and the reviewer's side of each."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    here = rulebook_of(cycle).catalogue.section(key)
    return _section(cycle, here, _stored_forms(cycle, here))


def _stored_forms(cycle: Cycle, here: Section) -> list[ItemForm]:
    items, zone = queries.items_of(queries.review_of(cycle)), cycle.program.partnership.time_zone
    forms = []
    for practice in here.practices:
        item = items.get(practice.code)
        state = f"stored {moment(item.saved_at, zone)}" if item else ""
        forms.append(ItemForm(practice, shown(item.content if item else None), item.version if item else 0, state))
    return forms


def _section(
    cycle: Cycle, here: Section, forms: list[ItemForm], conflicts: Any = (), refusal: list[Problem] | None = None
) -> str:
    problems = (refusal or []) + [
        Problem(f"{form.practice.code}-{problem.field}", f"{form.practice.code}: {problem.sentence}")
        for form in forms
        for problem in form.problems
    ]
    return render_template(
        "reviews/section.html", cycle=cycle, section=here, forms=forms, problems=problems, conflicts=conflicts,
        answers=answers_of(cycle), labels=labels_of(rulebook_of(cycle)), open=cycle.state not in services.LOCKED,
        following=section_after(cycle, here), evidence=shown_by_practice(cycle, STAFF_ROLES),
        amended={one.practice.code: one for one in changed_answers(cycle)}, may_open=not closed_to_changes(cycle),
    )  # fmt: skip


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


@bp.post("/cycles/<int:cycle_id>/review/items/<code>")
def save_item(cycle_id: int, code: str) -> Any:
    """Store one item as it changes."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    check_person()
    practice = rulebook_of(cycle).catalogue.practice(code)
    version, save_id, unanswered = save_of(request.form, code)
    try:
        saved = services.record_review_item(
            cycle.id, code, raw_of(request.form, code), version, save_id, current_user.id, unanswered
        )
    except Refused as refusal:
        return render_template("assessments/_refused.html", problems=refusal.problems), 422
    except services.ItemChanged as conflict:
        db.session.refresh(conflict.stored)
        page = render_template(
            "reviews/_conflict.html", cycle=cycle, practice=practice, stored=conflict.stored,
            query=as_query(code, shown(conflict.stored.content)),
        )  # fmt: skip
        return page, 409, {"Answer-Version": str(conflict.stored.version)}
    page = render_template("reviews/_saved.html", saved=saved, zone=cycle.program.partnership.time_zone)
    return page, 200, {"Answer-Version": str(saved.version)}


@bp.post("/cycles/<int:cycle_id>/review/sections/<key>")
def save_section(cycle_id: int, key: str) -> Any:
    """Store a section sent as one form: all of it without scripts, else what the script has not stored yet."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    check_person()
    here = rulebook_of(cycle).catalogue.section(key)
    forms = _typed_forms(cycle, here)
    if any(form.problems for form in forms.values()):
        return _section(cycle, here, laid_over(_stored_forms(cycle, here), forms)), 422
    saves = {code: (form.values, form.version, save_of(request.form, code)[1]) for code, form in forms.items()}
    chosen = {code: kept(request.form, code) for code in forms}
    aside = [code for code, which in chosen.items() if which == "theirs"]
    try:
        conflicts = services.record_section(cycle.id, saves, current_user.id, aside)
    except (Refused, OutOfOrder) as refusal:
        told = [Problem(here.practices[0].code, refusal.sentence)]
        return _section(cycle, here, laid_over(_stored_forms(cycle, here), forms), refusal=told), 422
    if conflicts:
        both = {one.code: replace(forms[one.code], conflict=one) for one in conflicts}
        return _section(cycle, here, laid_over(_stored_forms(cycle, here), both), conflicts), 409
    if joint := [code for code, which in chosen.items() if which == "both"]:
        flash(f"Both texts are now together in {' and '.join(joint)}. Read them, and change what you like.", "good")
        return go_to(url_for("reviews.section", cycle_id=cycle.id, key=key, _anchor=joint[0]))
    flash("This section is saved.", "good")
    if request.form.get("then") == "next" and (following := section_after(cycle, here)):
        return go_to(url_for("reviews.section", cycle_id=cycle.id, key=following.key))
    return go_to(url_for("reviews.overview", cycle_id=cycle.id))


def _typed_forms(cycle: Cycle, here: Section) -> dict[str, ItemForm]:
    """Read the practices that were sent, by code; where two texts are to be put together, they are."""
    items, forms = queries.items_of(queries.review_of(cycle)), {}
    for practice in here.practices:
        code = practice.code
        if not is_sent(request.form, code):
            continue
        raw: dict[str, Any] = dict(raw_of(request.form, code))
        if kept(request.form, code) == "both" and (item := items.get(code)):
            raw = joined(item.content, raw, NAMES)
        forms[code] = ItemForm(practice, raw, save_of(request.form, code)[0] or "", "", read_item(raw)[1])
    return forms


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
