"""One-click sign-in as a fictional person, and the mail nobody sends. Both exist in demo mode only."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from portal.accounts.models import Person
from portal.accounts.services import end_session, start_session
from portal.accounts.views import browser, enter
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.foundation.htmx import go_to

from . import queries

bp = Blueprint("demo", __name__)


@bp.before_request
def only_in_demo_mode() -> None:
    """Answer "not found" everywhere else."""
    if not current_app.config["DEMO"]:
        raise Stranger


@bp.post("/demo/sign-in/<int:person_id>")
def sign_in_as(person_id: int) -> Response:
    """Sign in as a fictional person; nobody else can be signed in without a password."""
    person = db.session.get(Person, person_id)
    if person is None or not person.fictional or not person.is_active:
        raise Stranger
    if current_user.is_authenticated:
        end_session(current_user.id, current_user.current_session.id)
    signed_in = start_session(person_id, browser())
    enter(signed_in)
    flash(f"You are {signed_in.name}: {signed_in.demo_note}.", "good")
    return go_to(url_for("desk.home"))


@bp.get("/demo/mail")
def mail() -> str:
    """Show the mail the portal wrote; in a demo it goes nowhere else."""
    base_url = current_app.config["BASE_URL"]
    letters = [(one, queries.with_links(one.text, base_url)) for one in queries.demo_mail()]
    return render_template("demo/mail.html", letters=letters)
