"""Pages around the answering: the start page, gaps, check answers, earlier versions and what became of old answers."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, session, url_for
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, load_cycle, rulebook_of, section_after
from portal.foundation.access import TABLE, Action, Role, may
from portal.foundation.database import db
from portal.foundation.errors import OutOfOrder
from portal.foundation.htmx import go_to
from rules.answers import AnswerRefused, missing
from rules.catalogue import UnknownPractice

from . import guide, queries, services
from .amendments import working_answers
from .history import VersionUnknown, history_of, unasked, version_of
from .views import SEEN, bp


def may_answer(cycle: Cycle, roles: frozenset[Role], code: str = "") -> bool:
    """Tell whether this person may change the answer to a practice now; without a code, every answer."""
    return cycle.is_open(code) and may(roles, Action.ANSWER)


def _row_number(raw: str | None) -> int | None:
    """Read a row's number; one that no database could hold is none."""
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 10 else None


@bp.get("/cycles/<int:cycle_id>/answers/<code>/history")
def history(cycle_id: int, code: str) -> str:
    """Show every text that ever arrived for one practice, and what changed in each."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    return _history_page(cycle, roles, code, _row_number(request.args.get("before")))


def _history_page(cycle: Cycle, roles: frozenset[Role], code: str, before: int | None = None, refusal: str = "") -> str:
    found = history_of(cycle, code, before)
    return render_template(
        "assessments/history.html", cycle=cycle, history=found, practice=found.practice, refusal=refusal,
        before=before, open=found.asked and may_answer(cycle, roles, code), labels=labels_of(rulebook_of(cycle)),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/answers/<code>/restore")
def restore(cycle_id: int, code: str) -> Any:
    """Store an earlier version again as a new one; a page that is out of date changes nothing."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.ANSWER)
    if code not in rulebook_of(cycle).catalogue:
        raise OutOfOrder("This practice is not asked any more, so its answer cannot be brought back. It stays stored.")
    try:
        row = version_of(cycle.id, code, _row_number(request.form.get("id")) or 0)
    except VersionUnknown:
        raise UnknownPractice(f"There is no such version of {code}.") from None
    try:
        services.record_answer(
            cycle.id, code, dict(row.content), request.form.get("version"), request.form.get("save_id"), current_user.id
        )
    except AnswerRefused as refusal:
        because = " ".join(problem.sentence for problem in refusal.problems)
        return _history_page(cycle, roles, code, refusal=f"This version cannot be used as it is. {because}"), 422
    except services.AnswerChanged:
        db.session.expire_all()
        newer = "Somebody stored a newer version while you were reading. Nothing was replaced; look at it below first."
        return _history_page(cycle, roles, code, refusal=newer), 409
    flash("The earlier version is the answer again. The one before it is kept below.", "good")
    return go_to(url_for("assessments.history", cycle_id=cycle.id, code=code))


@bp.get("/cycles/<int:cycle_id>/answers/unasked")
def unasked_answers(cycle_id: int) -> str:
    """Show the answers that are kept although the rules do not ask for them any more."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    return render_template(
        "assessments/unasked.html", cycle=cycle, rows=unasked(cycle, queries.answers_of(cycle)),
        labels=labels_of(rulebook_of(cycle)), own=bool(roles & TABLE[Action.READ_DRAFT]),
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/start")
def start(cycle_id: int) -> str:
    """Say before the first answer what it takes, who should help, and which other ways there are."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    rulebook, session[SEEN] = rulebook_of(cycle), cycle.id
    return render_template(
        "assessments/start.html", cycle=cycle, rulebook=rulebook, policy=rulebook.policy,
        hours=guide.hours_for(rulebook.catalogue), at_hand=guide.at_hand(rulebook.catalogue),
        left=guide.where_left(cycle, current_user.id), open=may_answer(cycle, roles),
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/gaps")
def gaps(cycle_id: int) -> str:
    """Show everybody of the program what is still open, with a link to each."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    catalogue, answers = rulebook_of(cycle).catalogue, queries.answers_of(cycle)
    return render_template(
        "assessments/gaps.html", cycle=cycle, catalogue=catalogue, gaps=queries.gaps_in(catalogue, answers),
        progress=queries.progress_of(catalogue, answers),
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/sections/<key>/check")
def check_section(cycle_id: int, key: str) -> str:
    """Show the answers of one section in a list to check, each with a way back to change it."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    rulebook, found = rulebook_of(cycle), working_answers(cycle)
    here = rulebook.catalogue.section(key)
    lacking = {practice.code: missing(practice, found.get(practice.code)) for practice in here.practices}
    return render_template(
        "assessments/check_section.html", cycle=cycle, section=here, answers=found, lacking=lacking,
        open={one.code for one in here.practices if may_answer(cycle, roles, one.code)}, labels=labels_of(rulebook),
        following=section_after(cycle, here),
    )  # fmt: skip
