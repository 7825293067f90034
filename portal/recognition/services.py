"""Confirming what the rules decided, and recording what staff decide by hand."""

from __future__ import annotations

from portal.accounts.models import Person
from portal.assessments.amendments import under_way
from portal.assessments.queries import judgement_of, submission_of
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.foundation import audit, clock
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused
from portal.programs.mails import write_to_administrators
from rules.duties import add_months

from .models import Award
from .queries import award_of, decision_of, months_of, staff_conditions


class NotAwarded(DomainError):
    """The rules do not award a tier, or could not decide."""


def confirm(cycle_id: int, by_id: int, base_url: str) -> Award:
    """Store the tier the rules decide. Raises OutOfOrder, or NotAwarded with what is missing or who could not judge."""
    with reading() as session:  # the rules are asked outside the write, since one may take seconds
        cycle = session.get_one(Cycle, cycle_id)
        decision, seen = decision_of(cycle), _basis(cycle)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        known = award_of(cycle)
        if known is not None and known.confirmed_by_id == by_id and cycle.state is CycleState.RECOGNIZED:
            return known  # the same person pressed twice
        today = local_today(cycle)
        advance(cycle, CycleState.RECOGNIZED, today)  # refuses a second confirmation and one before the signature
        if under_way(cycle) is not None:
            raise NotAwarded("The program asks to change answers. Answer its request first. Nothing was stored.")
        if _basis(cycle, before_award=True) != seen:
            raise NotAwarded(
                "Something changed while the rules decided. Nothing was stored; please look and confirm again."
            )
        tier, rulebook = decision.tier, rulebook_of(cycle)
        if decision.outcome != "awarded" or tier is None:
            raise NotAwarded(decision.sentence)  # which undoes the step
        award = Award(
            cycle_id=cycle.id,
            tier_key=tier.key,
            tier_name=tier.name,
            awarded_on=today,
            expires_on=add_months(today, months_of(rulebook, tier.key)),
            confirmed_at=clock.now(),
            confirmed_by_id=by_id,
            decision=decision.to_json(),
            rulebook=rulebook.record(),
        )
        db.session.add(award)
        audit.record("recognition confirmed", person_id=by_id, cycle_id=cycle.id, tier=tier.key)
        _tell(cycle, base_url)
    return award


class NotForStaff(DomainError):
    """The condition is not one that staff decide, or none of these rules."""


def agree(cycle_id: int, key: str, reason: str, by_id: int) -> None:
    """Record that staff agree to a condition they decide by hand. Raises Refused, NotForStaff or OutOfOrder."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > 500 or "\x00" in reason:
        raise Refused([Problem("reason", "Say in at most 500 characters why you agree.")])
    with reading() as session:  # the rules say which conditions are for staff; asked outside the write
        if key not in {one.key for one in staff_conditions(decision_of(session.get_one(Cycle, cycle_id)))}:
            raise NotForStaff("The rules do not leave this condition to staff. Nothing was stored.")
    with unit_of_work() as session:
        cycle = _open(cycle_id)
        who = session.get_one(Person, by_id).name
        said = {"by": who, "by_id": by_id, "on": local_today(cycle).isoformat(), "reason": reason}
        cycle.staff_agreed = {**(cycle.staff_agreed or {}), key: said}
        audit.record("condition agreed", person_id=by_id, cycle_id=cycle.id, condition=key, reason=reason)


def take_back(cycle_id: int, key: str, by_id: int) -> None:
    """Take an agreement back, before the recognition. Raises OutOfOrder."""
    with unit_of_work():
        cycle = _open(cycle_id)
        if key not in (cycle.staff_agreed or {}):
            return  # pressed twice, or nothing of ours
        cycle.staff_agreed = {one: said for one, said in (cycle.staff_agreed or {}).items() if one != key}
        audit.record("condition taken back", person_id=by_id, cycle_id=cycle.id, condition=key)


def _open(cycle_id: int) -> Cycle:
    cycle = load_for_change(cycle_id)
    if cycle.submitted_on is None:
        raise OutOfOrder("The program has not submitted its self-assessment yet. Nothing was stored.")
    if cycle.awarded_on is not None:
        raise OutOfOrder("The recognition is confirmed, so what it rests on no longer changes. Nothing was stored.")
    return cycle


def _basis(cycle: Cycle, before_award: bool = False) -> tuple[object, ...]:
    """Name what a decision rests on, so that a change between deciding and storing is noticed."""
    judgement, copy = judgement_of(cycle), submission_of(cycle)
    state = CycleState.SIGNED if before_award else cycle.state
    seen = judgement and judgement.id, copy and copy.id
    return state, cycle.rulebook, seen, cycle.statement_signed_on, dict(cycle.staff_agreed or {})


def _tell(cycle: Cycle, base_url: str) -> None:
    program = cycle.program
    write_to_administrators(program, f"recognized:{cycle.id}", "recognized", link=f"{base_url}/programs/{program.id}")
