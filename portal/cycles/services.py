"""The state machine of a cycle: which step may follow which, and why another has to wait."""

from __future__ import annotations

from datetime import date

from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder
from portal.partnerships.queries import current_rulebook
from portal.programs.models import Program
from portal.programs.queries import eligibility_of, facts_of
from portal.programs.services import locked
from rules.policy import closed_gates

from .models import Cycle, CycleState
from .queries import cycles_of, load_for_change
from .requests import answer_by_opening, may_ask

S = CycleState

# state -> (the state it follows, the column its day goes to, what must have happened first)
STEPS: dict[CycleState, tuple[CycleState, str, str]] = {
    S.SUBMITTED: (S.IN_PROGRESS, "submitted_on", "The self-assessment can be submitted only while it is in progress."),
    S.CONTACTED: (S.SUBMITTED, "contacted_on", "The first contact is recorded once, after the program submits."),
    S.VISITED: (S.CONTACTED, "visited_on", "Record the first contact with the program before the review meeting."),
    S.PLAN_ISSUED: (S.VISITED, "plan_issued_on", "Record the review meeting before the plan is issued."),
    S.SIGNED: (
        S.PLAN_ISSUED,
        "statement_signed_on",
        "The Statement of Accuracy can be signed after the plan is issued.",
    ),
    S.RECOGNIZED: (S.SIGNED, "awarded_on", "A recognition can be confirmed after the Statement of Accuracy is signed."),
    S.CLOSED: (S.RECOGNIZED, "closed_on", "Only a recognized cycle can be closed."),
}
ORDER = list(CycleState)
WAITS_FOR_CHANGES = (S.PLAN_ISSUED, S.SIGNED, S.RECOGNIZED, S.CLOSED)  # they rest on answers that stand still


class NotEligible(DomainError):
    """The rules do not let this program begin a self-assessment."""


class GateClosed(DomainError):
    """Something the partnership asks for before access is still missing."""


class FactsChanged(DomainError):
    """Somebody changed what the rules had judged before it was stored."""


class CycleUnderWay(DomainError):
    """The program already has a cycle that is not finished."""


def advance(cycle: Cycle, to: CycleState, on: date) -> None:
    """Move the cycle one step inside the caller's transaction. Raises OutOfOrder, saying what comes first."""
    before, column, sentence = STEPS[to]
    if cycle.state is not before:
        if ORDER.index(cycle.state) >= ORDER.index(to):
            raise OutOfOrder(
                f"This step was already taken: the cycle is at “{cycle.state.words}”. Nothing was changed."
            )
        raise OutOfOrder(f"{sentence} The cycle is at “{cycle.state.words}”. Nothing was changed.")
    if cycle.reopened and to in WAITS_FOR_CHANGES:
        raise OutOfOrder(
            f"Answers are open for changes: {', '.join(sorted(cycle.reopened))}. This step can follow once the program "
            "has sent them or the partnership has closed the changes. Nothing was changed."
        )
    cycle.state = to
    setattr(cycle, column, on)


def correct_day(cycle: Cycle, of: CycleState, on: date) -> None:
    """Correct the day of the newest step inside the caller's transaction. Raises OutOfOrder once a later one followed."""
    if cycle.state is not of:
        raise OutOfOrder(
            f"The cycle is at “{cycle.state.words}”, so this day does not change any more. Nothing was changed."
        )
    setattr(cycle, STEPS[of][1], on)


def grant_access(program: Program, by_id: int | None, override_reason: str = "", *, base_url: str) -> Cycle:
    """Open a self-assessment for the program. Raises NotEligible, GateClosed, FactsChanged or CycleUnderWay.

    An open request for access is answered by it, and the program is told by mail. A recognized cycle before is closed
    in the same step: it can be read, and nothing in it changes any more. Its recognition lasts as long as it was given.
    With a reason, staff may open it against the verdict of the rules, where the policy allows that; the reason is kept.
    The rules are asked before the write, since one may take seconds.
    """
    facts, verdict, rulebook = facts_of(program), eligibility_of(program), current_rulebook(program.partnership)
    reason = " ".join(override_reason.split())
    if not verdict.eligible:
        if not rulebook.policy.staff_may_override:
            raise NotEligible(verdict.sentence)
        if not reason:
            raise NotEligible(f"{verdict.sentence} To let it begin all the same, say why.")
        if len(reason) > 500 or "\x00" in reason:
            raise NotEligible("The reason can hold 500 characters. Nothing was opened.")
    if closed := closed_gates(rulebook.policy, facts):
        raise GateClosed("Before the self-assessment opens: " + " ".join(gate.sentence for gate in closed))
    with unit_of_work():
        program = locked(program.id)  # two presses at once must not open two cycles
        if facts_of(program) != facts:
            raise FactsChanged("The program's facts were changed at this moment. Nothing was opened; please try again.")
        earlier = cycles_of(program.id)
        if not may_ask(earlier):
            raise CycleUnderWay("This program already has a self-assessment under way.")
        if earlier and earlier[0].state is S.RECOGNIZED:
            advance(load_for_change(earlier[0].id), S.CLOSED, clock.local_day(program.partnership.time_zone))
        cycle = Cycle(
            program_id=program.id,
            number=len(earlier) + 1,
            rulebook=rulebook.record(),
            created_at=clock.now(),
            access_on=clock.local_day(program.partnership.time_zone),
            eligibility=verdict.to_json(),
            override_reason="" if verdict.eligible else reason,
        )
        db.session.add(cycle)
        db.session.flush()
        audit.record(
            "access granted", person_id=by_id, program_id=program.id, cycle_id=cycle.id,
            against_the_rules=not verdict.eligible, reason="" if verdict.eligible else reason,
        )  # fmt: skip
        answer_by_opening(program, cycle, by_id, base_url)
    return cycle
