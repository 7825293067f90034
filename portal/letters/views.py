"""The partnership's mail: what was sent and will be, and how each kind of letter is worded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation import letterpaper, outbox
from portal.foundation.access import Action
from portal.foundation.errors import Problem, Refused, Stranger
from portal.foundation.htmx import go_to
from portal.foundation.languages import LANGUAGES
from portal.foundation.wording import Kind, Wording, kinds, render, usual
from portal.partnerships.queries import load_partnership

from . import queries, services
from .queries import Shown

bp = Blueprint("letters", __name__, url_prefix="/partnerships/<int:partnership_id>")


@bp.get("/mail")
def outbox_page(partnership_id: int) -> str:
    """Show what mail was and will be sent; never a text, since texts hold personal links."""
    partnership = load_partnership(current_user, partnership_id, Action.READ_OUTBOX)
    wanted = request.args.get("show", "")
    shown = Shown(wanted) if wanted in set(Shown) else Shown.ALL
    found = queries.outbox_of(partnership.id, shown, request.args.get("page", 1, type=int))
    return render_template(
        "letters/outbox.html", partnership=partnership, shown=shown, choices=list(Shown), found=found, kinds=kinds()
    )


@bp.post("/mail/<int:message_id>/again")
def send_again(partnership_id: int, message_id: int) -> Any:
    """Try a mail once more that was given up."""
    partnership = load_partnership(current_user, partnership_id, Action.READ_OUTBOX)
    services.send_again(partnership.id, message_id, current_user.id)
    flash("The mail is tried again within a minute.", "good")
    return go_to(url_for("letters.outbox_page", partnership_id=partnership_id))


@bp.get("/letters")
def wordings(partnership_id: int) -> str:
    """Show every kind of letter, and which of them the partnership words itself."""
    return _wordings(partnership_id, [], None)


@bp.post("/letters")
def set_mail(partnership_id: int) -> Any:
    """Set the language of mails to people who chose none, and who answers replies."""
    partnership = load_partnership(current_user, partnership_id, Action.SET_LETTERS)
    typed = {name: request.form.get(name, "") for name in ("language", "contact_name", "contact_email")}
    try:
        services.set_mail(
            partnership.id, typed["language"], typed["contact_name"], typed["contact_email"], current_user.id
        )
    except Refused as refusal:
        return _wordings(partnership_id, list(refusal.problems), typed), 422
    flash("Stored. It counts from the next mail on.", "good")
    return go_to(url_for("letters.wordings", partnership_id=partnership_id))


def _wordings(partnership_id: int, problems: list[Problem], typed: dict[str, str] | None) -> str:
    partnership = load_partnership(current_user, partnership_id, Action.SET_LETTERS)
    return render_template(
        "letters/wordings.html", partnership=partnership, kinds=kinds().values(), languages=LANGUAGES,
        own=queries.own_wordings(partnership.id), problems=problems, typed=typed or partnership,
    )  # fmt: skip


@bp.get("/letters/<name>/<language>")
def wording(partnership_id: int, name: str, language: str) -> str:
    """Show how a kind of letter is worded, with a preview and its earlier versions."""
    found = _kind(partnership_id, name, language)
    return _wording(partnership_id, found, language, None, [])


@bp.post("/letters/<name>/<language>")
def save_wording(partnership_id: int, name: str, language: str) -> Any:
    """Preview or store a wording, or go back to the usual one."""
    found, form = _kind(partnership_id, name, language), request.form
    typed = Wording(" ".join(form.get("subject", "").split()), form.get("body", "").replace("\r\n", "\n").strip())
    seen = form.get("seen", 0, type=int)
    if form.get("then") == "preview":
        problems = services.problems_of(name, typed)
        return _wording(partnership_id, found, language, typed, problems, seen), 422 if problems else 200
    try:
        if form.get("then") == "usual":
            services.use_usual(partnership_id, name, language, seen, current_user.id)
        else:
            services.save(partnership_id, name, language, typed, seen, current_user.id)
    except Refused as refusal:
        return _wording(partnership_id, found, language, typed, list(refusal.problems), seen), 422
    except services.WordingChanged as refusal:
        problem = [
            Problem("body", f"{refusal.sentence} Theirs is among the earlier versions below; save again to use yours.")
        ]
        return _wording(partnership_id, found, language, typed, problem), 422
    flash("Stored. It counts from the next mail on.", "good")
    return go_to(url_for("letters.wording", partnership_id=partnership_id, name=name, language=language))


def _kind(partnership_id: int, name: str, language: str) -> Kind:
    load_partnership(current_user, partnership_id, Action.SET_LETTERS)
    if name not in kinds() or language not in LANGUAGES:
        raise Stranger
    return kinds()[name]


def _wording(
    partnership_id: int, kind: Kind, language: str, typed: Wording | None, problems: list[Problem], seen: int | None = None
) -> str:  # fmt: skip
    partnership = load_partnership(current_user, partnership_id, Action.SET_LETTERS)
    history = queries.versions(partnership.id, kind.key, language)
    own = Wording(history[0].subject, history[0].body) if history and not history[0].usual else None
    now = typed or own or usual(kind.key, language) or usual(kind.key, "en") or Wording("", "")
    samples = kind.samples(language)
    letter = None if problems else render(kind, language, samples, now)
    stop = outbox.address_of("/stop-reminders/…") if kind.reminder else ""
    text = letterpaper.on_paper(samples["name"], letter.body, language, stop) if letter else ""
    return render_template(
        "letters/wording.html", partnership=partnership, kind=kind, language=language, languages=LANGUAGES, now=now,
        own=own, history=history, problems=problems, letter=letter, text=text, samples=samples,
        seen=history[0].number if seen is None and history else seen or 0,
        html=letterpaper.as_html(text, current_app.config["BASE_URL"]) if letter else "",
    )  # fmt: skip
