"""Reads the reviewer's forms: items of a section, the first contact, the visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from portal.foundation.errors import Problem
from rules.answers import MAX_TEXT
from rules.practice import Practice

from .models import FindingKind, Mark

if TYPE_CHECKING:
    from .opinions import OpinionChanged
    from .services import ItemChanged

PARTS = ("rating", "finding", "finding_text", "private_note", "na_accepted", "mark", "na_reason", "question")
NAMES = {"finding_text": "text for the program", "private_note": "private note"}
LATER = {"na_reason": "reason", "question": "question"}  # stored only where something is in them
TEXTS = NAMES | LATER
OPINION_PARTS = ("rating", "finding", "text")
OPINION_TEXTS = {"text": "text"}
MARKS = (Mark.REVIEWED, Mark.FLAGGED, Mark.ACCEPTED)


@dataclass(frozen=True, slots=True)
class ItemForm:
    """The reviewer's side of one practice on the page."""

    practice: Practice
    values: dict[str, Any]
    version: int | str
    state: str = ""
    problems: tuple[Problem, ...] = ()
    conflict: ItemChanged | OpinionChanged | None = None


def raw_of(form: MultiDict[str, str], code: str, parts: Iterable[str] = PARTS) -> dict[str, str]:
    """Return what was typed for one practice."""
    return {part: form.get(f"{code}-{part}", "") for part in parts}


def read_item(raw: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Return the clean content of an item and every problem."""
    rating, problems = _read_choices(raw)
    if raw["na_accepted"] not in ("", "yes", "no"):
        problems.append(Problem("na_accepted", "Choose whether you accept “not applicable”."))
    mark = raw.get("mark", "")
    if mark not in ("", *MARKS):
        problems.append(Problem("mark", "Choose reviewed, flagged, accepted, or no mark."))
    texts, wrong = read_texts(raw, TEXTS)
    problems += wrong
    content = {
        "rating": rating,
        "finding": raw["finding"],
        "na_accepted": {"yes": True, "no": False}.get(raw["na_accepted"]),
        **{key: text for key, text in texts.items() if text or key in NAMES},
    }
    return content | ({"mark": mark} if mark else {}), tuple(problems)


def _read_choices(raw: Mapping[str, str]) -> tuple[int | None, list[Problem]]:
    """Return the rating, and what is wrong with it and with the finding."""
    problems, ratings = [], ("1", "2", "3", "4", "5")
    if raw["rating"] not in ("", *ratings):
        problems.append(Problem("rating", "Choose a whole number from 1 to 5 as the rating."))
    if raw["finding"] not in ("", *FindingKind):
        problems.append(Problem("finding", "Choose strength, area for improvement, or none."))
    return int(raw["rating"]) if raw["rating"] in ratings else None, problems


def read_opinion(raw: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Return the clean content of a second opinion and every problem."""
    rating, problems = _read_choices(raw)
    texts, wrong = read_texts(raw, OPINION_TEXTS)
    return {"rating": rating, "finding": raw["finding"], **texts}, (*problems, *wrong)


def read_texts(raw: Mapping[str, str], names: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Return the typed texts with plain line ends, and which are too long."""
    texts = {key: raw.get(key, "").replace("\r\n", "\n").replace("\r", "\n") for key in names}
    return texts, [
        Problem(key, f"The {names[key]} can hold {MAX_TEXT:,} characters.")
        for key, text in texts.items()
        if len(text) > MAX_TEXT or "\x00" in text
    ]


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
        **{part: content.get(part) or "" for part in ("mark", *LATER)},
    }


def opinion_shown(content: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a stored opinion as the values of its fields."""
    content = content or {}
    return {"rating": str(content.get("rating") or ""), "finding": content.get("finding") or "",
            "text": content.get("text") or ""}  # fmt: skip


def read_day(raw: str, field: str, what: str) -> tuple[date | None, list[Problem]]:
    """Read an optional day; an unreadable one is a problem."""
    if not raw.strip():
        return None, []
    try:
        return date.fromisoformat(raw.strip()), []
    except ValueError:
        return None, [Problem(field, f"Enter {what} as a day like 2026-10-05.")]
