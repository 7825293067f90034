"""What people type on the page of changes: practices, a reason, a day; every problem in a sentence, and when it is too late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from portal.cycles.models import Cycle
from portal.cycles.queries import local_today, rulebook_of
from portal.foundation.errors import Problem

from .models import Amendment, AmendmentState

LONGEST = 2_000
LATEST = timedelta(days=365)


def in_order(cycle: Cycle, codes: Sequence[str]) -> list[str]:
    """Return the practices that are named, once each, in the order of the catalogue."""
    return [one.code for one in rulebook_of(cycle).catalogue.practices if one.code in codes]


def code_problems(cycle: Cycle, codes: Sequence[str], wanted: str) -> list[Problem]:
    """Name what is wrong with the practices that were ticked; `wanted` asks for at least one."""
    catalogue = rulebook_of(cycle).catalogue
    unknown = [code[:20] for code in codes if code not in catalogue]
    if unknown:
        return [Problem("codes", f"There is no practice {', '.join(unknown[:5])}.")]
    return [Problem("codes", wanted)] if wanted and not codes else []


def due_problems(cycle: Cycle, due_on: date | None) -> list[Problem]:
    """Name what is wrong with the last day for changes."""
    today = local_today(cycle)
    if due_on is None:
        return [Problem("due_on", "Enter the day until which the program can change this.")]
    if not today <= due_on <= today + LATEST:
        return [Problem("due_on", "Choose a day from today on, within a year.")]
    return []


def text_problems(field: str, text: str, wanted: str) -> list[Problem]:
    """Name what is wrong with a text; `wanted` asks for one."""
    if wanted and not text:
        return [Problem(field, wanted)]
    if len(text) > LONGEST or "\x00" in text:
        return [Problem(field, f"This text can hold {LONGEST:,} characters.")]
    return []


def clean(text: str) -> str:
    """Return a text as it is stored."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


OVERTAKEN = {
    AmendmentState.ASKED: "The program's request waits for an answer",
    AmendmentState.OPEN: "The practices are open for changes",
    AmendmentState.SENT: "The changes were sent",
    AmendmentState.DECLINED: "The request was declined",
    AmendmentState.WITHDRAWN: "The program withdrew this",
    AmendmentState.CLOSED: "The partnership closed this",
}


def overtaken(round_: Amendment | None) -> str:
    """Say what is so by now, to somebody whose page showed something else."""
    now = OVERTAKEN[round_.state] if round_ else "Nothing is open or asked for"
    return f"{now} by now, so this step does not fit any more. Nothing was changed."
