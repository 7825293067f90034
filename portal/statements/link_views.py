"""Pages without an account: a key leader reads and signs by a personal link; anybody looks up a code from a paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user

from portal.accounts.signing import LinkOver, Signature, over_page
from portal.foundation.access import STAFF_ROLES, roles_at
from portal.foundation.codes import shown_code
from portal.foundation.errors import DomainError, Problem, Refused
from portal.foundation.security import NO_REFERRER, check_csrf_token, csrf
from portal.plans.models import Statement
from portal.plans.queries import changed_since, statement_by_token
from portal.plans.services import statements as signing

from . import services
from .queries import is_current, text_now

bp = Blueprint("signing", __name__)


@bp.get("/statement/<token>")
def statement(token: str) -> Any:
    """Show the key leader everything that is signed; no account is needed, and reading signs nothing."""
    return _read(token)


@bp.post("/statement/<token>")
@csrf.exempt
def sign(token: str) -> Any:
    """Ask for confirmation, then sign, once."""
    check_csrf_token()
    typed = {key: request.form.get(key, "") for key in ("name", "title", "confirm", "seen")}
    signature = Signature.read(typed)
    known = statement_by_token(token)
    if known is not None and _is_staff(known):
        sentence = f"You are signed in as a member of the partnership's staff. Only {known.leader_name} can sign this."
        return _read(token, (Problem("name", sentence),), typed)
    try:
        if not signature.confirmed and typed["confirm"] != "no":
            return _confirm(token, signature, typed)
        if typed["confirm"] == "no":
            return _read(token, (), typed)
        signed = signing.sign(
            token, signature.name, signature.title, signature.confirmed, current_app.config["BASE_URL"], typed["seen"]
        )
    except signing.TextChanged as changed:
        return _read(token, (Problem("changed", changed.sentence),), typed, 409)
    except Refused as refusal:
        return _read(token, refusal.problems, typed)
    except DomainError as over:
        return over_page(over.sentence, "This cannot be signed")
    return (
        render_template("statements/signed.html", statement=signed, code=shown_code(signed.code or "")),
        200,
        NO_REFERRER,
    )


def _confirm(token: str, signature: Signature, typed: dict[str, str]) -> Any:
    """Show who signs what as whom, before anything is signed."""
    found = signing.open_link(token)
    problems = [one for one in signing.problems_of_signer(found, signature) if one.field != "confirm"]
    if problems:
        return _read(token, tuple(problems), typed)
    text = text_now(found.cycle)
    if text.hash != (typed["seen"] or found.content_hash):
        raise signing.TextChanged
    page = render_template("statements/confirm.html", statement=found, token=token, signature=signature, text=text)
    return page, 200, NO_REFERRER


def _is_staff(found: Statement) -> bool:
    if not current_user.is_authenticated:
        return False
    return bool(roles_at(current_user.memberships, found.cycle.program.partnership_id) & STAFF_ROLES)


def _read(
    token: str, problems: tuple[Problem, ...] = (), typed: dict[str, str] | None = None, status: int = 422
) -> Any:
    try:
        found = signing.open_link(token)
    except LinkOver as over:
        later = isinstance(over, signing.SignLater)
        return over_page(over.sentence, "Please come back later" if later else "This link is over")
    page = render_template(
        "statements/statement.html", statement=found, token=token, problems=problems, typed=typed or {},
        text=text_now(found.cycle), changed=changed_since(found.cycle, found), staff=_is_staff(found),
    )  # fmt: skip
    return page, status if problems else 200, NO_REFERRER


@bp.route("/statements", methods=["GET", "POST"])
def look_up() -> Any:
    """Tell whoever holds a paper whether its code is that of a signed Statement, and nothing more."""
    if request.method == "GET":
        return render_template("statements/look_up.html", typed="", problems=())
    typed, found, status = request.form.get("code", ""), None, 200
    problems: tuple[Problem, ...] = ()
    try:
        found = services.look_up(typed, request.remote_addr or "")
    except Refused as refusal:
        problems, status = refusal.problems, 422
    except services.TooMany as many:
        problems, status = (Problem("code", many.sentence),), 429
    if found is None and not problems:
        problems, status = (Problem("code", "No signed Statement has this code."),), 404
    page = render_template(
        "statements/look_up.html", typed=typed, problems=problems, found=found,
        current=is_current(found) if found else False, whole=bool(found and _is_staff(found)),
    )  # fmt: skip
    return page, status
