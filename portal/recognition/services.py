"""Confirming what the rules decided."""

from __future__ import annotations

from portal.accounts.queries import administrators_of_program
from portal.assessments.queries import judgement_of
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.foundation import audit, clock, outbox
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError
from rules.duties import add_months

from .models import Award
from .queries import award_of, decision_of


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
            expires_on=add_months(today, rulebook.policy.recognition_months),
            confirmed_at=clock.now(),
            confirmed_by_id=by_id,
            decision=decision.to_json(),
            rulebook=rulebook.record(),
        )
        db.session.add(award)
        audit.record("recognition confirmed", person_id=by_id, cycle_id=cycle.id, tier=tier.key)
        _tell(cycle, base_url)
    return award


def _basis(cycle: Cycle, before_award: bool = False) -> tuple[object, ...]:
    """Name what a decision rests on, so that a change between deciding and storing is noticed."""
    judgement = judgement_of(cycle)
    state = CycleState.SIGNED if before_award else cycle.state
    return state, cycle.rulebook, judgement and judgement.id, cycle.statement_signed_on, dict(cycle.staff_agreed or {})


def _tell(cycle: Cycle, base_url: str) -> None:
    program = cycle.program
    for person in administrators_of_program(program.id):
        outbox.post(
            f"recognized:{cycle.id}:{person.id}",
            to_name=person.name,
            to_email=person.email,
            partnership_id=program.partnership_id,
            subject=f"News about {program.name}",
            text=f"Hello {person.name},\n\n{program.partnership.name} has finished a step for {program.name}. "
            f"Please sign in to read it:\n{base_url}/programs/{program.id}\n",
        )
