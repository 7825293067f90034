"""The steps before access: what each asks, its state, the needs assessment, and signatures by mailed links."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.accounts.signing import LinkOver, over_page
from portal.foundation.access import PROGRAM_ROLES, Action, Role, may
from portal.foundation.errors import Problem, Refused, Stranger
from portal.foundation.htmx import go_to
from portal.foundation.security import NO_REFERRER, check_csrf_token, csrf
from portal.partnerships.queries import current_rulebook
from portal.programs.models import Program
from portal.programs.queries import load_program
from rules.policy import Gate

from ..forms import NEEDS, read_needs, read_signers
from ..queries import needs_of, signatures_of
from ..services import gates as services

bp = Blueprint("gates", __name__)


@bp.get("/programs/<int:program_id>/gates")
def overview(program_id: int) -> Any:
    """Show each step before access: what it asks, and how far it is."""
    program, roles = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return _overview(program, roles)


def _overview(
    program: Program, roles: frozenset[Role], problems: tuple[Problem, ...] = (), typed: dict[str, str] | None = None,
    at: str = "",
) -> Any:  # fmt: skip
    found = []
    for gate in current_rulebook(program.partnership).policy.gates:
        signatures = signatures_of(program.id, gate.key) if gate.signatories else []
        text = services.text_to_sign(program, gate) if gate.signatories else ""
        now = services.hash_of(program, gate, text)
        found.append((gate, signatures, text, any(one.content_hash != now for one in signatures)))
    page = render_template(
        "requests/gates.html", program=program, found=found, passed=program.gates_passed, needs=needs_of(program.id),
        questions=NEEDS, inside=bool(roles & PROGRAM_ROLES), runs=may(roles, Action.RUN_PROGRAM),
        answers=may(roles, Action.ANSWER), manages=may(roles, Action.MANAGE_PROGRAMS), problems=problems,
        typed=typed or {}, at=at,
    )  # fmt: skip
    return page, 422 if problems else 200


@bp.get("/programs/<int:program_id>/gates/needs")
def needs(program_id: int) -> Any:
    """Show the form of the needs assessment."""
    program, roles = load_program(current_user, program_id, Action.ANSWER)
    found = needs_of(program.id)
    if found is not None and found.sent_at is not None:
        return go_to(url_for("gates.overview", program_id=program_id))
    return _needs(program, roles, dict(found.content) if found else {}, str(found.version) if found else "0")


def _needs(
    program: Program, roles: frozenset[Role], values: dict[str, str], version: str,
    problems: tuple[Problem, ...] = (), theirs: dict[str, str] | None = None,
) -> str:  # fmt: skip
    return render_template(
        "requests/needs.html", program=program, questions=NEEDS, values=values, version=version, problems=problems,
        theirs=theirs or {}, found=needs_of(program.id), runs=may(roles, Action.RUN_PROGRAM),
    )  # fmt: skip


@bp.post("/programs/<int:program_id>/gates/needs")
def save_needs(program_id: int) -> Any:
    """Store the answers as a draft."""
    program, roles = load_program(current_user, program_id, Action.ANSWER)
    return _save(program, roles, send=False)


@bp.post("/programs/<int:program_id>/gates/needs/send")
def send_needs(program_id: int) -> Any:
    """Store the answers and send them to the partnership."""
    program, roles = load_program(current_user, program_id, Action.RUN_PROGRAM)
    return _save(program, roles, send=True)


def _save(program: Program, roles: frozenset[Role], send: bool) -> Any:
    typed, seen, save_id = read_needs(request.form), request.form.get("version", ""), request.form.get("save_id", "")
    program_id = program.id
    try:
        services.save_needs(program_id, typed, seen, save_id, current_user.id, send, current_app.config["BASE_URL"])
    except Refused as refusal:
        found = needs_of(program_id)
        stored = found is not None and found.content == typed  # a draft that is not whole is stored all the same
        return _needs(program, roles, typed, str(found.version) if found and stored else seen, refusal.problems), 422
    except services.NeedsChanged as changed:
        found = needs_of(program_id)
        newest, version = (dict(found.content), str(found.version)) if found else ({}, "0")
        theirs = {key: text for key, text in newest.items() if text != typed[key]}
        problems = tuple(Problem(key, f"{changed.sentence} See “Stored meanwhile”.") for key in theirs)
        return _needs(program, roles, typed, version, problems, theirs), 409
    flash("The needs assessment is sent. Thank you." if send else "The draft is saved.", "good")
    return go_to(url_for("gates.overview" if send else "gates.needs", program_id=program_id))


def _gate(program: Program, key: str) -> Gate:
    """Return a step that is signed. Raises Stranger."""
    for gate in current_rulebook(program.partnership).policy.gates:
        if gate.key == key and gate.signatories:
            return gate
    raise Stranger


@bp.post("/programs/<int:program_id>/gates/<key>/signers")
def name_signers(program_id: int, key: str) -> Any:
    """Name who signs, and mail their links."""
    program, roles = load_program(current_user, program_id, Action.RUN_PROGRAM)
    gate = _gate(program, key)
    signers, problems = read_signers(request.form, gate.signatories)
    if problems:
        return _overview(program, roles, problems, request.form.to_dict(), at=gate.key)
    try:
        services.name_signers(program_id, gate, signers, current_user.id, current_app.config["BASE_URL"])
    except Refused as refusal:
        return _overview(program, roles, refusal.problems, request.form.to_dict(), at=gate.key)
    flash("Everybody on the list has a link by mail, or has signed already.", "good")
    return go_to(url_for("gates.overview", program_id=program_id))


@bp.post("/programs/<int:program_id>/gates/<key>/signers/<int:signature_id>/again")
def send_again(program_id: int, key: str, signature_id: int) -> Any:
    """Mail a new link to one signatory."""
    program, _ = load_program(current_user, program_id, Action.RUN_PROGRAM)
    base_url = current_app.config["BASE_URL"]
    services.send_again(program_id, _gate(program, key), signature_id, current_user.id, base_url)
    flash("A new link is on its way. The old one does not work any more.", "good")
    return go_to(url_for("gates.overview", program_id=program_id))


@bp.get("/agreement/<token>")
def agreement(token: str) -> Any:
    """Show a signatory what is signed; no account is needed."""
    return _agreement(token)


@bp.post("/agreement/<token>")
@csrf.exempt
def sign(token: str) -> Any:
    """Sign, once."""
    check_csrf_token()
    typed = {key: request.form.get(key, "") for key in ("name", "title", "confirm")}
    try:
        services.sign(token, typed, current_app.config["BASE_URL"])
    except Refused as refusal:
        return _agreement(token, refusal.problems, typed)
    except LinkOver as over:
        return over_page(over.sentence)
    return render_template("requests/agreement_signed.html"), 200, NO_REFERRER


def _agreement(token: str, problems: tuple[Problem, ...] = (), typed: dict[str, str] | None = None) -> Any:
    try:
        found, gate = services.open_link(token)
    except LinkOver as over:
        return over_page(over.sentence)
    page = render_template(
        "requests/agreement.html", found=found, gate=gate, token=token, problems=problems, typed=typed or {}
    )
    return page, 422 if problems else 200, NO_REFERRER
