"""Issuing a plan: every limit is checked, and what is issued no longer changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Problem, Refused
from portal.plans.contents import RestsOn
from portal.plans.models import Plan, PlanIssue
from portal.plans.queries import newest_issue_number, plan_of
from portal.plans.resting import content_of, rests_of
from portal.plans.unsettled import unsettled
from portal.programs.mails import tell_administrators
from rules.codec import canonical_json
from rules.duties import add_months
from rules.policy import Policy
from rules.wording import say_month, say_range

from .statements import post_statement


def not_ready(plan: Plan | None, policy: Policy, anchor: date, extra_months: int = 0) -> list[Problem]:
    """Return everything that keeps a plan from being issued (NQMS: 3-5 priorities, 6-24 months, by policy).

    Months are counted from `anchor`, the day of the first issue. `extra_months` were granted beyond the policy's most.
    """
    if plan is None:
        return [Problem("months", "Save the plan first.")]
    problems = []
    if plan.months is None or not policy.min_months <= plan.months <= policy.max_months + extra_months:
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
    first, last = anchor.replace(day=1), add_months(anchor, plan.months or policy.max_months)
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
            elif not first <= action.due_month <= last:
                span = f"from {say_month(first)} to {say_month(last)}"
                problems.append(
                    Problem(
                        f"{at}-due",
                        f"Priority {n}, action {action.position}: the month has to be within the plan, {span}.",
                    )
                )
    return problems


def no_leader(cycle: Cycle) -> list[Problem]:
    """Return what is missing to ask the key leader for a signature."""
    if cycle.program.key_leader_name and cycle.program.key_leader_email:
        return []
    return [Problem("months", "Name the key leader and the e-mail address in the program's facts first.")]


def issue_plan(
    cycle_id: int,
    by_id: int,
    base_url: str,
    seen: str | None = None,
    send_to: str | None = None,
    open_seen: bool = True,
) -> Plan:
    """Freeze the plan and send the Statement to the key leader. Raises OutOfOrder or Refused with every problem.

    `seen` is the version of the draft that was read before: nobody issues words of somebody else unread. `send_to` is the
    address that was confirmed; to another one, or none, nothing is sent. None stands for the program's own. `open_seen`
    tells whether the presser has seen what is still open around the plan.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        plan, today = plan_of(cycle), local_today(cycle)
        if cycle.state is CycleState.VISITED:
            problems = not_ready(plan, rulebook_of(cycle).policy, today) + no_leader(cycle)
            if plan is not None and seen not in (None, str(plan.version)):
                changed = "The draft was changed after you opened the page. Read it as it is now, then issue it."
                problems.insert(0, Problem("overview", changed))
            problems += unsettled(cycle).problems(open_seen)
            if problems:
                raise Refused(problems)
        advance(cycle, CycleState.PLAN_ISSUED, today)
        if plan is None:
            raise Refused([Problem("months", "Save the plan first.")])
        keep_issue(cycle, plan, clock.now(), by_id)
        audit.record("plan issued", person_id=by_id, cycle_id=cycle.id, content_hash=plan.issued_hash)
        program = cycle.program
        tell_administrators(program, f"issued:{cycle.id}", "results-ready", link=f"{base_url}/programs/{program.id}")
        if send_to in (None, program.key_leader_email):
            post_statement(cycle, plan, program.key_leader_name, program.key_leader_email, base_url, by_id)
    return plan


def keep_issue(cycle: Cycle, plan: Plan, at: datetime, by_id: int | None, reason: str = "") -> PlanIssue:
    """Freeze the plan's rows as its next numbered issue, in the running transaction."""
    db.session.flush()  # the keys of new rows go into what is frozen
    plan.issued_at, plan.issued_by_id = at, by_id
    plan.issued_content, plan.issued_hash = freeze_plan(plan, rests_of(cycle, plan))
    issue = PlanIssue(
        plan_id=plan.id, number=newest_issue_number(plan) + 1, issued_at=at, issued_by_id=by_id, reason=reason,
        issued_content=plan.issued_content, issued_hash=plan.issued_hash,
    )  # fmt: skip
    db.session.add(issue)
    return issue


def freeze_plan(plan: Plan, rests: Mapping[str, RestsOn] | None = None) -> tuple[str, str]:
    """Return the canonical JSON of a plan, with the answers its priorities rest on by code, and its SHA-256."""
    content = canonical_json(content_of(plan, rests or {}))
    return content, hashlib.sha256(content.encode()).hexdigest()
