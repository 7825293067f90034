"""The plan's editor, its pages to read and print, its PDFs, and the Statement of Accuracy."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.explaining import reviewers_explainer
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_cycle, load_for_change, resources_of, rulebook_of
from portal.foundation import document_pages, documents
from portal.foundation.access import STAFF_ROLES, Action, roles_at
from portal.foundation.database import db, unit_of_work
from portal.foundation.document_pages import Desk
from portal.foundation.errors import DomainError, NotAllowed, OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.security import NO_REFERRER, check_csrf_token, csrf
from rules.results import Resource

from . import services
from .documents import plan_snapshot, summary_snapshot
from .drafts import draft_of, first_draft, left_out, listed, with_proposal
from .forms import AREAS, MOST_ROWS, ROWS, PlanDraft, PriorityDraft, read_plan
from .models import Plan
from .queries import changed_since, open_statement, plan_of, proposals_for

bp = Blueprint("plans", __name__)
SNAPSHOTS = {"plan": plan_snapshot, "summary": summary_snapshot}


@bp.get("/cycles/<int:cycle_id>/plan")
def edit(cycle_id: int) -> str:
    """Show the editor, filled from the findings and the proposals when nothing is written yet."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    plan = plan_of(cycle)
    return _editor(cycle, plan, draft_of(plan) if plan else first_draft(cycle), [])


def _editor(
    cycle: Cycle,
    plan: Plan | None,
    draft: PlanDraft,
    problems: list[Problem],
    theirs: PlanDraft | None = None,
    **more: Any,
) -> str:
    rulebook = rulebook_of(cycle)
    found = proposals_for(cycle)
    return render_template(
        "plans/edit.html", cycle=cycle, draft=draft, problems=problems, theirs=theirs, policy=rulebook.policy,
        areas=[area for area in rulebook.catalogue.areas if area.key in AREAS], rows=ROWS, most=MOST_ROWS,
        blank=PriorityDraft(), proposals=listed(found.proposed), wrong=found.undetermined,
        left_out=left_out(draft, found.proposed), plan=plan, statement=(sent := open_statement(cycle)),
        outdated=changed_since(cycle, sent),
        explain=reviewers_explainer(cycle, rulebook), guides=_guides(cycle, draft), **({"version": plan.version if plan else 0} | more),
    )  # fmt: skip


def _guides(cycle: Cycle, draft: PlanDraft) -> list[list[Resource]]:
    """Return the guides that help with each priority of the draft, each once."""
    by_code = resources_of(rulebook_of(cycle))
    return [list(dict.fromkeys(g for code in one.code_list for g in by_code.get(code, ()))) for one in draft.priorities]


@bp.post("/cycles/<int:cycle_id>/plan")
def save(cycle_id: int) -> Any:
    """Store the draft, and issue it when that button was pressed."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    draft = read_plan(request.form, rulebook_of(cycle).policy.max_priorities + 1)
    if (codes := request.form.get("add")) and cycle.submitted_on:
        draft = with_proposal(draft, codes, proposals_for(cycle).proposed, rulebook_of(cycle).policy.max_priorities)
    version, save_id = request.form.get("version"), request.form.get("save_id")
    try:
        saved = services.save_plan(cycle.id, draft, version, save_id, current_user.id)
    except Refused as refusal:
        # the version the writer saw: the newest one here would let the next save undo somebody else's
        return _editor(cycle, plan_of(cycle), draft, list(refusal.problems), version=version), 422
    except OutOfOrder as refusal:
        return _editor(cycle, plan_of(cycle), draft, [Problem("typed", refusal.sentence)], typed=draft), 422
    except services.PlanChanged as refusal:
        stored = plan_of(cycle)
        theirs = draft_of(stored) if stored else None
        return _editor(cycle, stored, draft, [Problem("theirs", refusal.sentence)], theirs), 409
    if saved.issued_at is not None:  # the button was pressed twice: the same save, so the same reply
        return go_to(url_for("plans.print_page", cycle_id=cycle.id))
    if request.form.get("then") == "issue":
        return _issue(cycle, draft)
    flash("The plan is saved as a draft.", "good")
    return go_to(url_for("plans.edit", cycle_id=cycle.id))


def _issue(cycle: Cycle, draft: PlanDraft) -> Any:
    try:
        services.issue_plan(cycle.id, current_user.id, current_app.config["BASE_URL"])
    except (Refused, OutOfOrder) as refusal:
        db.session.refresh(cycle)
        if cycle.state is CycleState.PLAN_ISSUED:  # the button was pressed twice at once: the other press did it
            return go_to(url_for("plans.print_page", cycle_id=cycle.id))
        problems = list(refusal.problems) if isinstance(refusal, Refused) else [Problem("months", refusal.sentence)]
        return _editor(cycle, plan_of(cycle), draft, problems), 422
    flash("The plan is issued. The key leader has a link to sign the Statement of Accuracy.", "good")
    if codes := left_out(draft, proposals_for(cycle).proposed):
        flash(f"No priority names these safety practices: {', '.join(codes)}.", "warn")
    return go_to(url_for("plans.print_page", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/plan/issue")
def issue(cycle_id: int) -> Any:
    """Issue the plan as it is stored."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    plan = plan_of(cycle)
    return _issue(cycle, draft_of(plan) if plan else first_draft(cycle))


def _readable(cycle_id: int) -> Cycle:
    """Load a cycle whose results this person may read; the program waits until they are issued."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_RESULTS)
    if cycle.plan_issued_on is None and not roles & STAFF_ROLES:
        raise NotAllowed("The results are not issued yet. You can read them as soon as they are.")
    if cycle.submitted_on is None:
        raise NotAllowed("The program is still working on its answers. There are no results yet.")
    return cycle


@bp.get("/cycles/<int:cycle_id>/plan/print")
def print_page(cycle_id: int) -> str:
    """Show the plan as a page to read or print."""
    cycle = _readable(cycle_id)
    return render_template("plans/print.html", cycle=cycle, d=plan_snapshot(cycle), desk=desk_of(cycle, "plan"))


@bp.get("/cycles/<int:cycle_id>/summary")
def summary_page(cycle_id: int) -> str:
    """Show the summary as a page to read or print."""
    cycle = _readable(cycle_id)
    return render_template("plans/summary.html", cycle=cycle, d=summary_snapshot(cycle), desk=desk_of(cycle, "summary"))


def desk_of(cycle: Cycle, kind: str) -> Desk:
    """Say where the PDFs of the plan and the summary are asked for, watched and fetched."""
    name = rulebook_of(cycle).policy.plan_name if kind == "plan" else "Summary"
    page = url_for("plans.print_page" if kind == "plan" else "plans.summary_page", cycle_id=cycle.id)
    ask, values = {"kind": kind}, {"cycle_id": cycle.id}
    return Desk("plans.request_document", "plans.document_state", "plans.download", values, name, page, ask)


@bp.post("/cycles/<int:cycle_id>/documents/<kind>/<paper>")
def request_document(cycle_id: int, kind: str, paper: str) -> Any:
    """Ask the worker for a PDF."""
    cycle = _readable(cycle_id)
    if kind not in SNAPSHOTS or paper not in list(documents.Paper):
        abort(404)
    snapshot, size = SNAPSHOTS[kind](cycle), documents.Paper(paper)
    with unit_of_work():
        load_for_change(cycle.id)  # one after the other: the same document is asked for once
        name = documents.file_name(kind, cycle.program.name, size)
        made = documents.ask(cycle.id, kind, size, name, snapshot)
    return document_pages.asked(desk_of(cycle, kind), made)


@bp.get("/cycles/<int:cycle_id>/documents/<int:document_id>")
def document_state(cycle_id: int, document_id: int) -> str:
    """Say how far a PDF is."""
    cycle = _readable(cycle_id)
    document = _document(cycle, document_id)
    return document_pages.looked(desk_of(cycle, document.kind), document)


def _document(cycle: Cycle, document_id: int) -> documents.Document:
    document = db.session.get(documents.Document, document_id)
    if document is None or document.cycle_id != cycle.id or document.kind not in SNAPSHOTS:
        abort(404)
    roles = roles_at(current_user.memberships, cycle.program.partnership_id, cycle.program_id)
    if document.snapshot["draft"] and not roles & STAFF_ROLES:
        abort(404)  # a draft stays the partnership's own, also after the plan is issued
    return document


@bp.get("/cycles/<int:cycle_id>/documents/<int:document_id>/file")
def download(cycle_id: int, document_id: int) -> Any:
    """Send a PDF that is ready."""
    return document_pages.fetched(_document(_readable(cycle_id), document_id))


@bp.post("/cycles/<int:cycle_id>/statement/send")
def send_statement(cycle_id: int) -> Any:
    """Send the Statement again, to this or another key leader."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    name, email = request.form.get("leader_name", ""), request.form.get("leader_email", "")
    try:
        base_url, seen = current_app.config["BASE_URL"], request.form.get("seen", "")
        services.send_statement(cycle.id, name, email, current_user.id, base_url, seen)
    except (Refused, OutOfOrder) as refusal:
        problems = (
            list(refusal.problems) if isinstance(refusal, Refused) else [Problem("leader_name", refusal.sentence)]
        )
        plan = plan_of(cycle)
        draft = draft_of(plan) if plan else PlanDraft()
        return _editor(cycle, plan, draft, problems, leader={"name": name, "email": email}), 422
    flash("A new link is on its way. The old one does not work any more.", "good")
    return go_to(url_for("plans.edit", cycle_id=cycle.id))


@bp.get("/statement/<token>")
def statement(token: str) -> Any:
    """Show the key leader what is signed; no account is needed."""
    return _statement(token, [], {})


@bp.post("/statement/<token>")
@csrf.exempt
def sign(token: str) -> Any:
    """Sign, once."""
    check_csrf_token()
    typed = {key: request.form.get(key, "") for key in ("name", "title", "confirm")}
    try:
        services.sign(token, typed["name"], typed["title"], typed["confirm"] == "yes", current_app.config["BASE_URL"])
    except Refused as refusal:
        return _statement(token, list(refusal.problems), typed)
    except DomainError as over:
        return _over("This cannot be signed", over.sentence)
    return render_template("plans/signed.html"), 200, NO_REFERRER


def _over(title: str, sentence: str) -> Any:
    return render_template("error.html", title=title, sentence=sentence), 410, NO_REFERRER


def _statement(token: str, problems: list[Problem], typed: dict[str, str]) -> Any:
    try:
        found = services.open_link(token)
    except services.LinkOver as over:
        later = isinstance(over, services.SignLater)
        return _over("Please come back later" if later else "This link is over", over.sentence)
    page = render_template(
        "plans/statement.html",
        statement=found,
        token=token,
        problems=problems,
        typed=typed,
        d=plan_snapshot(found.cycle),
    )
    return page, 422 if problems else 200, NO_REFERRER
