"""Reads what is typed about a check-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from portal.foundation.errors import Problem
from portal.foundation.typed import day_of, text_of, text_problems
from rules.wording import say_date

WAYS = ("e-mail", "phone", "visit")
LONGEST = 10_000  # characters of a note
MOST_RESOURCES = 20
FIELDS = ("month", "done_on", "how", "notes", "private_notes", "early")


@dataclass(frozen=True, slots=True)
class Said:
    """A check-in as typed."""

    month: int | None
    done_on: date | None
    how: str
    notes: str
    private_notes: str = ""
    resources: tuple[str, ...] = ()  # keys
    early: bool = False  # ticked: it is this planned contact, held long before its day


def typed_in(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return {name: text_of(form, name) for name in FIELDS}


def read_check_in(form: MultiDict[str, str]) -> Said:
    """Read a check-in, without judging it."""
    typed = typed_in(form)
    number = typed["month"]
    month = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else None
    picked = tuple(dict.fromkeys(form.getlist("resource")))
    early = bool(number) and typed["early"] == number  # the tick names its month: it says nothing about another one
    return Said(month, day_of(typed["done_on"]), typed["how"], typed["notes"], typed["private_notes"], picked, early)


def problems_of(said: Said, first: date, today: date) -> list[Problem]:
    """Return what is wrong with the day, the way, the texts and the resources."""
    problems = []
    if said.done_on is None:
        problems.append(Problem("done_on", "Enter the day of the check-in."))
    elif not first <= said.done_on <= today:
        problems.append(Problem("done_on", "The day has to be after the plan was issued, and not in the future."))
    if said.how not in WAYS:
        problems.append(Problem("how", "Choose e-mail, phone or visit."))
    needed = "Say in a few words what was said. The program reads it."
    problems += text_problems(said.notes, "notes", "text", LONGEST, needed)
    problems += text_problems(said.private_notes, "private_notes", "text", LONGEST)
    if len(said.resources) > MOST_RESOURCES:
        problems.append(Problem("resources", f"Tick at most {MOST_RESOURCES} resources."))
    return problems


def early_problem(month: int, due_on: date) -> Problem:
    """Say that a planned contact is logged long before its day."""
    return Problem("month", f"The {month}-month check-in is due on {say_date(due_on)}. Choose another contact, or tick that this one was held early.")  # fmt: skip


def month_problem(months: Sequence[int]) -> Problem:
    """Say which contacts can be logged."""
    return Problem(
        "month", f"Choose one of the check-ins after {', '.join(map(str, months))} months, or another contact."
    )
