"""What an issued plan says, for papers that name its aims; a draft of it is never read here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from portal.cycles.models import Cycle
from portal.plans.queries import plan_of


@dataclass(frozen=True, slots=True)
class Issued:
    """Hold the parts of an issued plan that other papers repeat."""

    code: str = ""
    months: int | None = None
    aims: tuple[str, ...] = ()
    strengths: Mapping[str, str] | None = None  # by area key


def issued_plan(cycle: Cycle) -> Issued:
    """Return what was issued last; nothing while nothing was."""
    plan = plan_of(cycle)
    if plan is None or not plan.issued_content:
        return Issued()
    said = json.loads(plan.issued_content)
    aims = tuple(one["title"] for one in said["priorities"])
    return Issued(plan.issued_hash[:12], said["months"], aims, said["strengths"])
