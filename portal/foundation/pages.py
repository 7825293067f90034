"""What every page shares: error pages in words, dates and times as people say them, a few template helpers."""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from rules.catalogue import UnknownPractice, UnknownSection
from rules.discovery import UnknownPlugin
from rules.rulebook import RulebookNotBuilt
from rules.wording import say_date, say_month, say_range, sentence_case

from . import clock
from .database import db
from .errors import DomainError, NotAllowed, NotReadable, OtherPerson, OutOfOrder, Stranger
from .htmx import is_fragment

log = logging.getLogger("portal.pages")

SENTENCES = {
    400: ("This request could not be read", "Nothing was stored. Please go back and try again."),
    401: ("Please sign in", "Your sign-in has ended. Sign in again to go on."),
    403: ("This is not open to you", "Nothing was changed."),
    404: ("There is no such page", "The address may be wrong, or the page may belong to somebody else."),
    405: ("This page cannot be used that way", "Nothing was changed. Please start again from your first page."),
    413: (
        "That was too much at once",
        "Nothing was stored. Text on the page before is still there: go back, shorten it, and save again.",
    ),
    500: (
        "Something went wrong on our side",
        "It has been noted. What was stored before is safe. Please try again in a moment.",
    ),
}


def day(value: date | datetime | str | None) -> str:
    """Say a date, also one kept as text: October 1, 2026."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if value else None
    return say_date(value) if value else ""


def month(value: date | None) -> str:
    """Say a month: October 2026."""
    return say_month(value) if value else ""


def moment(value: datetime | None, time_zone: str = "America/New_York") -> str:
    """Say a time of day, with the date when it was not today: 14:02, or October 3, 2026, 14:02."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(time_zone))
    now = clock.now().astimezone(ZoneInfo(time_zone))
    clock_time = f"{local:%H:%M}"
    return clock_time if local.date() == now.date() else f"{day(local)}, {clock_time}"


def at_moment(value: datetime | None, time_zone: str = "America/New_York") -> str:
    """Say the same inside a sentence: at 14:02, or on October 3, 2026, 14:02."""
    said = moment(value, time_zone)
    return f"on {said}" if "," in said else f"at {said}"


def paragraphs(text: str) -> Markup:
    """Show typed text with its line breaks; everything in it is escaped."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def counted(number: int, one: str, many: str | None = None) -> str:
    """Say a count: 1 practice, 3 practices."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def size_words(size: int) -> str:
    """Say the size of a file: 800 bytes, 340 KB, 9.8 MB."""
    if size < 1024:
        return f"{size} bytes"
    return f"{-(-size // 1024)} KB" if size < 1024 * 1000 else f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"


def radar_points(count: int) -> list[tuple[float, float]]:
    """Return unit vectors for the spokes of a radar chart, clockwise from the top."""
    angles = [2 * math.pi * index / count for index in range(count)]
    return [(math.sin(angle), -math.cos(angle)) for angle in angles]


def short_names(titles: Sequence[str]) -> list[str]:
    """Return names short enough for a chart: the first word of a long title, or what follows it where two begin alike."""

    def first(title: str) -> str:
        return title if len(title) < 14 else title.split()[0].strip(",")

    begun = [first(title) for title in titles]
    return [
        name if begun.count(name) == 1 or name == title else sentence_case(first(title.partition(" ")[2]))
        for name, title in zip(begun, titles, strict=True)
    ]


def new_save_id() -> str:
    """Make the id one save is known by, also when it is sent twice."""
    return secrets.token_urlsafe(12)


def error_page(code: int, title: str, sentence: str, again: bool = False) -> tuple[str, int]:
    """Render a refusal as a page with every text that was sent, or as one sentence where htmx asked for a fragment.

    `again` offers to send the same form once more.
    """
    if is_fragment():
        return render_template("_problem.html", code=code, title=title, sentence=sentence), code
    sent = sent_form() if code != 413 else []  # a body over the limit was never read
    page = render_template(
        "error.html", code=code, title=title, sentence=sentence, sent=sent, again=again,
        typed=[(name, value) for name, value in sent if value.strip() and not name.endswith(HIDDEN)],
    )  # fmt: skip
    return page, code


HIDDEN = (
    "-version",
    "-save_id",
    "-keep",
    "version",
    "save_id",
    "seen",
    "then",
    "next",
    "tell",
    "-had",
    "me",
)  # fields nobody types into
SECRET = {"password", "current", "new"}


def sent_form() -> list[tuple[str, str]]:
    """Return the fields of a form that came from one of our own pages; a form with a password is never shown again.

    The browser has to say that the page was ours: another site's form must not come back looking like the person's own.
    """
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if request.method != "POST" or not ours or SECRET & set(request.form):
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]


def init_pages(app: Flask) -> None:
    """Register filters, helpers and the handlers that turn domain errors into pages."""
    app.jinja_env.filters.update(
        day=day,
        month=month,
        moment=moment,
        at_moment=at_moment,
        paragraphs=paragraphs,
        sentence_case=sentence_case,
        size_words=size_words,
    )
    app.jinja_env.globals.update(
        counted=counted,
        new_save_id=new_save_id,
        radar_points=radar_points,
        short_names=short_names,
        say_range=say_range,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _shared() -> dict[str, Any]:
        return {"demo": current_app.config["DEMO"], "today": clock.local_day("America/New_York")}

    @app.errorhandler(Stranger)
    def _stranger(error: Stranger) -> tuple[str, int]:
        log.warning("not found for person %s", getattr(current_user, "id", None))
        return error_page(404, *SENTENCES[404])

    @app.errorhandler(UnknownPractice)
    @app.errorhandler(UnknownSection)
    def _unknown(error: LookupError) -> tuple[str, int]:
        return error_page(404, SENTENCES[404][0], str(error))

    @app.errorhandler(UnknownPlugin)
    @app.errorhandler(RulebookNotBuilt)
    def _no_rules(error: Exception) -> tuple[str, int]:
        log.error("rules not built: %s", error)
        sentence = (
            f"The rules this page needs cannot be used now. {error} Nothing is lost; the operator has to mend it."
        )
        return error_page(503, "The rules are not at hand", sentence)

    @app.errorhandler(NotAllowed)
    def _not_allowed(error: NotAllowed) -> tuple[str, int]:
        log.warning("refused for person %s: %s", getattr(current_user, "id", None), error.sentence)
        return error_page(403, SENTENCES[403][0], error.sentence)

    @app.errorhandler(OutOfOrder)
    def _out_of_order(error: OutOfOrder) -> tuple[str, int]:
        log.warning("refused for person %s: %s", getattr(current_user, "id", None), error.sentence)
        return error_page(409, "This step has to wait", error.sentence)

    @app.errorhandler(NotReadable)
    def _not_readable(error: NotReadable) -> tuple[str, int]:
        return error_page(400, SENTENCES[400][0], error.sentence)

    @app.errorhandler(OtherPerson)
    def _other_person(error: OtherPerson) -> tuple[str, int]:
        log.warning("page of somebody else sent by person %s", getattr(current_user, "id", None))
        return error_page(401, "Somebody else is signed in here", error.sentence, again=True)

    @app.errorhandler(DomainError)
    def _refused(error: DomainError) -> tuple[str, int]:
        return error_page(422, "This could not be done", error.sentence)

    @app.errorhandler(CSRFError)
    def _csrf(error: CSRFError) -> tuple[str, int]:
        return error_page(
            400,
            "This page is out of date",
            "Nothing was stored yet." if sent_form() else "Nothing was stored. Please load the page again.",
            again=True,
        )

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        return error_page(error.code, *SENTENCES.get(error.code, SENTENCES[400]))

    @app.errorhandler(Exception)
    def _unforeseen(error: Exception) -> tuple[str, int]:
        db.session.rollback()
        g.pop("_login_user", None)  # the error page must not ask a broken session who is signed in
        log.exception("unforeseen error")
        return error_page(500, *SENTENCES[500])
