"""A section's worksheet: one file that works from disk, and the strict reading of the file that comes back."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import render_template
from markupsafe import Markup

from portal.assessments.forms import PARTS, PracticeForm, shown
from portal.assessments.queries import stored_answers
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, local_today, rulebook_of
from portal.foundation import clock
from portal.foundation.errors import DomainError
from portal.programs.queries import facts_of
from rules.answers import Answer
from rules.catalogue import Section, UnknownSection

HERE = Path(__file__).parent
FORMAT = "nqms-worksheet-1"
LARGEST = 1_000_000  # bytes of a file; one with the longest notes everywhere is smaller
LONGEST = 100_000  # characters of one text; what is too long to store is shown back, not cut
OPENING, CLOSING = '<script type="application/json" id="nqms-worksheet">', "</script>"


class SheetNotReadable(DomainError):
    """The file that came is not a worksheet of this cycle, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a worksheet holds: by practice code the fields as typed, and the version they were typed over."""

    section: Section
    answers: dict[str, dict[str, Any]]
    versions: dict[str, int]


def worksheet_of(cycle: Cycle, section: Section) -> str:
    """Return the file: the section with the answers and versions of this moment."""
    rulebook, rows, moment = rulebook_of(cycle), stored_answers(cycle.id), clock.now()
    forms = []
    for practice in section.practices:
        row = rows.get(practice.code)
        forms.append(
            PracticeForm(practice, shown(Answer.from_dict(row.content) if row else None), row.version if row else 0)
        )
    css, js = sources()
    style, script = Markup(css), Markup(js)  # noqa: S704 (our own two files)
    return render_template(
        "documents/worksheet.html", cycle=cycle, section=section, catalogue=rulebook.catalogue, forms=forms,
        labels=labels_of(rulebook), tags=facts_of(cycle.program).tags, made_on=local_today(cycle), name=name_of(cycle, section),
        css=style, js=script, policy=policy(css, js),
        state={
            "format": FORMAT, "cycle": cycle.id, "section": section.key, "catalogue": rulebook.catalogue.hash,
            "made_at": moment.isoformat(),
            "answers": {form.practice.code: {"version": form.version, **_plain(form.values)} for form in forms},
        },
    )  # fmt: skip


def name_of(cycle: Cycle, section: Section) -> str:
    """Return the file's name without its ending."""
    words = "".join(char if char.isalnum() else "-" for char in f"{cycle.program.name} {section.title}")
    return f"worksheet-{re.sub('-+', '-', words).strip('-')}"[:120]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {part: values[part] for part in (*PARTS, "sub_items")}


@cache
def sources() -> tuple[str, str]:
    """Return the style and the script of every worksheet."""
    css, js = ((HERE / f"worksheet.{kind}").read_text("utf-8") for kind in ("css", "js"))
    return css, js


def policy(css: str, js: str) -> str:
    """Return the file's own policy: this style and this script, nothing else and no network."""
    style, script = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (css, js))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "form-action 'none'; base-uri 'none'"
    )


NOT_OURS = (
    "This is not a worksheet of this portal. Choose the file that “Save a copy” put among your downloads. "
    "Nothing was stored."
)
DAMAGED = "This worksheet is damaged and cannot be read. Nothing was stored; the file on your computer is unchanged."


def read_sheet(content: bytes, cycle: Cycle) -> Sheet:
    """Read the file that came, HTML or JSON, as plain values. Raises SheetNotReadable."""
    if not content.strip():
        raise SheetNotReadable("The file is empty. Nothing was stored.")
    if len(content) > LARGEST:
        raise SheetNotReadable("This file is too large for a worksheet; the limit is 1 MB. Nothing was stored.")
    plain = _state(content)
    if plain.get("cycle") != cycle.id or isinstance(plain.get("cycle"), bool):
        raise SheetNotReadable(
            "This worksheet belongs to another program or to another self-assessment. Nothing was stored."
        )
    catalogue = rulebook_of(cycle).catalogue
    if plain.get("catalogue") != catalogue.hash:
        raise SheetNotReadable(
            "The practices were changed since this worksheet was made. Nothing was stored. Make a new one, and copy "
            "your texts over: the old file still opens on your computer."
        )
    try:
        section = catalogue.section(str(plain.get("section")))
    except UnknownSection:
        raise SheetNotReadable(DAMAGED) from None
    given = plain.get("answers")
    codes = {practice.code for practice in section.practices}
    if not isinstance(given, dict) or not codes >= set(given):
        raise SheetNotReadable(DAMAGED)
    versions = {code: _version(one) for code, one in given.items()}
    return Sheet(section, {code: _fields(one) for code, one in given.items()}, versions)


def _state(content: bytes) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetNotReadable(NOT_OURS) from None
    if not text.lstrip().startswith("{"):
        before, opening, rest = text.partition(OPENING)
        inside, closing, _ = rest.partition(CLOSING)
        if not opening or "<html" not in before[:2000].lower():
            raise SheetNotReadable(NOT_OURS)
        if not closing or OPENING in rest:
            raise SheetNotReadable(DAMAGED)
        text = inside
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        raise SheetNotReadable(DAMAGED) from None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise SheetNotReadable(NOT_OURS)
    return plain


def _version(one: object) -> int:
    version = one.get("version") if isinstance(one, dict) else None
    if type(version) is not int or not 0 <= version < 1_000_000_000:
        raise SheetNotReadable(DAMAGED)
    return version


def _fields(one: dict[str, Any]) -> dict[str, Any]:
    if set(one) != {*PARTS, "sub_items", "version"}:
        raise SheetNotReadable(DAMAGED)
    letters = one["sub_items"]
    if not isinstance(letters, list) or len(letters) > 100:
        raise SheetNotReadable(DAMAGED)
    return {part: _text(one[part]) for part in PARTS} | {"sub_items": [_text(letter) for letter in letters]}


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise SheetNotReadable(DAMAGED)
    return re.sub("[\ud800-\udfff]", "\ufffd", value)  # half a sign cannot be shown or stored
