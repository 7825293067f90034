"""Confirming what the rules decided."""

from __future__ import annotations

from portal.accounts.queries import administrators_of_program
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.foundation import audit, clock, outbox
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError
from rules.policy import add_months

from .models import Award
from .queries import decision_of


class NotAwarded(DomainError):
    """The rules do not award a tier, or could not decide."""


def confirm(cycle_id: int, by_id: int, base_url: str) -> Award:
    """Store the tier the rules decide. Raises OutOfOrder, or NotAwarded with what is missing or who could not judge."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        today, decision = local_today(cycle), decision_of(cycle)
        advance(cycle, CycleState.RECOGNIZED, today)  # refuses a second confirmation and one before the signature
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
