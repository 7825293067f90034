"""Checks what was typed when asking for changes, opening practices, declining or closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from portal.cycles.models import Cycle
from portal.cycles.queries import local_today, rulebook_of
from portal.foundation.errors import Problem

LONGEST = 2_000
LATEST = timedelta(days=365)


def in_order(cycle: Cycle, codes: Sequence[str]) -> list[str]:
    """Return the codes these rules ask, each once, in the order of the catalogue."""
    return [one.code for one in rulebook_of(cycle).catalogue.practices if one.code in codes]


def code_problems(cycle: Cycle, codes: Sequence[str], wanted: str) -> list[Problem]:
    """Name codes that do not exist; `wanted` is said when there is none, empty where none is fine."""
    catalogue = rulebook_of(cycle).catalogue
    unknown = [
        "".join(filter(str.isprintable, code[:20])) for code in codes if code not in catalogue
    ]  # one line of log
    if unknown:
        return [Problem("codes", f"There is no practice {', '.join(unknown[:5])}.")]
    return [Problem("codes", wanted)] if wanted and not codes else []


def due_problems(cycle: Cycle, due_on: date | None) -> list[Problem]:
    """Say what is wrong with the last day for changes."""
    today = local_today(cycle)
    if due_on is None:
        return [Problem("due_on", "Enter the day until which the program can change this.")]
    if not today <= due_on <= today + LATEST:
        return [Problem("due_on", "Choose a day from today on, within a year.")]
    return []


def text_problems(field: str, text: str, wanted: str) -> list[Problem]:
    """Say what is wrong with a text; `wanted` is said when it is empty, empty where that is fine."""
    if wanted and not text:
        return [Problem(field, wanted)]
    if len(text) > LONGEST or "\x00" in text:
        return [Problem(field, f"This text can hold {LONGEST:,} characters.")]
    return []


def clean(text: str) -> str:
    """Return a typed text with one kind of line break and no blanks around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
