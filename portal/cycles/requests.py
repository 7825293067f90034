"""A program asks for access to a self-assessment; its partnership opens one, which answers the request, or declines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.typed import day_of, text_of, text_problems
from portal.programs.mails import tell_administrators, tell_managers
from portal.programs.models import Program
from portal.programs.services import locked

from .models import AccessRequest, Cycle, CycleState, RequestState
from .queries import cycles_of, newest_request

LONGEST = 1000  # characters of each text


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, and what is wrong with it."""

    typed: Mapping[str, str]
    start_on: date | None
    problems: tuple[Problem, ...]


def read_request(form: Mapping[str, str], today: date) -> Asked:
    """Read when the program would like to start and who will help."""
    typed = {name: text_of(form, name) for name in ("start_on", "helpers", "note")}
    start_on = day_of(typed["start_on"])
    problems = []
    if start_on is None:
        problems.append(Problem("start_on", "Enter the day on which you would like to start, like 2026-11-02."))
    elif start_on < today:
        problems.append(Problem("start_on", "Choose today or a later day."))
    problems += text_problems(typed["helpers"], "helpers", "text on who will help", LONGEST,
                              needed="Say who will help to answer, for example: our director and two board members.")  # fmt: skip
    problems += text_problems(typed["note"], "note", "text", LONGEST)
    return Asked(typed, start_on, tuple(problems))


def may_ask(cycles: list[Cycle]) -> bool:
    """Tell whether another self-assessment could begin, seen from the program's cycles, newest first."""
    return not cycles or cycles[0].state in (CycleState.RECOGNIZED, CycleState.CLOSED)


def invited(cycles: list[Cycle]) -> Cycle | None:
    """Return the cycle, newest of these, whose renewal the program was invited to begin by itself."""
    newest = cycles[0] if cycles else None
    ready = newest and newest.state is CycleState.RECOGNIZED and newest.renewal_invited_on is not None
    return newest if ready else None


def ask_access(program_id: int, asked: Asked, by_id: int, base_url: str) -> AccessRequest:
    """Store the request and tell the partnership's administrators. Raises Refused or OutOfOrder; while one waits, no second is made."""
    if asked.problems or asked.start_on is None:
        raise Refused(asked.problems)
    with unit_of_work():
        program = locked(program_id)
        if not may_ask(cycles_of(program.id)):
            raise OutOfOrder("Your self-assessment is under way already, so there is nothing to ask for.")
        known = newest_request(program.id)
        if known is not None and known.state is RequestState.OPEN:
            return known
        made = AccessRequest(
            program_id=program.id, asked_at=clock.now(), asked_by_id=by_id, start_on=asked.start_on,
            helpers=asked.typed["helpers"], note=asked.typed["note"], state=RequestState.OPEN,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        audit.record("access asked", person_id=by_id, program_id=program.id, request=made.id)
        tell_managers(
            program, f"access-asked:{made.id}", "access-asked", link=f"{base_url}/programs/{program.id}/access"
        )
    return made


def decline_access(program_id: int, reason: str, by_id: int, base_url: str) -> None:
    """Decline the open request with a reason, and tell the program. Raises Refused; nothing open is left alone."""
    if problems := text_problems(reason, "decline", "reason", LONGEST, needed="Say why, and what would change it."):
        raise Refused(problems)
    with unit_of_work():
        program = locked(program_id)
        known = newest_request(program.id)
        if known is None or known.state is not RequestState.OPEN:
            return
        close(known, RequestState.DECLINED, by_id, reason)
        audit.record("access declined", person_id=by_id, program_id=program.id, request=known.id)
        tell_administrators(
            program, f"access-declined:{known.id}", "access-declined", link=f"{base_url}/programs/{program.id}"
        )


def close(request: AccessRequest, state: RequestState, by_id: int | None, reason: str = "") -> None:
    """Answer a request in the running transaction."""
    request.state, request.reason = state, reason
    request.decided_at, request.decided_by_id = clock.now(), by_id


def answer_by_opening(program: Program, cycle: Cycle, by_id: int | None, base_url: str) -> None:
    """Answer the open request, if there is one, with this new cycle, and tell the program, in the running transaction."""
    waiting = select(AccessRequest).where(
        AccessRequest.program_id == program.id, AccessRequest.state == RequestState.OPEN
    )
    for one in db.session.scalars(waiting):
        close(one, RequestState.GRANTED, by_id)
        one.cycle_id = cycle.id
    tell_administrators(program, f"access:{cycle.id}", "access-open", link=f"{base_url}/programs/{program.id}")
