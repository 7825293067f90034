"""What every document of a cycle says above its text."""

from __future__ import annotations

from typing import Any

from portal.assessments.models import Submission
from portal.assessments.queries import submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation import clock
from rules.wording import say_date


def head_of(cycle: Cycle) -> dict[str, Any]:
    """Return whom a document is about, from whom it is, and the days it may name."""
    policy, program = rulebook_of(cycle).policy, cycle.program
    return {
        "system": policy.system_name,
        "plan_name": policy.plan_name,
        "program": {"name": program.name, "host": program.host, "place": program.place},
        "partnership": program.partnership.name,
        "submitted_on": _submitted_on(cycle, submission_of(cycle)),
        "visited_on": say_date(cycle.visited_on) if cycle.visited_on else "",
        "issued_on": say_date(cycle.plan_issued_on) if cycle.plan_issued_on else "",
    }


def _submitted_on(cycle: Cycle, newest: Submission | None) -> str:
    """Say when the answers were submitted, and when the copy that counts got its changes."""
    on = say_date(cycle.submitted_on) if cycle.submitted_on else ""
    if newest is None or newest.number == 1:
        return on
    changed = clock.day_at(newest.submitted_at, cycle.program.partnership.time_zone)
    return f"{on}, with changes of {say_date(changed)}"
