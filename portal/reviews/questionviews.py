"""The page of questions, for both sides: the program answers, the partnership adds and closes; readers read."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.queries import answers_of
from portal.assessments.saving import save_of, say_another, say_refused, say_stored, stored_now
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import labels_of, load_cycle, rulebook_of
from portal.foundation.access import PROGRAM_ROLES, STAFF_ROLES, Action, Role, may
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.security import check_person
from portal.foundation.typed import text_of

from . import questions as services
from .replies import ReplyChanged, drafts_of

bp = Blueprint("questions", __name__)
FIELD = re.compile(r"r\d+-text")


@bp.get("/cycles/<int:cycle_id>/questions")
def page(cycle_id: int) -> str:
    """Show every question with what was said, section by section."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    return _page(cycle, roles)


def _page(
    cycle: Cycle, roles: frozenset[Role], typed: dict[str, str] | None = None, problems: tuple[Problem, ...] = (),
    save_id: str = "",
) -> str:  # fmt: skip
    """Show the page; `typed` holds texts that are not sent, by field."""
    rulebook, found = rulebook_of(cycle), services.questions_of(cycle)
    groups = [
        (one, mine)
        for one in rulebook.catalogue.sections
        if (mine := [question for question in found if question.practice_code in {p.code for p in one.practices}])
    ]
    listed = {question.id for _, mine in groups for question in mine}
    return render_template(
        "reviews/questions.html", cycle=cycle, groups=groups, typed=typed or {}, problems=problems, save_id=save_id,
        unasked=[one for one in found if one.id not in listed], catalogue=rulebook.catalogue, answers=answers_of(cycle),
        labels=labels_of(rulebook), drafts=drafts_of(cycle, current_user.id), staff=bool(roles & STAFF_ROLES), waits=[one for one in found if not one.closed_at],
        writes=may(roles, Action.TALK) and cycle.state is not CycleState.CLOSED, closes=may(roles, Action.REVIEW),
    )  # fmt: skip


@bp.post("/questions/<int:question_id>/answer")
def answer(question_id: int) -> Any:
    """Add to a thread: the program's answer, or what the partnership asks further."""
    question, roles = services.load_question(current_user, question_id, Action.TALK)
    check_person()
    cycle, code, field = question.cycle, question.practice_code, f"r{question_id}-text"
    from_staff = not roles & PROGRAM_ROLES
    text = text_of(request.form, field) if field in request.form else None  # the script has stored it
    save_id = request.form.get("save_id", "")
    try:
        services.answer(question_id, text, save_id, current_user.id, from_staff, current_app.config["BASE_URL"])
    except Refused as refusal:
        problems = tuple(Problem(field, f"{code}: {one.sentence}") for one in refusal.problems)
        return _page(cycle, roles, _texts(), problems, save_id), 422
    flash(f"What you wrote about {code} is with {'the program' if from_staff else 'your partnership'}.", "good")
    others = {name: typed for name, typed in _texts().items() if name != field}
    return _back(cycle, roles, question_id, others)


@bp.post("/questions/<int:question_id>/reply")
def save_reply(question_id: int) -> Any:
    """Store what is typed under a question as it changes."""
    question, _ = services.load_question(current_user, question_id, Action.TALK)
    check_person()
    cycle, name = question.cycle, f"r{question_id}"
    version, save_id, unanswered = save_of(request.form, name)
    raw = {"text": request.form.get(f"{name}-text", "")}
    try:
        saved = services.save_reply(question_id, raw, version, save_id, current_user.id, unanswered)
    except Refused as refusal:
        return say_refused(refusal.problems)
    except ReplyChanged as conflict:
        stored = stored_now(conflict)
        theirs = stored.content
        return say_another(stored, cycle, "assessments/_text_conflict.html", name, theirs, text=theirs["text"])
    return say_stored(saved, cycle)


@bp.post("/questions/<int:question_id>/close")
def close(question_id: int) -> Any:
    """Close a thread."""
    question, roles = services.load_question(current_user, question_id, Action.REVIEW)
    cycle, code = question.cycle, question.practice_code
    closed = services.close(question_id, current_user.id)
    flash(f"The question about {code} {'is' if closed else 'was already'} closed.", "good")
    return _back(cycle, roles, question_id, _texts())


def _texts() -> dict[str, str]:
    """Return the texts of the page's form, by field."""
    return {name: text for name, text in request.form.items() if FIELD.fullmatch(name) and text.strip()}


def _back(cycle: Cycle, roles: frozenset[Role], done: int, left: dict[str, str]) -> Any:
    """Go to the page again, or show it at once where texts are left that are typed and not sent."""
    if left:
        return _page(cycle, roles, left)
    return go_to(url_for("questions.page", cycle_id=cycle.id, _anchor=f"q{done}"))
