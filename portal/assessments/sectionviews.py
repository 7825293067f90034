"""One section: its page, saving answer by answer and as one form, and whether it is completed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, session, url_for
from flask_login import current_user

from portal.cycles.explaining import Explainer
from portal.cycles.models import Cycle
from portal.cycles.queries import (
    labels_of,
    load_cycle,
    rulebook_of,
    section_after,
)
from portal.evidence.queries import counts_of, shown_by_practice
from portal.foundation.access import PROGRAM_ROLES, Action, Role, may
from portal.foundation.htmx import go_to, is_fragment
from portal.foundation.pages import moment
from portal.foundation.security import check_person
from portal.programs.queries import facts_of
from portal.resources.queries import by_code, library_of
from portal.teamwork.queries import here_words, short, team_of
from rules.answers import Answer, AnswerRefused, Problem, missing
from rules.catalogue import Section

from . import completing, queries, services
from .amendments import working_answers
from .forms import TEXTS, PracticeForm, problems_of, raw_of, shown
from .lasttime import LastTime, confirmed, last_time
from .saving import is_sent, joined, kept, laid_over, save_of, say_another, say_refused, say_stored, stored_now
from .views import SEEN, bp


@bp.get("/cycles/<int:cycle_id>/sections/<key>")
def section(cycle_id: int, key: str) -> str:
    """Show one section to answer, or to read: once it is submitted, and to readers at any time."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    here = rulebook_of(cycle).catalogue.section(key)
    session[SEEN] = cycle.id
    return _section_page(cycle, roles, here, _stored_forms(cycle, here))


def _stored_forms(cycle: Cycle, here: Section) -> list[PracticeForm]:
    rows, zone = queries.stored_answers(cycle.id), cycle.program.partnership.time_zone
    forms = []
    for practice in here.practices:
        row = rows.get(practice.code)
        answer = Answer.from_dict(row.content) if row else None
        state = f"stored {moment(row.saved_at, zone)}" if row else ""
        if row and (open_points := missing(practice, answer)):
            state += f". {open_points[0].sentence}"
        forms.append(PracticeForm(practice, shown(answer), row.version if row else 0, state, (), answer))
    return forms


def _section_page(
    cycle: Cycle, roles: frozenset[Role], here: Section, forms: list[PracticeForm], conflicts: Any = ()
) -> str:
    rulebook = rulebook_of(cycle)
    catalogue, here_now = rulebook.catalogue, here_words(cycle.id, here.key, current_user.id)
    problems = [
        Problem(f"{form.practice.code}-{problem.field}", f"{form.practice.code}: {problem.sentence}")
        for form in forms for problem in form.problems
    ]  # fmt: skip
    typed = any(form.problems for form in forms)  # what was typed stays in fields, whatever was closed meanwhile
    may_answer = may(roles, Action.ANSWER)
    editable = {
        form.practice.code for form in forms
        if typed or (may_answer and cycle.is_open(form.practice.code))
    }  # fmt: skip
    return render_template(
        "assessments/section.html", cycle=cycle, section=here, forms=forms, problems=problems, conflicts=conflicts,
        progress=queries.progress_of(catalogue, working_answers(cycle)), labels=labels_of(rulebook),
        resources=by_code(library_of(cycle.program.partnership, rulebook)), explain=Explainer(rulebook),
        tags=facts_of(cycle.program).tags, open=bool(editable), editable=editable,
        following=section_after(cycle, here), last=_last_time(cycle, forms), evidence_counts=counts_of(cycle.id),
        evidence=shown_by_practice(cycle, PROGRAM_ROLES) if cycle.submitted_on else {},
        gives=cycle.submitted_on is None and may(roles, Action.GIVE_SECTIONS),
        team=team_of(cycle.id, current_user.id), here_now=here_now, here_shown=short(here_now),
    )  # fmt: skip


def _last_time(cycle: Cycle, forms: list[PracticeForm]) -> dict[str, LastTime]:
    """Return what the cycle before said wherever nothing is said yet."""
    waiting = [form.practice for form in forms if not form.values["status"] and cycle.is_open(form.practice.code)]
    return last_time(cycle, waiting) if waiting else {}


@bp.post("/cycles/<int:cycle_id>/answers/<code>")
def save_answer(cycle_id: int, code: str) -> Any:
    """Store one answer as it changes; the reply is a few words and the new version, never the field."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.ANSWER)
    check_person()
    practice, labels = rulebook_of(cycle).catalogue.practice(code), labels_of(rulebook_of(cycle))
    version, save_id, unanswered = save_of(request.form, code)
    try:
        saved = services.record_answer(
            cycle.id, code, raw_of(request.form, code), version, save_id, current_user.id, unanswered
        )
    except AnswerRefused as refusal:
        return say_refused(refusal.problems)
    except services.AnswerChanged as conflict:
        stored = stored_now(conflict)
        theirs = Answer.from_dict(stored.content)
        return say_another(
            stored,
            cycle,
            "assessments/_conflict.html",
            code,
            shown(theirs),
            practice=practice,
            theirs=theirs,
            labels=labels,
        )
    progress = queries.progress_of(rulebook_of(cycle).catalogue, working_answers(cycle))
    return say_stored(
        saved, cycle, "assessments/_saved.html", open_points=missing(practice, saved.answer), progress=progress,
        here=progress.of(practice.section),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/sections/<key>")
def save_section(cycle_id: int, key: str) -> Any:
    """Store a section sent as one form: all of it without scripts, else what the script has not stored yet."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.ANSWER)
    check_person()
    here = rulebook_of(cycle).catalogue.section(key)
    forms = _typed_forms(cycle, here)
    if any(form.problems for form in forms.values()):
        return _section_page(cycle, roles, here, laid_over(_stored_forms(cycle, here), forms)), 422
    saves = {code: (form.values, form.version, save_of(request.form, code)[1]) for code, form in forms.items()}
    chosen = {code: kept(request.form, code) for code in forms}
    aside = [code for code, which in chosen.items() if which == "theirs"]
    conflicts = services.record_section(cycle.id, saves, current_user.id, aside)
    if conflicts:
        both = {one.code: replace(forms[one.code], conflict=one) for one in conflicts}
        return _section_page(cycle, roles, here, laid_over(_stored_forms(cycle, here), both), conflicts), 409
    if joint := [code for code, which in chosen.items() if which == "both"]:
        flash(f"Both texts are now together in {' and '.join(joint)}. Read them, and change what you like.", "good")
        return go_to(url_for("assessments.section", cycle_id=cycle.id, key=key, _anchor=joint[0]))
    if (still := request.form.get("still_true")) in forms:
        return go_to(url_for("assessments.section", cycle_id=cycle.id, key=key, _anchor=still))
    flash("This section is saved.", "good")
    marked = completing.mark_sent(cycle, request.form, current_user.id)
    if cycle.submitted_on is not None and not marked:
        return go_to(url_for("amendments.page", cycle_id=cycle.id))
    word = "" if cycle.submitted_on else request.form.get("completed", "")
    if gaps := completing.say_completed(cycle.id, key, word, current_user.id):
        needs = "answer here still needs" if gaps == 1 else "answers here still need"
        flash(f"It is not marked as completed: {gaps} {needs} something.", "warn")
    if marked:
        return go_to(url_for("assessments.section", cycle_id=cycle.id, key=key, _anchor=marked))
    if request.form.get("then") == "stay":
        return go_to(url_for("assessments.section", cycle_id=cycle.id, key=key))
    if request.form.get("then") == "check":
        return go_to(url_for("assessments.check_section", cycle_id=cycle.id, key=key))
    if request.form.get("then") == "next" and (following := section_after(cycle, here)):
        return go_to(url_for("assessments.section", cycle_id=cycle.id, key=following.key))
    return go_to(url_for("assessments.task_list", cycle_id=cycle.id))


def _typed_forms(cycle: Cycle, here: Section) -> dict[str, PracticeForm]:
    """Read the practices that were sent, by code; where two texts are to be put together, they are."""
    tags, rows, forms = facts_of(cycle.program).tags, queries.stored_answers(cycle.id), {}
    for practice in here.practices:
        code = practice.code
        still_true = request.form.get("still_true") == code
        if not is_sent(request.form, code) and not still_true:
            continue
        row = rows.get(code)
        raw, version = raw_of(request.form, code), save_of(request.form, code)[0] or ""
        if still_true and not version:  # a script left it out, because all of it is stored
            raw, version = shown(Answer.from_dict(row.content) if row else None), str(row.version if row else 0)
        if still_true:
            raw = confirmed(last_time(cycle, [practice]).get(code), raw)
        if kept(request.form, code) == "both" and row:
            raw = joined(row.content, raw, TEXTS)
        forms[code] = PracticeForm(practice, raw, version, "", problems_of(practice, tags, raw))
    return forms


@bp.post("/cycles/<int:cycle_id>/sections/<key>/completed")
def say_completed(cycle_id: int, key: str) -> Any:
    """Store at once whether a section is completed; the reply is a sentence."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.ANSWER)
    rulebook_of(cycle).catalogue.section(key)
    gaps = completing.say_completed(cycle.id, key, request.form.get("completed", ""), current_user.id)
    if not is_fragment():
        return go_to(url_for("assessments.section", cycle_id=cycle.id, key=key, _anchor="completed"))
    word = team_of(cycle.id, current_user.id).words.get(key)
    return render_template("teamwork/_word.html", cycle=cycle, word=word, gaps=gaps)
