"""Reads the reviewer's forms: items of a section, the first contact, the visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from portal.foundation.errors import Problem
from rules.answers import MAX_TEXT
from rules.practice import Practice

from .models import FindingKind

if TYPE_CHECKING:
    from .services import ItemChanged

PARTS = ("rating", "finding", "finding_text", "private_note", "na_accepted")
NAMES = {"finding_text": "text for the program", "private_note": "private note"}


@dataclass(frozen=True, slots=True)
class ItemForm:
    """The reviewer's side of one practice on the page."""

    practice: Practice
    values: dict[str, Any]
    version: int | str
    state: str = ""
    problems: tuple[Problem, ...] = ()
    conflict: ItemChanged | None = None


def raw_of(form: MultiDict[str, str], code: str) -> dict[str, str]:
    """Return what was typed for one practice."""
    return {part: form.get(f"{code}-{part}", "") for part in PARTS}


def read_item(raw: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Return the clean content of an item and every problem."""
    problems = []
    rating = raw["rating"]
    if rating not in ("", "1", "2", "3", "4", "5"):
        problems.append(Problem("rating", "Choose a whole number from 1 to 5 as the rating."))
    if raw["finding"] not in ("", *FindingKind):
        problems.append(Problem("finding", "Choose strength, area for improvement, or none."))
    if raw["na_accepted"] not in ("", "yes", "no"):
        problems.append(Problem("na_accepted", "Choose whether you accept “not applicable”."))
    texts = {}
    for key, name in NAMES.items():
        texts[key] = raw[key].replace("\r\n", "\n").replace("\r", "\n")
        if len(texts[key]) > MAX_TEXT or "\x00" in texts[key]:
            problems.append(Problem(key, f"The {name} can hold {MAX_TEXT:,} characters."))
    content = {
        "rating": int(rating) if rating in ("1", "2", "3", "4", "5") else None,
        "finding": raw["finding"],
        "na_accepted": {"yes": True, "no": False}.get(raw["na_accepted"]),
        **texts,
    }
    return content, tuple(problems)


def shown(content: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a stored item as the values of its fields."""
    content = content or {}
    accepted = {True: "yes", False: "no"}.get(content.get("na_accepted"), "")  # type: ignore[arg-type]
    return {
        "rating": str(content.get("rating") or ""),
        "finding": content.get("finding") or "",
        "finding_text": content.get("finding_text") or "",
        "private_note": content.get("private_note") or "",
        "na_accepted": accepted,
    }


def read_day(raw: str, field: str, what: str) -> tuple[date | None, list[Problem]]:
    """Read an optional day; an unreadable one is a problem."""
    if not raw.strip():
        return None, []
    try:
        return date.fromisoformat(raw.strip()), []
    except ValueError:
        return None, [Problem(field, f"Enter {what} as a day like 2026-10-05.")]
