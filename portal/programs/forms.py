"""The facts of a program as forms: what the program tells, what the rules judge, and what only staff may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.foundation.addresses import looks_like_address
from portal.foundation.errors import Problem
from portal.foundation.typed import day_of, text_of, text_problems
from rules.facts import MODELS, SETTINGS
from rules.policy import Gate
from rules.wording import say_date

from .models import MODEL_WORDS, SETTING_WORDS, Program

TEXTS = {
    "name": 200, "host": 200, "place": 200, "zip_code": 20, "web": 300, "description": 5000, "mentor_description": 5000,
    "contact_name": 200, "contact_email": 254, "phone": 40, "focus_groups": 300, "meeting_place": 300,
    "meeting_frequency": 200, "commitment": 200, "mentor_requirements": 2000, "staff": 300,
    "key_leader_name": 200, "key_leader_title": 200, "key_leader_email": 254,
}  # fmt: skip
NUMBERS = {"youth_min_age": (0, 30), "youth_max_age": (0, 30), "matches": (0, 100_000), "mentors": (0, 100_000),
           "mentor_min_age": (0, 100)}  # fmt: skip
TICKS = ("in_service_area", "registered", "capacity_confirmed", "pairs_volunteers", "full_cycle_done")
TICK_WORDS = {
    "in_service_area": "It is in our service area",
    "registered": "It is registered in the Mentoring Connector and we approved the listing",
    "capacity_confirmed": "It has the will and the staff time to assess, be reviewed and carry out the plan",
    "pairs_volunteers": "It pairs volunteers with young people",
    "full_cycle_done": "It has been through one full program cycle of its own",
}
LABELS = {
    "name": "program's name", "host": "host organization", "place": "town and county", "zip_code": "ZIP code",
    "web": "web page", "description": "description of the program", "mentor_description": "description for mentors",
    "contact_name": "contact person", "contact_email": "contact's e-mail address", "phone": "phone",
    "focus_groups": "groups of young people", "meeting_place": "meeting place", "meeting_frequency": "how often pairs meet",
    "commitment": "length of the commitment", "mentor_requirements": "requirements for mentors",
    "mentor_min_age": "lowest age of a mentor", "background_checks": "background checks", "staff": "staff",
    "key_leader_name": "key leader's name", "key_leader_title": "key leader's title",
    "key_leader_email": "key leader's e-mail address", "youth_min_age": "youngest age", "youth_max_age": "oldest age",
    "matches": "number of matches", "mentors": "number of mentors", "founded": "day the program began", "model": "model",
    "settings": "where pairs meet", "gates_passed": "steps before access that are done",
    "in_service_area": "in the service area", "registered": "listed in the Mentoring Connector",
    "capacity_confirmed": "will and staff time", "pairs_volunteers": "pairs volunteers with young people",
    "full_cycle_done": "one full program cycle done",
}  # fmt: skip
# What a registration has to tell; later, a program may leave open what it does not know.
NEEDED = {
    "place": "Enter the town and county.",
    "description": "Describe the program in a few sentences.",
    "mentor_description": "Say in a few sentences what mentors do.",
    "contact_name": "Enter the name of the contact person.",
    "contact_email": "Enter the contact's e-mail address. We mail a link there.",
    "youth_max_age": "Enter the oldest age you serve.",
    "background_checks": "Say whether you check the background of mentors.",
}


@dataclass(frozen=True, slots=True)
class ProgramForm:
    """What was typed, the clean values, and every problem."""

    typed: Mapping[str, Any]
    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


def read_facts(form: MultiDict[str, str], needed: Mapping[str, str] | None = None) -> ProgramForm:
    """Read what a program tells about itself; values are usable only without problems."""
    typed: dict[str, Any] = {key: text_of(form, key) for key in (*TEXTS, *NUMBERS, "founded", "model")}
    typed |= {
        "settings": list(dict.fromkeys(form.getlist("settings"))),
        "background_checks": form.get("background_checks", ""),
    }
    needed = {"name": "Enter the program's name.", **(needed or {})}
    values, problems = dict(typed), []
    for key, longest in TEXTS.items():
        problems += text_problems(typed[key], key, LABELS[key], longest, needed.get(key, ""))
    for key, (least, most) in NUMBERS.items():
        raw = typed[key] or "0"
        if not typed[key] and key in needed:
            problems.append(Problem(key, needed[key]))
        elif raw.isascii() and raw.isdigit() and len(raw) < 8 and least <= int(raw) <= most:
            values[key] = int(raw)
        else:
            problems.append(Problem(key, f"Enter the {LABELS[key]} as a whole number up to {most}."))
    if not any(p.field.startswith("youth") for p in problems) and values["youth_min_age"] > values["youth_max_age"]:
        problems.append(Problem("youth_max_age", "The oldest age is below the youngest."))
    values["founded"] = day_of(typed["founded"])
    if values["founded"] is None:
        problems.append(Problem("founded", "Enter the day the program began, like 2019-05-01."))
    if typed["model"] not in MODELS:
        problems.append(Problem("model", "Choose the program's model."))
    if not set(typed["settings"]) <= set(SETTINGS):
        problems.append(Problem("settings", "Choose settings from the list."))
    if typed["background_checks"] not in ("yes", "no", *(() if "background_checks" in needed else ("",))):
        problems.append(Problem("background_checks", NEEDED["background_checks"]))
    for key in ("contact_email", "key_leader_email"):
        if typed[key] and not looks_like_address(typed[key]):
            problems.append(Problem(key, "Enter an e-mail address like name@example.org."))
    for key in ("name", "contact_name", "key_leader_name", "key_leader_title"):
        if not typed[key].isprintable():
            problems.append(Problem(key, f"The {LABELS[key]} has to be one line."))
    if typed["web"] and not typed["web"].startswith(("http://", "https://")):
        problems.append(Problem("web", "Enter the whole address of the web page, beginning with https://."))
    return ProgramForm(typed, values, tuple(problems))


def read_program(form: MultiDict[str, str], gates: Sequence[Gate]) -> ProgramForm:
    """Read the staff's form: the facts, what the partnership has checked, and a day for each gate before access."""
    facts = read_facts(form)
    days = {gate.key: form.get(f"gate-{gate.key}", "").strip() for gate in gates}
    ticks = read_ticks(form)
    problems = [
        Problem(f"gate-{key}", "Enter a day like 2026-08-10, or leave this empty.")
        for key, raw in days.items()
        if raw and day_of(raw) is None
    ]
    return ProgramForm(
        {**facts.typed, **ticks, "gates_passed": days},
        {**facts.values, **ticks, "gates_passed": {key: raw for key, raw in days.items() if raw}},
        (*facts.problems, *problems),
    )


def read_ticks(form: Mapping[str, str]) -> dict[str, bool]:
    """Read what the partnership has checked."""
    return {key: form.get(key) == "yes" for key in TICKS}


def plain(value: Any) -> Any:
    """Return a value of a fact as the history keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def shown(program: Program) -> dict[str, Any]:
    """Return a stored program as the values of its fields."""
    fields = (*TEXTS, *NUMBERS, *TICKS, "model", "settings", "gates_passed", "founded", "background_checks")
    return {key: plain(getattr(program, key)) for key in fields}


def in_words(key: str, value: Any) -> str:
    """Say a value of a fact: "yes", "at school, online", or "empty"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key == "founded" and value:
        return say_date(date.fromisoformat(value))
    if key == "model":
        return MODEL_WORDS.get(value, str(value))
    if key == "settings":
        return ", ".join(SETTING_WORDS.get(one, one) for one in value) or "empty"
    if isinstance(value, dict):
        return ", ".join(f"{name} on {say_date(date.fromisoformat(day))}" for name, day in value.items()) or "none"
    return str(value) if value not in ("", None) else "empty"
