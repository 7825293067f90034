"""Issuing a plan again: a new number with a reason, the earlier issues kept as they were."""

from __future__ import annotations

from sqlalchemy import select

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused, StaleVersion
from portal.foundation.versions import own_id
from portal.plans.contents import read_content
from portal.plans.differences import differences
from portal.plans.forms import LONGEST, PlanDraft, unreadable
from portal.plans.models import Plan, PlanIssue, PlanVersion
from portal.plans.queries import issues_of, may_be_signed, open_statement, plan_of
from portal.plans.resting import content_of, rests_of
from portal.programs.mails import tell_administrators

from .drafts import fill_plan
from .issuing import keep_issue, not_ready
from .statements import post_statement

AGAIN = (CycleState.PLAN_ISSUED, CycleState.SIGNED, CycleState.RECOGNIZED)


class IssuedMeanwhile(StaleVersion):
    """Somebody issued the plan again after this text was begun; both are kept."""


def reissue_plan(
    cycle_id: int,
    draft: PlanDraft,
    reason: str,
    seen: int,
    save_id: str,
    by_id: int,
    base_url: str,
    extra_months: int = 0,
) -> PlanIssue:
    """Issue a changed plan under the next number. Raises Refused with every problem, OutOfOrder or IssuedMeanwhile.

    `seen` is the number of the issue that the writer's page showed; the same form sent twice makes one issue. Months are
    counted from the day of the first issue, and `extra_months` were granted beyond the most that the policy allows.
    A Statement that is signed stays bound to the issue it was signed over; one that waits is sent anew.
    """
    reason, late = reason.strip(), False
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        plan, anchor = plan_of(cycle), cycle.plan_issued_on
        if cycle.state not in AGAIN or plan is None or anchor is None:
            raise OutOfOrder(
                "A plan can be issued again from its first issue until the cycle is closed. Nothing was changed."
            )
        newest = issues_of(plan)[-1]
        if newest.number != seen:
            if newest.number == seen + 1 and _is_last(plan, draft) and newest.reason == reason:
                return newest  # the button was pressed twice
            late = True
            _keep(plan, draft, save_id, by_id, refused=True)
        else:
            issue = _issue(cycle, plan, draft, reason, by_id, extra_months, newest)
            _keep(plan, draft, save_id, by_id, refused=False)
            audit.record("plan issued again", person_id=by_id, cycle_id=cycle.id, number=issue.number)
            _tell(cycle, plan, issue, base_url)
    if late:
        raise IssuedMeanwhile(
            "Somebody issued the plan again while you were writing. Your text is kept in its history."
        )
    return issue


def _issue(
    cycle: Cycle, plan: Plan, draft: PlanDraft, reason: str, by_id: int, extra_months: int, newest: PlanIssue
) -> PlanIssue:
    rulebook = rulebook_of(cycle)
    problems = unreadable(draft, rulebook.catalogue)
    if not reason or len(reason) > LONGEST or "\x00" in reason:
        problems.append(Problem("reason", f"Say in at most {LONGEST:,} characters why the plan is issued again."))
    if problems:
        raise Refused(problems)
    fill_plan(plan, draft)
    db.session.flush()
    if cycle.plan_issued_on and (wrong := not_ready(plan, rulebook.policy, cycle.plan_issued_on, extra_months)):
        raise Refused(wrong)
    if not differences(read_content(newest.issued_content), content_of(plan, rests_of(cycle, plan))):
        raise Refused([Problem("reason", f"Nothing is different from issue {newest.number}, so nothing was issued.")])
    return keep_issue(cycle, plan, clock.now(), by_id, reason)


def _is_last(plan: Plan, draft: PlanDraft) -> bool:
    mine = select(PlanVersion.content).where(PlanVersion.plan_id == plan.id, PlanVersion.version == plan.version)
    return db.session.scalar(mine.where(PlanVersion.refused.is_(False))) == draft.as_dict()


def _keep(plan: Plan, draft: PlanDraft, save_id: str, by_id: int, refused: bool) -> None:
    """Write the text into the plan's history."""
    key = own_id(save_id)
    if db.session.scalar(select(PlanVersion.id).where(PlanVersion.plan_id == plan.id, PlanVersion.save_id == key)):
        key = own_id("")
    number = plan.version + 1
    db.session.add(
        PlanVersion(
            plan_id=plan.id, version=number, save_id=key, saved_at=clock.now(), saved_by_id=by_id,
            content=draft.as_dict(), refused=refused,
        )
    )  # fmt: skip
    if not refused:
        plan.version, plan.save_id, plan.saved_at, plan.saved_by_id = number, key, clock.now(), by_id


def _tell(cycle: Cycle, plan: Plan, issue: PlanIssue, base_url: str) -> None:
    program = cycle.program
    link = f"{base_url}/programs/{program.id}"
    tell_administrators(program, f"issued:{cycle.id}:{issue.number}", "plan-changed", link=link)
    if may_be_signed(cycle) and (old := open_statement(cycle)) is not None:
        old.withdrawn_at = clock.now()
        post_statement(cycle, plan, old.leader_name, old.leader_email, base_url)
