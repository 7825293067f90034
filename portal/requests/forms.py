"""The forms of this room: what was typed, clean values, every problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.foundation.addresses import looks_like_address, looks_like_name
from portal.foundation.errors import Problem
from portal.foundation.typed import text_of, text_problems
from portal.programs.forms import NEEDED, ProgramForm, plain, read_facts

CLAIMS = ("pairs_volunteers", "capacity_confirmed")  # what a program says of itself, for staff to check


def read_registration(form: MultiDict[str, str]) -> ProgramForm:
    """Read a registration; its values are plain, ready to be kept."""
    facts = read_facts(form, NEEDED)
    claims = {key: form.get(key) == "yes" for key in CLAIMS}
    values = {key: plain(value) for key, value in facts.values.items()} | claims
    return ProgramForm({**facts.typed, **claims}, values, facts.problems)


# key -> question, hint
NEEDS = {
    "hopes": ("What do you hope to get out of this?", "For your young people, your mentors, your organization."),
    "strong": ("What works well in your program today?", "Two or three things are enough."),
    "hard": ("What is hard at the moment?", "For example: finding mentors, keeping matches going, time, money."),
    "people": ("Who will do the work, and how much time do they have?", "Names, and hours a week."),
    "ahead": ("What will change in the next 12 months?", "New staff, new sites, other funds. “Nothing we know of” is an answer."),
    "help": ("What kind of help would serve you best?", "A visit, calls, guides, training, other programs to talk to."),
}  # fmt: skip
LONGEST_NEED = 3000  # characters of each answer


def read_needs(form: Mapping[str, str]) -> dict[str, str]:
    """Read the answers as typed."""
    return {key: text_of(form, key) for key in NEEDS}


def problems_of_needs(typed: Mapping[str, str], whole: bool) -> tuple[Problem, ...]:
    """Return what keeps the answers from being stored or, when they are sent, from being whole."""
    found: list[Problem] = []
    for key, (question, _hint) in NEEDS.items():
        needed = f"Answer “{question}”, in a sentence if you like." if whole else ""
        found += text_problems(typed[key], key, "answer", LONGEST_NEED, needed)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who is asked to sign."""

    name: str
    title: str
    email: str


def read_signers(form: Mapping[str, str], count: int) -> tuple[tuple[Signer, ...], tuple[Problem, ...]]:
    """Read who signs, in this many rows, and every problem."""
    signers: list[Signer] = []
    problems: list[Problem] = []
    for number in range(1, count + 1):
        at = f"s{number}-"
        one = Signer(*(" ".join(form.get(at + part, "").split()) for part in ("name", "title", "email")))
        if not looks_like_name(one.name):
            problems.append(Problem(f"{at}name", f"Enter the name of signatory {number}."))
        if not looks_like_name(one.title):
            problems.append(Problem(f"{at}title", f"Enter the title of signatory {number}, like executive director."))
        if not looks_like_address(one.email):
            problems.append(Problem(f"{at}email", f"Enter the e-mail address of signatory {number}."))
        if (one.name, one.email) in [(other.name, other.email) for other in signers]:
            problems.append(
                Problem(f"{at}name", f"Signatory {number} is on the list already. Each has to be another person.")
            )
        signers.append(one)
    return tuple(signers), tuple(problems)
