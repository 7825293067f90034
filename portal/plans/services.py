"""Writing, issuing and signing. A draft is never blocked; issuing checks every limit; what is issued no longer changes."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import date

from sqlalchemy import select

from portal.accounts.queries import administrators_of_program, staff_of_partnership
from portal.assessments.queries import submission_of
from portal.assessments.services import save_key
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.foundation import audit, clock, outbox
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused, StaleVersion
from portal.foundation.versions import renamed
from rules.policy import Policy, add_months

from .forms import PlanDraft, read_month, unreadable
from .models import Plan, PlanAction, PlanVersion, Priority, Statement
from .queries import open_statement, plan_of, statement_by_token


class PlanChanged(StaleVersion):
    """Somebody stored a newer draft; both are kept."""


class LinkOver(DomainError):
    """The link to the Statement was used, withdrawn, or never was."""


def save_plan(cycle_id: int, draft: PlanDraft, version: object, save_id: object, by_id: int) -> Plan:
    """Store a draft, however incomplete. Raises Refused, OutOfOrder, SaveNotReadable or PlanChanged."""
    seen, key = save_key(version, save_id)
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
        stale = _keep(plan, draft, seen, key, by_id, closed=issued)
        if stale is False:
            _fill(plan, draft)
            audit.record("plan saved", person_id=by_id, cycle_id=cycle.id, version=plan.version)
    if stale and issued:
        raise OutOfOrder("The plan was issued, so it no longer changes. Your text is kept in its history.")
    if stale:
        raise PlanChanged("Somebody else saved the plan while you were writing. Both are kept.")
    return plan


def _keep(plan: Plan, draft: PlanDraft, seen: int, key: str, by_id: int, closed: bool) -> bool | None:
    """Write the draft into the history; return whether it came too late, or None when it was stored before."""
    content = draft.as_dict()
    again = _sent_before(plan.id, key)
    if again is not None and again.content != content:
        key = renamed(key, content)
        again = _sent_before(plan.id, key)
    if again is not None:
        return True if again.refused else None
    stale = closed or seen != plan.version
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


def _sent_before(plan_id: int, key: str) -> PlanVersion | None:
    return db.session.scalar(select(PlanVersion).where(PlanVersion.plan_id == plan_id, PlanVersion.save_id == key))


def _fill(plan: Plan, draft: PlanDraft) -> None:
    plan.months = int(draft.months) if draft.months else None
    plan.overview = draft.overview
    plan.strengths, plan.improvements = dict(draft.strengths), dict(draft.improvements)
    plan.priorities = [
        Priority(
            position=n,
            title=one.title,
            why=one.why,
            practice_codes=one.code_list,
            actions=[
                PlanAction(position=k, text=a.text, owner=a.owner, due_month=read_month(a.due))
                for k, a in enumerate(one.actions, 1)
            ],
        )
        for n, one in enumerate(draft.priorities, 1)
    ]


def not_ready(plan: Plan | None, policy: Policy, today: date) -> list[Problem]:
    """Return everything that keeps a plan from being issued (NQMS: 3-5 priorities, 6-24 months, by policy)."""
    if plan is None:
        return [Problem("months", "Save the plan first.")]
    problems = []
    if plan.months is None or not policy.min_months <= plan.months <= policy.max_months:
        problems.append(Problem("months", f"A plan runs for {policy.min_months} to {policy.max_months} months."))
    if not policy.min_priorities <= len(plan.priorities) <= policy.max_priorities:
        problems.append(
            Problem(
                "p1-title",
                f"A plan has {policy.min_priorities} to {policy.max_priorities} priorities; this one has {len(plan.priorities)}.",
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
        for person in administrators_of_program(program.id):
            _post(
                cycle,
                f"issued:{cycle.id}:{person.id}",
                person.name,
                person.email,
                f"Results are ready: {program.name}",
                f"{program.partnership.name} has finished its results for {program.name}. Please sign in to read them:\n{base_url}/programs/{program.id}\n",
            )
        _send_statement(cycle, plan, program.key_leader_name, program.key_leader_email, base_url)
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


def signed_hash(cycle: Cycle, plan: Plan) -> str:
    """Return the hash a signature covers: the submitted answers and the issued plan."""
    submission = submission_of(cycle)
    both = f"{submission.content_hash if submission else ''}:{plan.issued_hash}"
    return hashlib.sha256(both.encode()).hexdigest()


def send_statement(cycle_id: int, name: str, email: str, by_id: int, base_url: str) -> None:
    """Send a new link and withdraw the old one. Raises OutOfOrder or Refused."""
    name, email = " ".join(name.split()), email.strip()
    problems = []
    if not _one_line(name):
        problems.append(Problem("leader_name", "Enter the key leader's name, in at most 200 characters."))
    local, _, host = email.rpartition("@")
    if not local or "." not in host or len(email) > 254 or not email.isprintable() or any(c in " <>,;" for c in email):
        problems.append(Problem("leader_email", "Enter an e-mail address like name@example.org."))
    if problems:
        raise Refused(problems)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        plan = plan_of(cycle)
        if cycle.state is not CycleState.PLAN_ISSUED or plan is None:
            raise OutOfOrder("The Statement can be sent after the plan is issued and until it is signed.")
        old = open_statement(cycle)
        if old is not None:
            old.withdrawn_at = clock.now()
        _send_statement(cycle, plan, name, email, base_url)
        audit.record("statement sent", person_id=by_id, cycle_id=cycle.id)


def _send_statement(cycle: Cycle, plan: Plan, name: str, email: str, base_url: str) -> None:
    token, program = secrets.token_urlsafe(32), cycle.program
    digest = hashlib.sha256(token.encode()).hexdigest()
    db.session.add(
        Statement(
            cycle_id=cycle.id, token_hash=digest, leader_name=name, leader_email=email,
            sent_at=clock.now(), content_hash=signed_hash(cycle, plan),
        )
    )  # fmt: skip
    _post(
        cycle,
        f"statement:{digest[:24]}",
        name,
        email,
        f"Please sign: Statement of Accuracy for {program.name}",
        f"{program.partnership.name} asks you, as a key leader, to read and sign the Statement of Accuracy for {program.name}. "
        f"You need no account. The link is personal and works once:\n{base_url}/statement/{token}\n",
    )


def _post(cycle: Cycle, key: str, name: str, email: str, subject: str, text: str) -> None:
    outbox.post(
        key,
        to_name=name,
        to_email=email,
        partnership_id=cycle.program.partnership_id,
        subject=subject,
        text=f"Hello {name},\n\n{text}",
    )


def _one_line(text: str) -> bool:
    return 0 < len(text) <= 200 and text.isprintable()


def open_link(token: str) -> Statement:
    """Return the Statement a link opens. Raises LinkOver."""
    found = statement_by_token(token)
    if found is None or found.withdrawn_at is not None:
        raise LinkOver("This link does not work any more. Please ask the partnership for a new one.")
    if found.signed_at is not None:
        raise LinkOver("This Statement is signed already. Thank you; there is nothing more to do.")
    return found


def sign(token: str, name: str, title: str, confirmed: bool, base_url: str) -> Statement:
    """Sign the Statement, once. Raises LinkOver, OutOfOrder or Refused with every problem; typed text stays with the caller."""
    name, title = " ".join(name.split()), " ".join(title.split())
    problems = []
    if not _one_line(name):
        problems.append(Problem("name", "Enter your name, in at most 200 characters."))
    if not _one_line(title):
        problems.append(
            Problem("title", "Enter your title, for example executive director, in at most 200 characters.")
        )
    if not confirmed:
        problems.append(Problem("confirm", "Tick the box to confirm."))
    with unit_of_work():
        cycle = load_for_change(open_link(token).cycle_id)
        db.session.expire_all()  # a link withdrawn or used while this waited for the lock is over
        found = open_link(token)
        if problems:
            raise Refused(problems)
        plan = plan_of(cycle)
        if plan is None or signed_hash(cycle, plan) != found.content_hash:
            raise LinkOver(
                "What this link asks you to sign has changed since. Please ask the partnership for a new link."
            )
        advance(cycle, CycleState.SIGNED, local_today(cycle))
        found.signed_at, found.signer_name, found.signer_title = clock.now(), name, title
        audit.record("statement signed", cycle_id=cycle.id, content_hash=found.content_hash)
        for person in staff_of_partnership(cycle.program.partnership_id):
            _post(
                cycle,
                f"signed:{found.id}:{person.id}",
                person.name,
                person.email,
                f"Signed: {cycle.program.name}",
                f"The Statement of Accuracy of {cycle.program.name} is signed. The recognition can be decided now:\n{base_url}/cycles/{cycle.id}/recognition\n",
            )
    return found
