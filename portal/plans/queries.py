"""Reads plans, proposals and Statements."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, load_only

from portal.accounts.hashes import digest
from portal.assessments.amendments import copies_of
from portal.assessments.queries import assessment_of, scorecard_of, submission_of
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db
from rules.codec import canonical_json, read_json
from rules.plugininfo import RULES_API
from rules.results import Trace, Undetermined
from rules.scorecard import CORE
from rules.tiers import judge_priorities

from .covering import answers_changed, places_changed
from .models import Plan, PlanIssue, Statement
from .moving import move_up_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold an aim proposed for the plan; `helps` names the tier that its practices would help to reach."""

    title: str
    practices: tuple[str, ...]
    why: str
    safety: bool
    trace: Trace
    helps: str = ""
    noted: bool = False  # by the reviewer, as an area for improvement, not by a rule


def plan_of(cycle: Cycle) -> Plan | None:
    """Return the cycle's plan, once somebody saved one."""
    return db.session.scalar(select(Plan).where(Plan.cycle_id == cycle.id))


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the rules propose for a plan, and the rules that could not propose.

    Safety gaps come first; what only helps to reach the next tier comes last.
    """

    proposed: tuple[Proposal, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()
    copy: int = 1  # Submission.number of the answers they rest on

    def to_json(self) -> str:
        """Write the proposals; the same proposals always give the same bytes."""
        return canonical_json(self)


def proposals_for(cycle: Cycle) -> Proposals:
    """Return what the rules propose: as kept with the plan, else as they propose at this moment; nothing before submitting.

    What is kept with a draft rests on one copy of the answers; once they change, the rules propose anew.
    """
    if cycle.submitted_on is None:
        return Proposals()
    plan, number = plan_of(cycle), newest_number(cycle)
    kept = kept_proposals(plan)
    if plan is not None and kept is not None and (plan.issued_at is not None or kept.copy == number):
        return kept
    proposed, undetermined = judge_priorities(scorecard_of(cycle), assessment_of(cycle), rulebook_of(cycle))
    found = move_up_of(cycle)
    helps = {True: found.name, False: ""}
    made = [
        Proposal(
            one.title, one.practices, one.why, one.safety, one.trace,
            helps[not found.practices.isdisjoint(one.practices)],
        )
        for one in proposed
    ]  # fmt: skip
    named = {code for one in proposed for code in one.practices}
    made += [
        _helping(one.title, one.practice, f"{one.practice} is {one.reason}.", found.name)
        for one in (found.sets[0].practices if found.sets else ())
        if one.practice not in named
    ]
    return Proposals(tuple(made), undetermined, number)


def kept_proposals(plan: Plan | None) -> Proposals | None:
    """Return what is kept with a plan, also when it rests on answers that changed since."""
    return read_json(Proposals, plan.proposals) if plan is not None and plan.proposals else None


def newest_number(cycle: Cycle) -> int:
    """Return the number of the copy that counts; 0 before there is one."""
    copy = submission_of(cycle)
    return copy.number if copy is not None else 0


def _helping(title: str, code: str, why: str, tier: str) -> Proposal:
    """Propose a practice only because it would help to reach a tier."""
    return Proposal(title, (code,), why, False, Trace(CORE, str(RULES_API), "next-tier", (code,), why), tier)


def issues_of(plan: Plan | None) -> list[PlanIssue]:
    """Return the issues of a plan, the first one first."""
    if plan is None:
        return []
    mine = select(PlanIssue).where(PlanIssue.plan_id == plan.id).options(joinedload(PlanIssue.issued_by))
    return list(db.session.scalars(mine.order_by(PlanIssue.number)))


def newest_issue_number(plan: Plan) -> int:
    """Return the number of the issue that counts; 0 before the first."""
    return db.session.scalar(select(func.max(PlanIssue.number)).where(PlanIssue.plan_id == plan.id)) or 0


def issue_bound_by(cycle: Cycle, statement: Statement) -> PlanIssue | None:
    """Return the issue of the plan that a Statement asks to sign, or was signed over."""
    issues = issues_of(plan_of(cycle))
    if statement.answers_number:
        return next((issue for issue in issues if issue.issued_content == statement.plan_content), None)
    copies = copies_of(cycle)
    for issue in issues:
        if any(hash_over(copy.content_hash, issue) == statement.content_hash for copy in copies):
            return issue
    return None


def hash_over(answers_hash: str, plan: Plan | PlanIssue) -> str:
    """Return the hash that a signature carried before it covered the basis of the tier too."""
    return hashlib.sha256(f"{answers_hash}:{plan.issued_hash}".encode()).hexdigest()


def changed_since(cycle: Cycle, statement: Statement | None) -> tuple[str, ...]:
    """Name the places that differ from what a Statement asks to sign, or was signed over: answers by code, plan, basis."""
    if statement is None:
        return ()
    if statement.answers_number:
        return places_changed(cycle, statement)
    plan = plan_of(cycle)  # a Statement from before it kept more than its hash
    copies = copies_of(cycle) if plan is not None else []
    if plan is None or len(copies) < 2:
        return ()
    issues = issues_of(plan)
    bound = next(
        (one for one in copies for issue in issues if hash_over(one.content_hash, issue) == statement.content_hash),
        None,
    )
    return answers_changed(cycle, bound.number) if bound else ()


def signed_statement(cycle: Cycle) -> Statement | None:
    """Return the Statement that was signed last, once one was."""
    mine = select(Statement).where(Statement.cycle_id == cycle.id, Statement.signed_at.is_not(None))
    return db.session.scalar(mine.order_by(Statement.id.desc()).limit(1))


def statement_shown(cycle: Cycle) -> Statement | None:
    """Return the Statement that documents show: the one signed last, before that the one that waits."""
    return signed_statement(cycle) or open_statement(cycle)


def days_signed(cycle_ids: Collection[int]) -> dict[int, date]:
    """Return the day of each cycle's newest signature, by the cycle's id, in one query."""
    mine = select(Statement).where(Statement.cycle_id.in_(cycle_ids), Statement.signed_at.is_not(None))
    days = load_only(Statement.cycle_id, Statement.signed_on, Statement.signed_at)  # the rest holds whole plans
    found = db.session.scalars(mine.options(days).order_by(Statement.id))
    return {one.cycle_id: one.day_signed for one in found if one.day_signed is not None}


def may_be_signed(cycle: Cycle) -> bool:
    """Tell whether a key leader can be asked to sign now: once the plan is issued, and again after a mini-review."""
    return cycle.state is CycleState.PLAN_ISSUED or signs_again(cycle)


def signs_again(cycle: Cycle) -> bool:
    """Tell whether the rules want the Statement signed again after the mini-review that was held, and it is not yet."""
    if cycle.mini_review_done_on is None:
        return False  # as nearly always, without a question to the database
    signed = signed_statement(cycle)
    return signed is not None and again_since(cycle, signed.day_signed) is not None


def again_since(cycle: Cycle, signed_on: date | None) -> date | None:
    """Return the day of the mini-review after which the Statement, last signed on this day, has to be signed again."""
    held = cycle.mini_review_done_on
    if cycle.state not in (CycleState.SIGNED, CycleState.RECOGNIZED) or held is None:
        return None
    wanted = rulebook_of(cycle).policy.sign_again_at_mini_review
    return held if wanted and signed_on is not None and signed_on < held else None


def statement_by_token(token: str) -> Statement | None:
    """Return the Statement a link opens, also a used or withdrawn one."""
    return db.session.scalar(select(Statement).where(Statement.token_hash == digest(token)))


def open_statement(cycle: Cycle) -> Statement | None:
    """Return the Statement that waits for its signature, also when the answers changed since it was sent."""
    waiting = (Statement.cycle_id == cycle.id) & Statement.withdrawn_at.is_(None) & Statement.signed_at.is_(None)
    return db.session.scalar(select(Statement).where(waiting))


def later_statement(statement: Statement) -> Statement | None:
    """Return the newest Statement of the same cycle that came after this one."""
    later = select(Statement).where(Statement.cycle_id == statement.cycle_id, Statement.id > statement.id)
    return db.session.scalar(later.order_by(Statement.id.desc()).limit(1))
