"""One section of a review: its page, saving item by item and as one form, and the deeds that end it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.amendments import closed_to_changes
from portal.assessments.queries import answers_of, scorecard_of
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
from portal.cycles.explaining import reviewers_explainer
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, load_cycle, rulebook_of, section_after
from portal.evidence.queries import shown_by_practice
from portal.foundation.access import STAFF_ROLES, Action
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.pages import moment
from portal.foundation.security import check_person
from rules.catalogue import Section
from rules.results import Scorecard

from . import queries, services
from .beside import beside
from .changed import changed_answers
from .forms import TEXTS, ItemForm, raw_of, read_item, shown
from .models import MARK_TAGS
from .questions import close, open_questions, questions_of, untold
from .sending import Sent, accept_rest, rest_of, send
from .standing import standings, totals_of
from .views import bp

NEEDS_REASON = "Say why you do not accept “not applicable”. The program reads it."


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
    cycle: Cycle, here: Section, forms: list[ItemForm], conflicts: Any = (), refusal: list[Problem] | None = None,
    live: bool = False,
) -> str:  # fmt: skip
    """Show the section; `live` lets a page with problems save as it is typed, where all of it is stored."""
    problems = (refusal or []) + [
        Problem(f"{form.practice.code}-{problem.field}", f"{form.practice.code}: {problem.sentence}")
        for form in forms
        for problem in form.problems
    ]
    return render_template(
        "reviews/section.html", **side_of_program(cycle, here), forms=forms, problems=problems, conflicts=conflicts,
        saves=cycle.state not in services.LOCKED and (live or not problems), **running(cycle, here),
    )  # fmt: skip


def side_of_program(cycle: Cycle, here: Section) -> dict[str, Any]:
    """Gather what stands beside every practice of a section, for the reviewer and for whoever gives a second opinion."""
    rulebook, review, card = rulebook_of(cycle), queries.review_of(cycle), scorecard_of(cycle)
    return {
        "cycle": cycle, "section": here, "answers": answers_of(cycle), "labels": labels_of(rulebook), "review": review,
        "open": cycle.state not in services.LOCKED, "following": section_after(cycle, here),
        "evidence": shown_by_practice(cycle, STAFF_ROLES), "explain": reviewers_explainer(cycle, rulebook),
        "amended": {one.practice.code: one for one in changed_answers(cycle)}, "card": card,
        "may_open": not closed_to_changes(cycle), "beside": beside(cycle, here.practices, card, review),
    }  # fmt: skip


def running(cycle: Cycle, here: Section, card: Scorecard | None = None) -> dict[str, Any]:
    """Add up the section as it stands now: its marks, its totals, and what "accept the rest" would do."""
    gaps = {one.code for one in (card or scorecard_of(cycle)).practices if one.safety_gap}
    rows = standings(here.practices, answers_of(cycle), queries.items_of(queries.review_of(cycle)))
    asked = [one.practice_code for one in open_questions(cycle)]
    return {"rows": rows, "totals": totals_of(rows, asked), "rest": rest_of(rows, gaps), "tags": MARK_TAGS}


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
        return say_refused(refusal.problems)
    except services.ItemChanged as conflict:
        stored = stored_now(conflict)
        return say_another(stored, cycle, "reviews/_conflict.html", code, shown(stored.content), practice=practice)
    now = running(cycle, rulebook_of(cycle).catalogue.section(practice.section))
    standing = next(row for row in now["rows"] if row.code == code)
    return say_stored(
        saved, cycle, "reviews/_saved.html", standing=standing, **now,
        to_tell=standing.refused and bool(untold([standing], questions_of(cycle))),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/review/sections/<key>")
def save_section(cycle_id: int, key: str) -> Any:
    """Store a section sent as one form, and do what its button says.

    The form holds all of the section without scripts, else what the script has not stored yet.
    """
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
        if conflicts:
            both = {one.code: replace(forms[one.code], conflict=one) for one in conflicts}
            return _section(cycle, here, laid_over(_stored_forms(cycle, here), both), conflicts), 409
        sent = _send(cycle, here)
        accepted = _accepted(cycle, here) if request.form.get("then") == "accept" and not sent.lacking else ""
    except (Refused, OutOfOrder) as refusal:
        told = [Problem(here.practices[0].code, refusal.sentence)]
        return _section(cycle, here, laid_over(_stored_forms(cycle, here), forms), refusal=told), 422
    if sent.lacking:
        lacking = {code: (Problem("na_reason", NEEDS_REASON),) for code in sent.lacking}
        shown_again = [
            replace(form, problems=lacking.get(form.practice.code, ())) for form in _stored_forms(cycle, here)
        ]
        return _section(cycle, here, shown_again, live=True), 422
    joint = [code for code, which in chosen.items() if which == "both"]
    return _gone_on(cycle, here, joint, accepted)


def _send(cycle: Cycle, here: Section) -> Sent:
    """Send what the pressed button sends, and what the program has to know of this section; say what was sent."""
    codes = [practice.code for practice in here.practices]
    wanted = [code for code in request.form.getlist("send") if code in codes]
    sent = send(cycle.id, wanted, codes, current_user.id, current_app.config["BASE_URL"])
    for code in sent.asked:
        flash(f"Your question about {code} is with the program. It is told by mail that questions wait.", "good")
    for code in sent.refused:
        flash(f"The program can read why you do not accept “not applicable” for {code}.", "good")
    if wanted and not (sent.asked or sent.refused or sent.lacking):
        flash(f"There was nothing new to send about {wanted[0]}.", "warn")
    return sent


def _gone_on(cycle: Cycle, here: Section, joint: list[str], accepted: str) -> Any:
    """Do what is left of the pressed button, say what was done, and go where it leads."""
    form = request.form

    def back(anchor: str | None = None) -> Any:
        return go_to(url_for("reviews.section", cycle_id=cycle.id, key=here.key, _anchor=anchor))

    if joint:
        flash(f"Both texts are now together in {' and '.join(joint)}. Read them, and change what you like.", "good")
        return back(joint[0])
    if accepted:
        flash(accepted, "good")
        return back("rest")
    asked = {str(one.id): one for one in open_questions(cycle)}
    if question := asked.get(form.get("close", "")):
        close(question.id, current_user.id)
        flash(f"The question about {question.practice_code} is closed.", "good")
        return back(question.practice_code)
    if form.get("send") in {practice.code for practice in here.practices}:
        return back(form["send"])
    flash("This section is saved.", "good")
    if form.get("then") == "stay":
        return back()
    if form.get("then") == "next" and (following := section_after(cycle, here)):
        return go_to(url_for("reviews.section", cycle_id=cycle.id, key=following.key))
    return go_to(url_for("reviews.overview", cycle_id=cycle.id))


def _accepted(cycle: Cycle, here: Section) -> str:
    rest = accept_rest(cycle.id, here.key, current_user.id)
    done = f"Accepted: {', '.join(rest.accepts)}." if rest.accepts else "There was nothing left to accept."
    return f"{done} Left for you to look at: {', '.join(rest.leaves)}." if rest.leaves else done


def _typed_forms(cycle: Cycle, here: Section) -> dict[str, ItemForm]:
    """Read the practices that were sent, by code; where two texts are to be put together, they are."""
    items, forms = queries.items_of(queries.review_of(cycle)), {}
    for practice in here.practices:
        code = practice.code
        if not is_sent(request.form, code):
            continue
        raw: dict[str, Any] = dict(raw_of(request.form, code))
        if kept(request.form, code) == "both" and (item := items.get(code)):
            raw = joined(item.content, raw, TEXTS)
        forms[code] = ItemForm(practice, raw, save_of(request.form, code)[0] or "", "", read_item(raw)[1])
    return forms
