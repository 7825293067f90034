"""Reads a section's form: field names are the practice code, a dash, and the part of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from rules.answers import Answer, AnswerRefused, Problem, parse_answer
from rules.practice import Practice

from .services import AnswerChanged

TEXTS = ("na_reason", "notes", "own_minimum")
PARTS = ("status", "rating", "na_reason", "notes", "own_minimum")


@dataclass(frozen=True, slots=True)
class PracticeForm:
    """One practice on the page: what its fields show, the version they rest on, and what is wrong with them."""

    practice: Practice
    values: dict[str, Any]
    version: int | str
    state: str = ""
    problems: tuple[Problem, ...] = field(default=())
    answer: Answer | None = None
    conflict: AnswerChanged | None = None


def raw_of(form: MultiDict[str, str], code: str) -> dict[str, object]:
    """Return what was typed for one practice."""
    raw: dict[str, object] = {part: form.get(f"{code}-{part}", "") for part in PARTS}
    raw["sub_items"] = form.getlist(f"{code}-sub_items")
    return raw


def shown(answer: Answer | None) -> dict[str, Any]:
    """Return an answer as the values of its fields."""
    if answer is None:
        return {"status": "", "rating": "", "na_reason": "", "notes": "", "sub_items": [], "own_minimum": ""}
    plain = answer.as_dict()
    return plain | {"status": plain["status"] or "", "rating": "" if plain["rating"] is None else str(plain["rating"])}


def problems_of(practice: Practice, tags: frozenset[str], raw: dict[str, object]) -> tuple[Problem, ...]:
    """Return every reason why this answer cannot be stored as typed."""
    try:
        parse_answer(practice, tags, raw)
    except AnswerRefused as refusal:
        return refusal.problems
    return ()
