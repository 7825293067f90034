"""Reads what people type about a visit: times, who comes, what to bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.foundation import clock
from portal.foundation.addresses import looks_like_address
from portal.foundation.errors import Problem, Refused
from portal.foundation.typed import only_printable, text_of, text_problems
from portal.reviews.forms import read_day

from .times import NoSuchTime, read_time

MOST_TIMES = 3  # dates proposed at once
MOST_PEOPLE = 40  # on each side
MOST_MATERIALS = 40
SHORTEST, LONGEST = 15, 720  # minutes
MOST_REASON, MOST_PLACE = 1000, 300
FURTHEST = timedelta(days=731)  # two years from now; later is a slip of the keys
UNPRINTABLE = "This holds a character that cannot be printed, often from copying. Type the words anew, please."
AROUND = " ,;<>()"
SIDES = ("program", "partnership")


def read_times(typed: Sequence[str], time_zone: str) -> list[datetime]:
    """Return the proposed moments in order, each once. Raises Refused."""
    found, problems = {}, []
    for number, one in enumerate(typed[:MOST_TIMES], 1):
        if not one.strip():
            continue
        moment, trouble = _future(one, time_zone, f"time{number}")
        problems += trouble
        if moment is not None:
            found[moment] = one
    if not found and not problems:
        problems.append(Problem("time1", "Enter at least one day and time."))
    if problems:
        raise Refused(problems)
    return sorted(found)


def read_date(typed: str, time_zone: str, field: str = "starts_at") -> datetime:
    """Return one moment that is still to come. Raises Refused."""
    moment, problems = _future(typed, time_zone, field)
    if moment is None or problems:
        raise Refused(problems)
    return moment


def _future(typed: str, time_zone: str, field: str) -> tuple[datetime | None, list[Problem]]:
    try:
        moment = read_time(typed, time_zone)
    except NoSuchTime as no:
        return None, [Problem(field, str(no))]
    if moment <= clock.now():
        return None, [Problem(field, "This time is over. Choose one that is still to come.")]
    if moment > clock.now() + FURTHEST:
        return None, [
            Problem(field, "This day is more than two years away. Check the year, and choose an earlier day.")
        ]
    return moment, []


def read_minutes(typed: str) -> tuple[int, list[Problem]]:
    """Return a length in minutes, or what is wrong with it."""
    text = typed.strip()
    if text.isascii() and text.isdigit() and len(text) < 5 and SHORTEST <= int(text) <= LONGEST:
        return int(text), []
    return 0, [Problem("minutes", f"Enter the length as minutes, from {SHORTEST} to {LONGEST}.")]


def read_people(typed: str, side: str) -> tuple[list[dict[str, str]], list[Problem]]:
    """Return who comes from one side: one person a line, with an e-mail address after the name for an invitation."""
    found, problems = [], []
    lines = [" ".join(line.split()) for line in typed.replace("\0", "").splitlines()]
    for line in filter(None, lines):
        address = next((word for word in line.split() if "@" in word), "")
        name, email = line.replace(address, "", 1).strip(AROUND), address.strip(AROUND).lower()
        if line != only_printable(line):
            problems.append(Problem(side, UNPRINTABLE))
        elif len(line) > 200:
            problems.append(Problem(side, "A line can hold 200 characters."))
        elif address and not looks_like_address(email):
            problems.append(
                Problem(side, f"“{line[:60]}” holds an e-mail address we cannot read. Write it like: Ana Núñez, ana@example.org.")
            )  # fmt: skip
        else:
            found.append({"side": side, "name": name or email, "email": email})
    if len(found) > MOST_PEOPLE:
        problems.append(Problem(side, f"There is room for {MOST_PEOPLE} people on each side."))
    return found, problems


def shown_people(people: Iterable[dict[str, str]], side: str) -> str:
    """Return one side as its field holds it."""
    mine = [one for one in people if one["side"] == side]
    return "\n".join(f"{one['name']}, {one['email']}" if one["email"] else one["name"] for one in mine)


def read_materials(typed: str) -> tuple[list[str], list[Problem]]:
    """Return what to bring, one thing a line."""
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    found = list(dict.fromkeys(line for line in lines if line))
    if len(found) > MOST_MATERIALS or any(len(one) > 200 or "\0" in one for one in found):
        return found, [Problem("materials", f"There is room for {MOST_MATERIALS} lines of 200 characters each.")]
    return found, unprintable(found, "materials")


def read_place(typed: str) -> tuple[str, list[Problem]]:
    """Return where it is, on one line."""
    place = " ".join(typed.split())
    return place, text_problems(place, "place", "place", MOST_PLACE) or unprintable([place], "place")


def unprintable(texts: Iterable[str], field: str) -> list[Problem]:
    """Return what is wrong with characters that would go raw into a calendar; accents and other scripts are none."""
    return [] if all(one == only_printable(one) for one in texts) else [Problem(field, UNPRINTABLE)]


@dataclass(frozen=True, slots=True)
class Held:
    """What is recorded of a visit that was held."""

    on: date | None
    took_part: str
    place: str


def read_held(form: Mapping[str, str]) -> Held:
    """Return what was typed about a visit that was held. Raises Refused for a day that is none."""
    on, problems = read_day(form.get("held_on", ""), "held_on", "the day it was held")
    if problems:
        raise Refused(problems)
    return Held(on, text_of(form, "took_part"), text_of(form, "visit_place"))


def read_reason(typed: str, field: str, needed: str) -> str:
    """Return a reason. Raises Refused when there is none or it is too long."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if problems := text_problems(text, field, "reason", MOST_REASON, needed):
        raise Refused(problems)
    return text
