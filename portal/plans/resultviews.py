"""The pages that bring results to a program: what is here, a shared draft with comments, and every issue of the plan."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import STAFF_ROLES, Action, Role, may
from portal.foundation.errors import NotAllowed, OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.typed import text_of

from . import services
from .contents import read_content
from .documents import plan_snapshot
from .earlier import texts_of
from .forms import AREAS
from .listing import results_of
from .queries import plan_of
from .shared import SharedDraft, issues_shown, shared_drafts
from .views import printed

bp = Blueprint("results", __name__)


@bp.get("/cycles/<int:cycle_id>/results")
def overview(cycle_id: int) -> str:
    """List what the program gets, what to do next, and what each tier brings."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_RESULTS)
    drafts = shared_drafts(cycle)
    if cycle.plan_issued_on is None and not drafts and not roles & STAFF_ROLES:
        raise NotAllowed("The results are not issued yet. You can read them as soon as they are.")
    staff = bool(roles & STAFF_ROLES)
    return render_template(
        "plans/results.html", cycle=cycle, staff=staff, drafts=drafts, issues=issues_shown(cycle),
        policy=rulebook_of(cycle).policy, found=results_of(cycle, drafts, may(roles, Action.COMMENT_PLAN)), plan=plan_of(cycle),
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/plan/issues/<int:number>")
def issue(cycle_id: int, number: int) -> str:
    """Show one issue of the plan as it was, and what it changed."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.READ_RESULTS)
    shown = issues_shown(cycle)
    found = next((one for one in shown if one.issue.number == number), None)
    if found is None:
        abort(404)
    snapshot = plan_snapshot(cycle, read_content(found.issue.issued_content))
    return render_template("plans/issue.html", cycle=cycle, d=snapshot, shown=found, newest=shown[0].issue.number)


@bp.get("/cycles/<int:cycle_id>/plan/history")
def history(cycle_id: int) -> str:
    """List every text of the plan that arrived, also what was set aside, and show one of them."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    rows, chosen = texts_of(plan_of(cycle)), request.args.get("text", "")
    found = next((one for one in rows if str(one.version.id) == chosen), None)
    areas = [area for area in rulebook_of(cycle).catalogue.areas if area.key in AREAS]
    return render_template("plans/history.html", cycle=cycle, rows=rows, found=found, areas=areas)


@bp.get("/cycles/<int:cycle_id>/plan/drafts/<int:number>")
def draft(cycle_id: int, number: int) -> str:
    """Show a draft as it was shared, with its comments and what was changed since."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_RESULTS)
    return _draft(cycle, roles, number, [], {})


def _draft(cycle: Cycle, roles: frozenset[Role], number: int, problems: list[Problem], typed: dict[str, str]) -> str:
    drafts = shared_drafts(cycle)
    found = next((one for one in drafts if one.share.number == number), None)
    if found is None:
        abort(404)
    return render_template(
        "plans/shared.html", cycle=cycle, d=plan_snapshot(cycle, found.content), shown=found, drafts=drafts,
        comments=_Comments(found, roles, bool(roles & STAFF_ROLES), cycle.plan_issued_on is None), problems=problems, typed=typed,
    )  # fmt: skip


class _Comments:
    """What the fragment of comments asks: whose page it is, what was said, and whether more can be said."""

    def __init__(self, shown: SharedDraft, roles: frozenset[Role], staff: bool, running: bool) -> None:
        self.shown, self.staff = shown, staff
        self.writes = running and may(roles, Action.COMMENT_PLAN)
        self.marks = may(roles, Action.WRITE_PLAN)

    def about(self, key: str) -> Any:
        """Return the comments on one priority, or on the whole."""
        return self.shown.threads.get(key, [])


@bp.post("/cycles/<int:cycle_id>/plan/share")
def share(cycle_id: int) -> Any:
    """Show the stored draft to the program."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    note, base_url = text_of(request.form, "note"), current_app.config["BASE_URL"]
    try:
        made = services.share_draft(cycle.id, request.form.get("seen"), note, current_user.id, base_url)
    except (Refused, OutOfOrder) as refusal:
        problems = list(refusal.problems) if isinstance(refusal, Refused) else [Problem("note", refusal.sentence)]
        return printed(cycle, problems, note=note), 422
    flash("The program can read this draft now, and got a mail. You can go on writing; it sees your changes only when you share again.", "good")  # fmt: skip
    return go_to(url_for("results.draft", cycle_id=cycle.id, number=made.number))


@bp.post("/cycles/<int:cycle_id>/plan/drafts/<int:number>/comments")
def comment(cycle_id: int, number: int) -> Any:
    """Add a comment on a shared draft, or an answer to one."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.COMMENT_PLAN)
    typed = {key: text_of(request.form, key) for key in ("about", "answers_to", "text", "save_id")}
    to = int(typed["answers_to"]) if typed["answers_to"].isascii() and typed["answers_to"].isdigit() and len(typed["answers_to"]) < 10 else None  # fmt: skip
    if number not in {one.share.number for one in shared_drafts(cycle)}:
        abort(404)
    try:
        made = services.comment(
            cycle.id, number, typed["about"], to, typed["text"], typed["save_id"], current_user, bool(roles & STAFF_ROLES),
            current_app.config["BASE_URL"],
        )  # fmt: skip
    except (Refused, OutOfOrder) as refusal:
        sentence = refusal.problems[0].sentence if isinstance(refusal, Refused) else refusal.sentence
        where = f"text-{typed['answers_to'] or typed['about'] or 'whole'}"
        return _draft(cycle, roles, number, [Problem(where, sentence)], typed), 422
    flash("Your comment is stored. The other side gets a mail, once a day at most.", "good")
    return go_to(url_for("results.draft", cycle_id=cycle.id, number=number, _anchor=f"comment-{made}"))


@bp.post("/cycles/<int:cycle_id>/plan/comments/<int:comment_id>")
def mark(cycle_id: int, comment_id: int) -> Any:
    """Mark a comment as done, or as open again."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    known = {one.first.id: found.share.number for found in shared_drafts(cycle) for threads in found.threads.values() for one in threads}  # fmt: skip
    if comment_id not in known:
        abort(404)
    services.mark_done(cycle.id, comment_id, request.form.get("done") == "yes", current_user.id)
    return go_to(url_for("results.draft", cycle_id=cycle.id, number=known[comment_id], _anchor=f"comment-{comment_id}"))
