"""What the plan before did not finish and carried over: offered first in the next plan."""

from __future__ import annotations

from sqlalchemy import select

from portal.cycles.models import Cycle
from portal.foundation.database import db
from rules.catalogue import Catalogue

from .forms import ActionDraft, PriorityDraft
from .models import Outcome, Plan, new_key


def carried_over(cycle: Cycle, catalogue: Catalogue) -> tuple[PriorityDraft, ...]:
    """Return the priorities that the plan of the cycle before carried over, with the actions that were not done.

    Practices that these rules do not ask any more are left out; months begin anew, so none is given.
    """
    before = select(Plan).join(Cycle).where(Cycle.program_id == cycle.program_id, Cycle.number == cycle.number - 1)
    plan = db.session.scalar(before)
    return tuple(
        PriorityDraft(
            one.title,
            one.why,
            ", ".join(code for code in one.practice_codes if code in catalogue),
            tuple(
                ActionDraft(step.text, step.owner, "", step.resource) for step in one.actions if step.done_on is None
            ),
            new_key(),
        )
        for one in (plan.priorities if plan else ())
        if one.outcome is Outcome.CARRIED_OVER
    )
