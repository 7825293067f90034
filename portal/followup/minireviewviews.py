"""The pages of the mini-review, for staff: what to look at, and the plan issued again."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.amendments import under_way
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Action
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.typed import text_of
from portal.plans.drafts import draft_of
from portal.plans.forms import AREAS, MOST_ROWS, ROWS, PlanDraft, PriorityDraft, read_plan
from portal.plans.models import Outcome, new_key
from portal.plans.queries import issues_of, plan_of
from portal.plans.services import IssuedMeanwhile
from portal.plans.shared import issues_shown
from portal.resources.queries import library_of

from . import minireview
from .gone import Gone, PartsGone, sentence_of
from .overviewing import overview_of
from .views import bp, follow_up_of


@bp.get("/cycles/<int:cycle_id>/mini-review")
def mini_review(cycle_id: int) -> str:
    """Show what the mini-review looks at, step by step."""
    cycle, _ = follow_up_of(cycle_id, Action.CHECK_IN)
    return _page(cycle)


def _page(
    cycle: Cycle, problems: tuple[Problem, ...] = (), ended: dict[str, minireview.Ended] | None = None,
    time: dict[str, str] | None = None, unstored: bool = False, gone: tuple[Gone, ...] = (), again: bool = False,
) -> str:  # fmt: skip
    """Show the page; `unstored` says that parts other than the one just sent hold text that is not stored."""
    policy, found = rulebook_of(cycle).policy, overview_of(cycle, True)
    return render_template(
        "followup/mini_review.html", cycle=cycle, found=found, policy=policy, problems=problems, ended=ended or {},
        time=time or {}, outcomes=list(Outcome), gone=gone, again=again, changed=minireview.changed_since_plan(cycle), round=under_way(cycle),
        issues=issues_shown(cycle), open=cycle.state is not CycleState.CLOSED, last_row=minireview.last_row,
        left=max(0, policy.max_extra_months - sum(one.months for one in found.extra)), unstored=unstored,
        due=next((one for one in found.duties if one.kind == "mini_review"), None),
    )  # fmt: skip


def _ended(cycle: Cycle) -> dict[str, minireview.Ended]:
    """Return what the page's form says of priorities and is not what is stored."""
    aims = overview_of(cycle, True).aims
    return {one.key: one for one in minireview.not_stored(minireview.read_outcomes(request.form), aims)}


def _time() -> dict[str, str]:
    """Return what the page's form says of extra time; nothing when no field of it is filled."""
    typed = {key: text_of(request.form, key) for key in ("months", "reason", "save_id")}
    return typed if typed["months"] or typed["reason"] else {}


def _back(cycle: Cycle, anchor: str, ended: dict[str, minireview.Ended], time: dict[str, str]) -> Any:
    """Go to the page again, or show it at once where its one form holds something that is not stored."""
    if ended or time:
        return _page(cycle, (), ended, time, unstored=True)
    return go_to(url_for("followup.mini_review", cycle_id=cycle.id, _anchor=anchor))


@bp.post("/cycles/<int:cycle_id>/mini-review/begin")
def begin_mini_review(cycle_id: int) -> Any:
    """Begin it, and tell the program."""
    cycle, _ = follow_up_of(cycle_id, Action.CHECK_IN)
    ended, time = _ended(cycle), _time()
    try:
        minireview.begin(cycle.id, current_user.id, current_app.config["BASE_URL"])
    except OutOfOrder as refusal:
        return _page(cycle, (Problem("begin", refusal.sentence),), ended, time, bool(ended or time)), 422
    flash("The mini-review has begun. The program got a mail, and may ask to change answers.", "good")
    return _back(cycle, "begin", ended, time)


@bp.post("/cycles/<int:cycle_id>/outcomes")
def save_outcomes(cycle_id: int) -> Any:
    """Store how priorities ended."""
    cycle, _ = follow_up_of(cycle_id, Action.CHECK_IN)
    told, time, status = minireview.read_outcomes(request.form), _time(), 422
    try:
        count = minireview.save_outcomes(cycle.id, told, current_user.id)
    except Refused as refusal:
        problems = tuple(refusal.problems)
    except OutOfOrder as refusal:
        problems = (Problem("outcomes", refusal.sentence),)
    except minireview.OutcomeChanged as conflict:
        problems, status = (Problem("outcomes", conflict.sentence),), 409
    except PartsGone as conflict:
        return _page(cycle, (Problem("gone", conflict.sentence),), {}, time, bool(time), conflict.gone), 409
    else:
        flash(
            "How the priorities ended is stored." if count else "Nothing was different, so nothing was stored.", "good"
        )
        return _back(cycle, "outcomes", {}, time)
    if gone := minireview.gone_of(cycle, told, overview_of(cycle, True).aims):
        problems = (*problems, Problem("gone", sentence_of("priority")))
    return _page(cycle, problems, {one.key: one for one in told}, time, bool(time), gone, again=True), status


@bp.post("/cycles/<int:cycle_id>/extra-time")
def grant_time(cycle_id: int) -> Any:
    """Give the plan more months."""
    cycle, _ = follow_up_of(cycle_id, Action.CHECK_IN)
    typed, base_url = {key: text_of(request.form, key) for key in ("months", "reason", "save_id")}, current_app.config["BASE_URL"]  # fmt: skip
    ended = _ended(cycle)
    try:
        minireview.grant_time(cycle.id, typed["months"], typed["reason"], typed["save_id"], current_user.id, base_url)
    except (Refused, OutOfOrder) as refusal:
        problems = refusal.problems if isinstance(refusal, Refused) else (Problem("months", refusal.sentence),)
        return _page(cycle, tuple(problems), ended, typed, bool(ended)), 422
    flash("The plan has more time, and the program got a mail.", "good")
    return _back(cycle, "time", ended, {})


@bp.get("/cycles/<int:cycle_id>/plan/again")
def plan_again(cycle_id: int) -> Any:
    """Show the plan to change it and issue it again, with the extra time in its length."""
    cycle, _ = follow_up_of(cycle_id, Action.WRITE_PLAN)
    plan = plan_of(cycle)
    draft = draft_of(plan) if plan else PlanDraft()
    extra = sum(one.months for one in overview_of(cycle, True).extra if one.issue_number is None)
    months = str(int(draft.months) + extra) if draft.months else ""
    return _editor(cycle, PlanDraft(months, draft.overview, draft.strengths, draft.improvements, draft.priorities), "")


def _editor(cycle: Cycle, draft: PlanDraft, reason: str, problems: tuple[Problem, ...] = (), theirs: bool = False, seen: str = "") -> str:  # fmt: skip
    rulebook, plan, issues = rulebook_of(cycle), plan_of(cycle), issues_of(plan_of(cycle))
    return render_template(
        "followup/plan_again.html", cycle=cycle, draft=draft, reason=reason, problems=problems, policy=rulebook.policy,
        areas=[area for area in rulebook.catalogue.areas if area.key in AREAS], rows=ROWS, most=MOST_ROWS,
        blank=PriorityDraft(), fresh=[new_key() for _ in range(rulebook.policy.max_priorities + 1)],
        seen=seen or str(issues[-1].number if issues else 0), theirs=draft_of(plan) if theirs and plan else None,
        found=overview_of(cycle, True), titles=[one.title for one in library_of(cycle.program.partnership, rulebook)],
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/plan/again")
def issue_again(cycle_id: int) -> Any:
    """Issue the changed plan under the next number."""
    cycle, _ = follow_up_of(cycle_id, Action.WRITE_PLAN)
    draft = read_plan(request.form, rulebook_of(cycle).policy.max_priorities + 1)
    reason, seen, save_id = (text_of(request.form, name) for name in ("reason", "seen", "save_id"))
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0
    try:
        base_url = current_app.config["BASE_URL"]
        issue = minireview.rebaseline(cycle.id, draft, reason, number, save_id, current_user.id, base_url)
    except (Refused, OutOfOrder) as refusal:
        problems = refusal.problems if isinstance(refusal, Refused) else (Problem("reason", refusal.sentence),)
        return _editor(cycle, draft, reason, tuple(problems), seen=seen), 422
    except IssuedMeanwhile as conflict:
        return _editor(cycle, draft, reason, (Problem("theirs", conflict.sentence),), theirs=True), 409
    flash(f"Issue {issue.number} of the plan counts now. The earlier one is kept.", "good")
    return go_to(url_for("results.issue", cycle_id=cycle.id, number=issue.number))
