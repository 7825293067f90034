"""The plan's editor, its pages to read and print, and its PDFs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.accounts.queries import people_of_program
from portal.assessments.saving import VERSION, as_query, save_of, say_refused, say_stored
from portal.cycles.explaining import reviewers_explainer
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_cycle, load_for_change, local_today, rulebook_of
from portal.foundation import document_pages, documents
from portal.foundation.access import STAFF_ROLES, Action, roles_at
from portal.foundation.database import db, unit_of_work
from portal.foundation.document_pages import Desk
from portal.foundation.errors import NotAllowed, OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.security import check_person
from portal.resources.queries import Item, by_code, library_of
from rules.duties import add_months

from . import services
from .differences import differences
from .documents import plan_snapshot, summary_snapshot
from .drafts import content_from, draft_of, first_draft, in_plan, left_out, listed, with_proposal
from .forms import AREAS, MOST_ROWS, ROWS, PlanDraft, PriorityDraft, fields_of, is_sent, moved_up, read_plan, without
from .models import Plan, new_key
from .queries import open_statement, plan_of, proposals_for
from .shared import area_titles, on_taken_out, open_comments, shared_drafts
from .suggesting import noted_proposals, notes_beside, suggester_of
from .unsettled import unsettled

bp = Blueprint("plans", __name__)
GUIDES = 5  # named at one priority
SNAPSHOTS = {"plan": plan_snapshot, "summary": summary_snapshot}


@bp.get("/cycles/<int:cycle_id>/plan")
def edit(cycle_id: int) -> str:
    """Show the editor, filled from the findings and the proposals when nothing is written yet."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    plan = plan_of(cycle)
    return _editor(cycle, plan, _stored(cycle, plan), [])


def _editor(
    cycle: Cycle,
    plan: Plan | None,
    draft: PlanDraft,
    problems: list[Problem],
    theirs: PlanDraft | None = None,
    **more: Any,
) -> str:
    rulebook, found = rulebook_of(cycle), proposals_for(cycle)
    proposed, policy = noted_proposals(cycle, found.proposed), rulebook.policy
    anchor = cycle.plan_issued_on or local_today(cycle)
    drafts, library = shared_drafts(cycle), library_of(cycle.program.partnership, rulebook)
    waiting = open_comments(drafts)
    return render_template(
        "plans/edit.html", cycle=cycle, draft=draft, problems=problems, theirs=theirs, policy=policy,
        areas=[area for area in rulebook.catalogue.areas if area.key in AREAS], rows=ROWS, most=MOST_ROWS,
        blank=PriorityDraft(), later=request.form.get("send_later"), proposals=listed(proposed), wrong=found.undetermined,
        left_out=left_out(draft, proposed), known=in_plan(draft, proposed), plan=plan, fresh=[new_key() for _ in range(policy.max_priorities + 1)],
        months=[add_months(anchor.replace(day=1), n) for n in range(policy.max_months + 1)],
        names=[person.name for person, _ in people_of_program(cycle.program_id)], drafts=drafts, waiting=waiting, notes=notes_beside(cycle),
        explain=reviewers_explainer(cycle, rulebook), guides=_guides(draft, library), titles=[one.title for one in library],
        taken_out=on_taken_out(waiting, {one.key for one in draft.priorities}), **({"version": plan.version if plan else 0} | more),
    )  # fmt: skip


def _guides(draft: PlanDraft, library: list[Item]) -> list[list[Item]]:
    """Return the guides that help with each priority of the draft, each once."""
    at = by_code(library)
    return [
        list(dict.fromkeys(g for code in one.code_list for g in at.get(code, ())))[:GUIDES] for one in draft.priorities
    ]


@bp.post("/cycles/<int:cycle_id>/results/plan")
def save_text(cycle_id: int) -> Any:
    """Store the draft while somebody types it."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    check_person()
    draft = read_plan(request.form, rulebook_of(cycle).policy.max_priorities + 1)
    version, save_id, unanswered = save_of(request.form, "plan")
    try:
        saved = services.save_plan(cycle.id, draft, version, save_id, current_user.id, unanswered, version == "0")
    except Refused as refusal:
        return say_refused(refusal.problems)
    except services.PlanChanged:
        stored = plan_of(cycle)
        theirs = draft_of(stored) if stored else PlanDraft()
        page = render_template(
            "plans/_conflict.html", cycle=cycle, stored=stored, theirs=theirs, query=as_query("plan", fields_of(theirs)),
            fits=all(len(one.actions) <= ROWS for one in theirs.priorities),
            lines=differences(content_from(theirs), content_from(draft), area_titles(cycle)),
            areas=[area for area in rulebook_of(cycle).catalogue.areas if area.key in AREAS],
        )  # fmt: skip
        return page, 409, {VERSION: str(stored.version if stored else 0)}
    return say_stored(saved, cycle)


@bp.post("/cycles/<int:cycle_id>/plan")
def save(cycle_id: int) -> Any:
    """Store the draft sent as a whole, or what a button changes in it, and issue it when that button was pressed."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    check_person()
    sent, plan = is_sent(request.form), plan_of(cycle)
    typed = read_plan(request.form, rulebook_of(cycle).policy.max_priorities + 1) if sent else _stored(cycle, plan)
    draft = _changed(cycle, typed)
    version, save_id, _ = save_of(request.form, "plan")
    try:
        if sent or draft != typed or plan is None:
            seen = version if sent else str(plan.version if plan else 0)
            saved = services.save_plan(cycle.id, draft, seen, save_id, current_user.id)
        else:
            saved = plan
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
    then = request.form.get("then")
    if then == "issue":
        return _issue(cycle, draft, str(saved.version))
    if then == "preview":
        return go_to(url_for("plans.print_page", cycle_id=cycle.id))
    flash(_taken_out(typed) or "The plan is saved as a draft.", "good")
    return go_to(url_for("plans.edit", cycle_id=cycle.id, _anchor="priorities" if draft != typed else None))


def _stored(cycle: Cycle, plan: Plan | None) -> PlanDraft:
    return draft_of(plan) if plan else first_draft(cycle) if cycle.submitted_on else PlanDraft()


def _changed(cycle: Cycle, draft: PlanDraft) -> PlanDraft:
    """Return the draft with what a button adds, takes out or moves."""
    form = request.form
    if (codes := form.get("add")) and cycle.submitted_on:
        proposed = noted_proposals(cycle, proposals_for(cycle).proposed)
        most = rulebook_of(cycle).policy.max_priorities
        return with_proposal(draft, codes, proposed, most, suggester_of(cycle, draft.months))
    if key := form.get("drop"):
        return without(draft, key)
    return moved_up(draft, key) if (key := form.get("up")) else draft


def _taken_out(typed: PlanDraft) -> str:
    """Say which priority a press took out, and where its text still is; empty when none was."""
    at = next((n for n, one in enumerate(typed.priorities, 1) if one.key == request.form.get("drop") != ""), 0)
    if not at:
        return ""
    title = typed.priorities[at - 1].title
    named = f"Priority {at} “{title}”" if title else f"Priority {at}"
    return f"{named} is taken out. Its earlier text stays in “Earlier texts of this plan”."


def _issue(cycle: Cycle, draft: PlanDraft, seen: str | None) -> Any:
    try:
        services.issue_plan(
            cycle.id,
            current_user.id,
            current_app.config["BASE_URL"],
            seen,
            _send_to(),
            bool(request.form.get("open_seen")),
        )
    except (Refused, OutOfOrder) as refusal:
        db.session.refresh(cycle)
        if cycle.state is CycleState.PLAN_ISSUED:  # the button was pressed twice at once: the other press did it
            return go_to(url_for("plans.print_page", cycle_id=cycle.id))
        problems = list(refusal.problems) if isinstance(refusal, Refused) else [Problem("months", refusal.sentence)]
        return _editor(
            cycle, plan_of(cycle), draft, problems, typing=plan_of(cycle) is not None, unsettled=unsettled(cycle)
        ), 422
    if open_statement(cycle) is not None:
        flash("The plan is issued. The key leader has a link to sign the Statement of Accuracy.", "good")
    else:
        flash("The plan is issued. No link to sign is sent yet: send or print the Statement of Accuracy next.", "good")
    if codes := left_out(draft, proposals_for(cycle).proposed):
        flash(f"No priority names these safety practices: {', '.join(codes)}.", "warn")
    return go_to(url_for("plans.print_page", cycle_id=cycle.id))


def _send_to() -> str | None:
    """Return the address that the page showed, "" to send nothing yet; None when no address was on the page."""
    return "" if request.form.get("send_later") else request.form.get("leader_seen")


@bp.post("/cycles/<int:cycle_id>/plan/issue")
def issue(cycle_id: int) -> Any:
    """Issue the plan as it is stored."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.WRITE_PLAN)
    plan = plan_of(cycle)
    return _issue(cycle, _stored(cycle, plan), request.form.get("seen"))


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
    return printed(cycle, [])


def printed(cycle: Cycle, problems: list[Problem], **more: Any) -> str:
    """Return the page to read or print; a draft shows what is still open around it."""
    plan, running = plan_of(cycle), cycle.plan_issued_on is None
    if running and plan is not None:
        more["unsettled"] = unsettled(cycle)
        missing = services.not_ready(plan, rulebook_of(cycle).policy, local_today(cycle)) + services.no_leader(cycle)
        more["missing"] = [one.sentence for one in missing]
    return render_template(
        "plans/print.html", cycle=cycle, d=plan_snapshot(cycle), desk=desk_of(cycle, "plan"), plan=plan,
        drafts=shared_drafts(cycle) if running else [], problems=problems, **more,
    )  # fmt: skip


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
