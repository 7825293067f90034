"""Storing a plan's draft: never blocked, never lost, never over a newer one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused, StaleVersion
from portal.foundation.versions import SaveKey, renamed, save_key
from portal.plans.forms import ActionDraft, PlanDraft, read_month, unreadable
from portal.plans.models import Plan, PlanAction, PlanVersion, Priority, new_key
from portal.plans.queries import kept_proposals, newest_number, plan_of, proposals_for
from portal.resources.queries import library_of

KEY = re.compile(r"[0-9a-z]{1,20}")


class PlanChanged(StaleVersion):
    """Somebody stored a newer draft; both are kept."""


def save_plan(
    cycle_id: int,
    draft: PlanDraft,
    version: object,
    save_id: object,
    by_id: int,
    unanswered: object = "",
    ask: bool = True,
) -> Plan:
    """Store a draft, however incomplete. Raises Refused, OutOfOrder, SaveNotReadable or PlanChanged.

    `unanswered` names the sender's saves whose replies never arrived: what one of them stored is no other person's text.
    `ask` lets the rules propose where nothing they proposed is kept; a save while somebody types need not wait for that.
    """
    key = save_key(version, save_id, unanswered)
    proposed, asked = _ask(cycle_id) if ask else ("", None)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if cycle.submitted_on is None:
            raise OutOfOrder("A plan can be written once the program has submitted. Nothing was stored.")
        issued = cycle.plan_issued_on is not None
        if problems := unreadable(draft, rulebook_of(cycle).catalogue):
            raise Refused(problems)
        plan = plan_of(cycle)
        if plan is None and issued:
            raise OutOfOrder("The plan was issued, so it no longer changes. Nothing was stored.")
        if plan is None:
            plan = Plan(cycle_id=cycle.id, version=0, saved_at=clock.now())
            db.session.add(plan)
            db.session.flush()
        stale = _keep(plan, draft, key, by_id, closed=issued)
        if proposed and (cycle.rulebook, newest_number(cycle)) == asked:
            plan.proposals = proposed
        if stale is False:
            fill_plan(plan, draft)
            audit.record("plan saved", person_id=by_id, cycle_id=cycle.id, version=plan.version)
        if stale and issued:
            audit.record("plan text after issue kept aside", person_id=by_id, cycle_id=cycle.id)
    if stale and issued:
        raise OutOfOrder("The plan was issued, so it no longer changes. Your text is kept in its history.")
    if stale:
        raise PlanChanged("Somebody else saved the plan while you were writing. Both are kept.")
    return plan


def _ask(cycle_id: int) -> tuple[str, object]:
    """Ask the rules, outside the write, what they propose, unless that is kept already or one of them cannot judge.

    Returns what to keep, and the rules and the copy of the answers it rests on.
    """
    with reading() as session:
        cycle = session.get_one(Cycle, cycle_id)
        plan = plan_of(cycle)
        kept, number = kept_proposals(plan), newest_number(cycle)
        if cycle.submitted_on is None or cycle.plan_issued_on or (kept is not None and kept.copy == number):
            return "", None
        found, asked = proposals_for(cycle), (cycle.rulebook, number)
    return ("" if found.undetermined else found.to_json()), asked


def _keep(plan: Plan, draft: PlanDraft, sent: SaveKey, by_id: int, closed: bool) -> bool | None:
    """Write the draft into the history; return whether it came too late, or None when it was stored before."""
    content, seen, key = draft.as_dict(), sent.version, sent.id
    again = _sent_before(plan.id, key)
    if again is not None and again.content != content:
        key = renamed(key, content)
        again = _sent_before(plan.id, key)
    if again is not None:
        return True if again.refused else None
    if not closed and _stored(plan) == content:
        return None  # this text is what is stored already
    own = plan.saved_by_id == by_id and plan.save_id in sent.unanswered
    stale = closed or (seen != plan.version and not own)
    number = seen + 1 if stale else plan.version + 1
    db.session.add(
        PlanVersion(
            plan_id=plan.id,
            version=number,
            save_id=key,
            saved_at=clock.now(),
            saved_by_id=by_id,
            content=content,
            refused=stale,
        )
    )
    if not stale:
        plan.version, plan.save_id, plan.saved_at, plan.saved_by_id = number, key, clock.now(), by_id
    return stale


def _stored(plan: Plan) -> dict[str, Any] | None:
    mine = select(PlanVersion.content).where(PlanVersion.plan_id == plan.id, PlanVersion.refused.is_(False))
    return db.session.scalar(mine.order_by(PlanVersion.version.desc()).limit(1))


def _sent_before(plan_id: int, key: str) -> PlanVersion | None:
    return db.session.scalar(select(PlanVersion).where(PlanVersion.plan_id == plan_id, PlanVersion.save_id == key))


def fill_plan(plan: Plan, draft: PlanDraft) -> None:
    """Lay a draft into the plan's rows; a priority or an action that was there before stays the same row."""
    plan.months = int(draft.months) if draft.months else None
    plan.overview = draft.overview
    plan.strengths, plan.improvements = dict(draft.strengths), dict(draft.improvements)
    keys = {one.title: one.key for one in library_of(plan.cycle.program.partnership, rulebook_of(plan.cycle))}
    known = {one.key: one for one in plan.priorities}
    priorities: list[Priority] = []
    for n, typed in enumerate(draft.priorities, 1):
        taken = {other.key for other in priorities}
        mark = typed.key if KEY.fullmatch(typed.key) and typed.key not in taken else new_key()
        one = known.pop(mark, None) or Priority(key=mark)
        one.position, one.title, one.why, one.practice_codes = n, typed.title, typed.why, typed.code_list
        _fill_actions(one, typed.actions, keys)
        priorities.append(one)
    plan.priorities = priorities


def _fill_actions(priority: Priority, typed: tuple[ActionDraft, ...], keys: Mapping[str, str]) -> None:
    """Lay the actions in; a row that the page did not know yet is the one that stood in its place, if nothing else is."""
    known, named = {one.key: one for one in priority.actions}, {step.key for step in typed}
    by_place = {one.position: one.key for one in priority.actions if one.key not in named}
    actions = []
    for k, step in enumerate(typed, 1):
        one = known.pop(step.key or by_place.get(k, ""), None) or PlanAction(key=new_key())
        one.position, one.text, one.owner = k, step.text, step.owner
        kept = one.resource_key if one.resource == step.resource else ""  # of one that was retired or renamed since
        one.due_month, one.resource = read_month(step.due), step.resource
        one.resource_key = keys.get(step.resource, kept or "")
        actions.append(one)
    priority.actions = actions
