"""Texts as people type them into forms: one kind of line ends, a length that fits, and the problem in a sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date

from .errors import Problem


def text_of(form: Mapping[str, str], name: str) -> str:
    """Return a typed text with plain line ends and nothing around it."""
    return form.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip()


def text_problems(typed: str, field: str, what: str, most: int, needed: str = "") -> list[Problem]:
    """Return what keeps a text from being stored; `needed` is the sentence for an empty one, where it may not be empty."""
    if not typed and needed:
        return [Problem(field, needed)]
    if len(typed) > most or "\x00" in typed:
        return [Problem(field, f"The {what} can hold {most:,} characters; this has {len(typed):,}.")]
    return []


def only_printable(text: str) -> str:
    """Return a text without control signs and halves of signs, which neither calendars nor drawings can hold.

    What joins letters or pictures stays: some names are not spelled without it.
    """
    return "".join(
        sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cs") and sign not in "\ufffe\uffff"
    )


def day_of(text: str) -> date | None:
    """Return a typed day like 2026-10-01, or None when it is no day of our time."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1850 <= found.year <= 2200 else None
