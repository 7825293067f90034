"""The secret address of one's calendar: making, renewing and ending it, and what it answers."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation.htmx import go_to
from portal.foundation.security import NO_REFERRER

from . import feeds
from .views import bp


@bp.get("/account/calendar")
def feed_page() -> str:
    """Tell whether there is a secret address, and offer one."""
    return render_template("visits/feed.html", feed=feeds.feed_of(current_user.id), address="")


@bp.post("/account/calendar")
def renew_feed() -> Any:
    """Make a secret address and show it this once."""
    token = feeds.renew(current_user.id)
    address = current_app.config["BASE_URL"] + url_for("visits.feed", token=token)
    return render_template("visits/feed.html", feed=feeds.feed_of(current_user.id), address=address)


@bp.post("/account/calendar/end")
def end_feed() -> Any:
    """End the secret address."""
    feeds.revoke(current_user.id)
    flash("The address is ended. Calendars that still ask get nothing.", "good")
    return go_to(url_for("visits.feed_page"))


@bp.get("/calendar/<token>.ics")
def feed(token: str) -> Any:
    """Answer a calendar; no sign-in is needed, the address is the secret."""
    try:
        content = feeds.calendar_for(token, request.remote_addr or "", current_app.config["BASE_URL"])
    except feeds.AskedTooOften as refusal:
        return Response(refusal.sentence, 429, {"Retry-After": "3600"}, mimetype="text/plain")
    return Response(content, mimetype="text/calendar", headers=NO_REFERRER)
