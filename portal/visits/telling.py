"""Says in a line where a visit stands, for the pages of a program and of its review."""

from __future__ import annotations

from dataclasses import dataclass

from portal.cycles.models import Cycle
from portal.cycles.queries import local_today, rulebook_of

from .models import VisitState
from .queries import visit_of
from .times import local_date, promise_words, say_when, window_of

WORDS = {
    VisitState.PROPOSED: "Dates are offered; the program picks one.",
    VisitState.ASKED: "The program asks for other dates.",
    VisitState.CANCELLED: "The date was cancelled.",
}
TO_PROGRAM = {
    VisitState.PROPOSED: "Your partnership offers dates; an administrator of your program picks one.",
    VisitState.ASKED: "You asked for other dates. Your partnership offers new ones.",
}


@dataclass(frozen=True, slots=True)
class VisitLine:
    """Where the visit stands, and what is wrong with the promise; `words` and `warning` are for staff."""

    words: str
    warning: str
    to_program: str = ""  # the words as the program reads them
    to_pick: bool = False  # dates wait for an administrator of the program


def visit_line(cycle: Cycle) -> VisitLine:
    """Return the line; empty words while nobody planned anything, and once the visit was held."""
    if cycle.visited_on is not None or cycle.submitted_on is None:
        return VisitLine("", "")
    visit, zone, policy = visit_of(cycle), cycle.program.partnership.time_zone, rulebook_of(cycle).policy
    planned = visit.starts_at if visit and visit.state is VisitState.PLANNED else None
    words = say_when(planned, zone, visit.minutes) if visit and planned else WORDS.get(visit.state, "") if visit else ""
    day = local_date(planned, zone) if planned else None
    warning = promise_words(day, window_of(cycle, policy), policy.review_title, local_today(cycle))
    state = visit.state if visit else VisitState.OPEN
    return VisitLine(words, warning, TO_PROGRAM.get(state, words), state is VisitState.PROPOSED)
