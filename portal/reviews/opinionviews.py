"""Pages of second opinions: one section with a person's own side of it, saved by the protocol of every answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.saving import (
    is_sent,
    joined,
    kept,
    laid_over,
    save_of,
    say_another,
    say_refused,
    say_stored,
    stored_now,
)
from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of, section_after
from portal.foundation.access import Action
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.pages import moment
from portal.foundation.security import check_person
from rules.catalogue import Section

from . import opinions, queries
from .forms import OPINION_PARTS, OPINION_TEXTS, ItemForm, opinion_shown, raw_of, read_opinion
from .sectionviews import side_of_program
from .views import bp


@bp.get("/cycles/<int:cycle_id>/review/sections/<key>/opinion")
def opinion(cycle_id: int, key: str) -> Any:
    """Show one section with the reader's own opinion; who decides, or would by beginning, writes in the review itself."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    here, review = rulebook_of(cycle).catalogue.section(key), queries.review_of(cycle)
    if review is None or review.reviewer_id in (None, current_user.id):
        flash("You decide in this review, so your ratings and findings belong here.", "warn")
        return go_to(url_for("reviews.section", cycle_id=cycle.id, key=key))
    return _page(cycle, here, _stored_forms(cycle, here))


def _stored_forms(cycle: Cycle, here: Section) -> list[ItemForm]:
    mine = opinions.own_opinions(queries.review_of(cycle), current_user.id)
    zone, forms = cycle.program.partnership.time_zone, []
    for practice in here.practices:
        row = mine.get(practice.code)
        state = f"stored {moment(row.saved_at, zone)}" if row else ""
        values = opinion_shown(row.content if row else None)
        forms.append(ItemForm(practice, values, row.version if row else 0, state))
    return forms


def _page(
    cycle: Cycle, here: Section, forms: list[ItemForm], conflicts: Any = (), refusal: list[Problem] | None = None
) -> str:
    problems = (refusal or []) + [
        Problem(f"{form.practice.code}-{problem.field}", f"{form.practice.code}: {problem.sentence}")
        for form in forms
        for problem in form.problems
    ]
    side = side_of_program(cycle, here)
    return render_template(
        "reviews/opinion.html", **side, forms=forms, problems=problems, conflicts=conflicts,
        saves=side["open"] and not problems, items=queries.items_of(side["review"]),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/review/opinions/<code>")
def save_opinion(cycle_id: int, code: str) -> Any:
    """Store one opinion as it changes."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    check_person()
    practice = rulebook_of(cycle).catalogue.practice(code)
    version, save_id, unanswered = save_of(request.form, code)
    raw = raw_of(request.form, code, OPINION_PARTS)
    try:
        saved = opinions.record_opinion(cycle.id, code, raw, version, save_id, current_user.id, unanswered)
    except Refused as refusal:
        return say_refused(refusal.problems)
    except opinions.OpinionChanged as conflict:
        stored = stored_now(conflict)
        theirs = opinion_shown(stored.content)
        return say_another(stored, cycle, "reviews/_opinion_conflict.html", code, theirs, practice=practice)
    return say_stored(saved, cycle)


@bp.post("/cycles/<int:cycle_id>/review/sections/<key>/opinion")
def save_opinions(cycle_id: int, key: str) -> Any:
    """Store a section's opinions sent as one form."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    check_person()
    here = rulebook_of(cycle).catalogue.section(key)
    forms = _typed_forms(cycle, here)
    if any(form.problems for form in forms.values()):
        return _page(cycle, here, laid_over(_stored_forms(cycle, here), forms)), 422
    saves = {code: (form.values, form.version, save_of(request.form, code)[1]) for code, form in forms.items()}
    aside = [code for code in forms if kept(request.form, code) == "theirs"]
    try:
        conflicts = opinions.record_opinions(cycle.id, saves, current_user.id, aside)
    except (Refused, OutOfOrder, opinions.DecidesHere) as refusal:
        told = [Problem(here.practices[0].code, refusal.sentence)]
        return _page(cycle, here, laid_over(_stored_forms(cycle, here), forms), refusal=told), 422
    if conflicts:
        both = {one.code: replace(forms[one.code], conflict=one) for one in conflicts}
        return _page(cycle, here, laid_over(_stored_forms(cycle, here), both), conflicts), 409
    flash("Your opinion is saved. The review itself is as it was.", "good")
    following = section_after(cycle, here)
    if request.form.get("then") == "next" and following:
        return go_to(url_for("reviews.opinion", cycle_id=cycle.id, key=following.key))
    if request.form.get("then") == "stay":
        return go_to(url_for("reviews.opinion", cycle_id=cycle.id, key=key))
    return go_to(url_for("reviews.overview", cycle_id=cycle.id))


def _typed_forms(cycle: Cycle, here: Section) -> dict[str, ItemForm]:
    stored, forms = opinions.own_opinions(queries.review_of(cycle), current_user.id), {}
    for practice in here.practices:
        code = practice.code
        if not is_sent(request.form, code):
            continue
        raw: dict[str, Any] = dict(raw_of(request.form, code, OPINION_PARTS))
        if kept(request.form, code) == "both" and (row := stored.get(code)):
            raw = joined(row.content, raw, OPINION_TEXTS)
        forms[code] = ItemForm(practice, raw, save_of(request.form, code)[0] or "", "", read_opinion(raw)[1])
    return forms
