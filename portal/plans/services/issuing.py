"""Issuing a plan: every limit is checked, and what is issued no longer changes."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from portal.cycles.models import CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.foundation import audit, clock
from portal.foundation.database import unit_of_work
from portal.foundation.errors import Problem, Refused
from portal.plans.models import Plan
from portal.plans.queries import plan_of
from portal.programs.mails import write_to_administrators
from rules.duties import add_months
from rules.policy import Policy
from rules.wording import say_range

from .statements import post_statement


def not_ready(plan: Plan | None, policy: Policy, today: date) -> list[Problem]:
    """Return everything that keeps a plan from being issued (NQMS: 3-5 priorities, 6-24 months, by policy)."""
    if plan is None:
        return [Problem("months", "Save the plan first.")]
    problems = []
    if plan.months is None or not policy.min_months <= plan.months <= policy.max_months:
        problems.append(
            Problem("months", f"A plan runs for {say_range(policy.min_months, policy.max_months, 'month')}.")
        )
    wanted = say_range(policy.min_priorities, policy.max_priorities, "priority", "priorities")
    if not policy.min_priorities <= len(plan.priorities) <= policy.max_priorities:
        problems.append(
            Problem(
                "p1-title",
                f"A plan has {wanted}; this one has {len(plan.priorities)}.",
            )
        )
    last = add_months(today, plan.months or policy.max_months)
    for one in plan.priorities:
        n = one.position
        if not one.title:
            problems.append(Problem(f"p{n}-title", f"Priority {n} needs a title."))
        if not one.practice_codes:
            problems.append(Problem(f"p{n}-codes", f"Priority {n} needs at least one practice."))
        if not one.actions:
            problems.append(Problem(f"p{n}-a1-text", f"Priority {n} needs at least one action."))
        for action in one.actions:
            at = f"p{n}-a{action.position}"
            if not action.text:
                problems.append(Problem(f"{at}-text", f"Priority {n}, action {action.position}: say what is done."))
            if not action.owner:
                problems.append(Problem(f"{at}-owner", f"Priority {n}, action {action.position}: say who does it."))
            if action.due_month is None:
                problems.append(Problem(f"{at}-due", f"Priority {n}, action {action.position}: say by which month."))
            elif not today.replace(day=1) <= action.due_month <= last:
                problems.append(
                    Problem(
                        f"{at}-due", f"Priority {n}, action {action.position}: the month has to be within the plan."
                    )
                )
    return problems


def issue_plan(cycle_id: int, by_id: int, base_url: str) -> Plan:
    """Freeze the plan and send the Statement to the key leader. Raises OutOfOrder or Refused with every problem."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        plan, today = plan_of(cycle), local_today(cycle)
        if cycle.state is CycleState.VISITED:
            problems = not_ready(plan, rulebook_of(cycle).policy, today)
            if not cycle.program.key_leader_name or not cycle.program.key_leader_email:
                problems.append(
                    Problem("months", "Name the key leader and the e-mail address in the program's facts first.")
                )
            if problems:
                raise Refused(problems)
        advance(cycle, CycleState.PLAN_ISSUED, today)
        if plan is None:
            raise Refused([Problem("months", "Save the plan first.")])
        plan.issued_at, plan.issued_by_id = clock.now(), by_id
        plan.issued_content, plan.issued_hash = freeze_plan(plan)
        audit.record("plan issued", person_id=by_id, cycle_id=cycle.id, content_hash=plan.issued_hash)
        program = cycle.program
        write_to_administrators(
            program, f"issued:{cycle.id}", "results-ready", link=f"{base_url}/programs/{program.id}"
        )
        post_statement(cycle, plan, program.key_leader_name, program.key_leader_email, base_url)
    return plan


def freeze_plan(plan: Plan) -> tuple[str, str]:
    """Return the canonical JSON of a plan and its SHA-256."""
    content = json.dumps(
        {
            "months": plan.months,
            "overview": plan.overview,
            "strengths": plan.strengths,
            "improvements": plan.improvements,
            "priorities": [
                {
                    "title": one.title,
                    "why": one.why,
                    "practices": one.practice_codes,
                    "actions": [
                        {"text": a.text, "owner": a.owner, "due": a.due_month.isoformat() if a.due_month else None}
                        for a in one.actions
                    ],
                }
                for one in plan.priorities
            ],
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return content, hashlib.sha256(content.encode()).hexdigest()
