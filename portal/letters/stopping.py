"""The link in each reminder that stops reminders, without a sign-in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from portal.accounts.queries import wants_reminders
from portal.accounts.services import set_reminders
from portal.foundation.errors import Stranger
from portal.foundation.outbox import person_of_stop_link
from portal.foundation.security import NO_REFERRER, csrf

bp = Blueprint("stopping", __name__)


@bp.route("/stop-reminders/<token>", methods=["GET", "POST"])
@csrf.exempt  # mail programs send this for their reader with one click (RFC 8058); the link itself is the key
def stop(token: str) -> Any:
    """Show a button that stops reminders, or stop them; what only opens links changes nothing."""
    person_id = person_of_stop_link(token)
    if person_id is None:
        raise Stranger
    again = request.method == "POST" and request.form.get("then") == "again"
    if request.method == "POST":
        set_reminders(person_id, wanted=again)
    page = render_template("letters/stop.html", token=token, again=again, wanted=wants_reminders(person_id))
    return page, 200, NO_REFERRER
