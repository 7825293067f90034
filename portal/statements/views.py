"""The staff's pages of a cycle's Statement: ask for a signature, print, enter a signed paper, see what was signed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_cycle, rulebook_of
from portal.evidence.kinds import FileRefused
from portal.evidence.scanning import NotScanned, VirusFound
from portal.evidence.sending import SANDBOX
from portal.foundation.access import Action
from portal.foundation.errors import OutOfOrder, Problem, Refused, Stranger
from portal.foundation.htmx import go_to
from portal.foundation.pages import error_page
from portal.foundation.storage import FileGone, StorageDown, storage
from portal.foundation.typed import day_of
from portal.foundation.uploads import arrived, takes_file
from portal.plans.queries import changed_since, may_be_signed, open_statement, signs_again
from portal.plans.services import statements as signing

from . import services
from .queries import load_statement, paper_of, statements_of, text_signed

bp = Blueprint("statements", __name__)


@bp.get("/cycles/<int:cycle_id>/statement")
def page(cycle_id: int) -> str:
    """Show where the signature stands, and every way to get it."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    return _page(cycle)


def _page(cycle: Cycle, problems: tuple[Problem, ...] = (), typed: dict[str, str] | None = None) -> str:
    waiting, everything = open_statement(cycle), statements_of(cycle)
    signed = next((one for one in everything if one.signed_at and not one.withdrawn_at), None)
    return render_template(
        "statements/page.html", cycle=cycle, waiting=waiting, signed=signed, everything=everything, problems=problems,
        typed=typed or {}, changed=changed_since(cycle, waiting or signed), policy=rulebook_of(cycle).policy,
        open=may_be_signed(cycle), again=signs_again(cycle), limit=current_app.config["EVIDENCE_FILE_BYTES"],
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/statement/check")
def check(cycle_id: int) -> Any:
    """Show the name and address once more before a link goes out."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    typed = {key: request.form.get(key, "") for key in ("leader_name", "leader_email", "seen")}
    name, email = " ".join(typed["leader_name"].split()), typed["leader_email"].strip()
    if problems := signing.problems_of_leader(name, email):
        return _page(cycle, tuple(problems), typed), 422
    return render_template(
        "statements/check.html", cycle=cycle, name=name, email=email, seen=typed["seen"],
        usual=cycle.program.key_leader_email, waiting=open_statement(cycle),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/statement/send")
def send(cycle_id: int) -> Any:
    """Send the link to the confirmed address; an older link ends."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    typed = {key: request.form.get(key, "") for key in ("leader_name", "leader_email", "seen")}
    name, email, base_url = typed["leader_name"], typed["leader_email"], current_app.config["BASE_URL"]
    try:
        signing.send_statement(cycle.id, name, email, current_user.id, base_url, typed["seen"])
    except (Refused, OutOfOrder) as refusal:
        del typed["seen"]  # the page shows what waits now
        return _page(cycle, _problems(refusal, "leader_name"), typed), 422
    flash(f"A link to sign is on its way to {email.strip()}. An older link does not work any more.", "good")
    return go_to(url_for("statements.page", cycle_id=cycle.id))


def _problems(refusal: Refused | OutOfOrder, field: str) -> tuple[Problem, ...]:
    return refusal.problems if isinstance(refusal, Refused) else (Problem(field, refusal.sentence),)


@bp.post("/cycles/<int:cycle_id>/statement/paper")
def prepare(cycle_id: int) -> Any:
    """Make a Statement to print."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    name = request.form.get("paper_name", "")
    try:
        made = services.prepare_paper(cycle.id, name, current_user.id, request.form.get("seen", ""))
    except (Refused, OutOfOrder) as refusal:
        return _page(cycle, _problems(refusal, "paper_name"), {"paper_name": name}), 422
    return go_to(url_for("statements.paper", cycle_id=cycle_id, statement_id=made.id))


@bp.get("/cycles/<int:cycle_id>/statements/<int:statement_id>/paper")
def paper(cycle_id: int, statement_id: int) -> str:
    """Show one page to print and sign, with its code."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    found = load_statement(cycle, statement_id)
    changed = () if found.signed_at else changed_since(cycle, found)
    return render_template(
        "statements/paper.html", cycle=cycle, statement=found, text=text_signed(found), changed=changed,
        policy=rulebook_of(cycle).policy, address=current_app.config["BASE_URL"],
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/statements/<int:statement_id>/signed-paper")
@takes_file
def record(cycle_id: int, statement_id: int) -> Any:
    """Store what was signed on paper, with its scan."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    found, by_id = load_statement(cycle, statement_id), current_user.id
    typed = {key: request.form.get(key, "") for key in ("name", "title", "signed_on")}
    file, name = arrived("file") or (None, "")
    read = services.OnPaper(typed["name"], typed["title"], day_of(typed["signed_on"].strip()))
    status = 422
    try:
        services.record_paper(cycle.id, found.id, read, file, name, by_id, current_app.config["BASE_URL"])
    except (Refused, OutOfOrder) as refusal:
        problems = _problems(refusal, "file")
    except (FileRefused, VirusFound) as refusal:
        problems = (Problem("file", refusal.sentence),)
    except (NotScanned, StorageDown) as trouble:
        problems, status = (Problem("file", f"{trouble.sentence} It was not stored."),), 503
    else:
        then = " The recognition can be decided now." if cycle.state is CycleState.SIGNED else ""
        flash(f"The signed paper is stored.{then}", "good")
        return go_to(url_for("statements.page", cycle_id=cycle_id))
    return _page(cycle, problems, typed), status


@bp.post("/cycles/<int:cycle_id>/statements/<int:statement_id>/withdraw")
def withdraw(cycle_id: int, statement_id: int) -> Any:
    """Take back what waits to be signed."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    services.withdraw(cycle.id, load_statement(cycle, statement_id).id, current_user.id)
    flash("Taken back. Its link and its paper do not count any more.", "good")
    return go_to(url_for("statements.page", cycle_id=cycle_id))


@bp.get("/cycles/<int:cycle_id>/statements/<int:statement_id>")
def show(cycle_id: int, statement_id: int) -> str:
    """Show the whole version that a Statement covers, and where today's differs."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    found = load_statement(cycle, statement_id)
    return render_template(
        "statements/show.html", cycle=cycle, statement=found, text=text_signed(found) if found.answers_number else None,
        changed=changed_since(cycle, found), scan=paper_of(found),
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/statements/<int:statement_id>/file")
def download(cycle_id: int, statement_id: int) -> Any:
    """Send the scan of a signed paper to be saved, never shown inside the portal."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.SEND_STATEMENT)
    scan = paper_of(load_statement(cycle, statement_id))
    if scan is None:
        raise Stranger
    try:
        body = storage().open(scan.storage_key)
    except (FileGone, StorageDown) as trouble:
        current_app.logger.exception("signed paper %s cannot be sent", scan.id)
        return error_page(503, "The file cannot be sent now", trouble.sentence)
    reply = Response(body, mimetype=scan.media_type)
    reply.content_length = scan.size
    reply.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(scan.file_name, safe='')}"
    reply.headers["Content-Security-Policy"] = SANDBOX
    reply.headers["Cache-Control"] = "no-store"
    return reply
