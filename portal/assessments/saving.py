"""What everything saved as it is typed has in common on the line; the protocol is in README.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import render_template
from werkzeug.datastructures import MultiDict

from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.foundation.errors import Problem
from portal.foundation.versions import SaveNotReadable

BETWEEN = "\n\n* * *\n\n"  # what stands between two texts put together; save.js has the same
KEEP = ("mine", "theirs", "both")

VERSION = "Answer-Version"  # the header that makes a reply one to a save: the version that is stored
Typed = TypeVar("Typed", bound=Any)  # a PracticeForm or an ItemForm: one practice on the page


def save_of(form: MultiDict[str, str], code: str) -> tuple[str | None, str | None, str]:
    """Return the version, the id and the sender's unanswered ids; a page has one id for all its practices."""
    version, save_id = (form.get(f"{code}-{part}", form.get(part)) for part in ("version", "save_id"))
    return version, save_id, form.get("after", "")


def is_sent(form: MultiDict[str, str], code: str) -> bool:
    """Tell whether a section's form says anything about a practice; scripts leave out what is stored already.

    Raises SaveNotReadable where there is a text but no version.
    """
    if f"{code}-version" in form:
        return True
    if any(name.startswith(f"{code}-") for name in form):
        raise SaveNotReadable("This save came without its version. Load the page again; nothing was stored.")
    return False


def kept(form: MultiDict[str, str], code: str) -> str:
    """Return which of two texts a person chose on the conflict page; their own when there was nothing to choose."""
    chosen = form.get(f"{code}-keep", "mine")
    return chosen if chosen in KEEP else "mine"


def joined(theirs: Mapping[str, object], mine: Mapping[str, object], texts: Iterable[str]) -> dict[str, object]:
    """Put two answers together: the choices are mine, each text is theirs and then mine."""
    whole = dict(mine)
    for part in texts:
        first, second = (str(side.get(part) or "").replace("\r\n", "\n") for side in (theirs, mine))
        whole[part] = first if second in first else second if first in second else first + BETWEEN + second
    return whole


def laid_over(stored: Iterable[Typed], typed: Mapping[str, Typed]) -> list[Typed]:
    """Lay what was typed over what is stored.

    After a conflict it rests on the newer version, so that saving once more is a decision.
    """
    return [
        replace(form, version=shown.version) if form and form.conflict else form or shown
        for shown in stored
        for form in [typed.get(shown.practice.code)]
    ]


def as_query(code: str, values: Mapping[str, object]) -> str:
    """Return an answer as the fields of its form, for the script to put back."""
    said = [(f"{code}-{part}", value) for part, value in values.items() if value and part != "code"]
    return urlencode(said, doseq=True)


def say_stored(
    saved: Any, cycle: Cycle, page: str = "assessments/_stored.html", **more: Any
) -> tuple[str, int, dict[str, str]]:
    """Reply to a save that it is stored; `saved` has its `version` and `saved_at`."""
    told = render_template(page, saved=saved, zone=cycle.program.partnership.time_zone, **more)
    return told, 200, {VERSION: str(saved.version)}


def say_refused(problems: Iterable[Problem]) -> tuple[str, int]:
    """Reply to a save what is wrong with its text."""
    return render_template("assessments/_refused.html", problems=problems), 422


def stored_now(conflict: Any) -> Any:
    """Return the row that a conflict is about, as the database has it now."""
    db.session.refresh(conflict.stored)
    return conflict.stored


def say_another(
    stored: Any, cycle: Cycle, page: str, code: str, values: Mapping[str, object], **more: Any
) -> tuple[str, int, dict[str, str]]:
    """Reply to a save that another text is stored at `code`; `values` are the fields of that one."""
    told = render_template(page, cycle=cycle, stored=stored, code=code, query=as_query(code, values), **more)
    return told, 409, {VERSION: str(stored.version)}
