"""The program form: facts the rules judge, and who leads the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.foundation.addresses import looks_like_address
from portal.foundation.errors import Problem
from rules.facts import MODELS, SETTINGS
from rules.policy import Gate

TEXTS = {"name": 200, "host": 200, "place": 200, "description": 5000, "staff": 300,
         "key_leader_name": 200, "key_leader_title": 200, "key_leader_email": 254}  # fmt: skip
NUMBERS = {"youth_min_age": (0, 30), "youth_max_age": (0, 30), "matches": (0, 100_000), "mentors": (0, 100_000)}
TICKS = ("in_service_area", "registered", "capacity_confirmed", "pairs_volunteers", "full_cycle_done")
LABELS = {
    "name": "program's name", "host": "host organization", "place": "town and county", "description": "description",
    "staff": "staff", "key_leader_name": "key leader's name", "key_leader_title": "key leader's title",
    "key_leader_email": "key leader's e-mail address", "youth_min_age": "youngest age", "youth_max_age": "oldest age",
    "matches": "number of matches", "mentors": "number of mentors",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProgramForm:
    """What was typed, the clean values, and every problem."""

    typed: Mapping[str, Any]
    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


def read_program(form: MultiDict[str, str], gates: Sequence[Gate]) -> ProgramForm:
    """Read the form, with a day for each gate before access; values are usable only without problems."""
    typed: dict[str, Any] = {key: form.get(key, "").strip() for key in (*TEXTS, *NUMBERS, "founded", "model")}
    typed["gates_passed"] = {gate.key: form.get(f"gate-{gate.key}", "").strip() for gate in gates}
    typed |= {key: form.get(key) == "yes" for key in TICKS} | {"settings": form.getlist("settings")}
    values, problems = dict(typed), []
    for key, longest in TEXTS.items():
        if len(typed[key]) > longest or "\x00" in typed[key]:
            problems.append(Problem(key, f"The {LABELS[key]} can hold {longest} characters."))
    if not typed["name"]:
        problems.append(Problem("name", "Enter the program's name."))
    for key, (least, most) in NUMBERS.items():
        raw = typed[key] or "0"
        if raw.isascii() and raw.isdigit() and len(raw) < 8 and least <= int(raw) <= most:
            values[key] = int(raw)
        else:
            problems.append(Problem(key, f"Enter the {LABELS[key]} as a whole number up to {most}."))
    if not any(p.field.startswith("youth") for p in problems) and values["youth_min_age"] > values["youth_max_age"]:
        problems.append(Problem("youth_max_age", "The oldest age is below the youngest."))
    values["founded"] = _day(typed["founded"])
    if values["founded"] is None:
        problems.append(Problem("founded", "Enter the day the program began, like 2019-05-01."))
    values["gates_passed"] = {key: raw for key, raw in typed["gates_passed"].items() if raw}
    for key, raw in values["gates_passed"].items():
        if _day(raw) is None:
            problems.append(Problem(f"gate-{key}", "Enter a day like 2026-08-10, or leave this empty."))
    if typed["model"] not in MODELS:
        problems.append(Problem("model", "Choose the program's model."))
    if not set(typed["settings"]) <= set(SETTINGS):
        problems.append(Problem("settings", "Choose settings from the list."))
    email = typed["key_leader_email"]
    if email and not looks_like_address(email):
        problems.append(Problem("key_leader_email", "Enter an e-mail address like name@example.org."))
    return ProgramForm(typed, values, tuple(problems))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1850 <= found.year <= 2200 else None


def shown(program: Any) -> dict[str, Any]:
    """Return a stored program as the values of its fields."""
    fields = (*TEXTS, *NUMBERS, *TICKS, "model", "settings", "gates_passed")
    return {key: getattr(program, key) for key in fields} | {"founded": program.founded.isoformat()}
