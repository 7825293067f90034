"""Which reminders the portal sends: counted from anchors by each cycle's own policy, gone as soon as the step is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from portal.accounts.models import Membership
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.followup.models import CheckIn
from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.languages import Phrase, Value
from portal.foundation.outbox import address_of
from portal.letters.reminders import Wanted
from portal.partnerships.models import Partnership
from portal.partnerships.queries import current_rulebook
from portal.plans.models import Plan, PlanAction, Priority
from portal.programs.models import Program
from portal.requests.models import GateSignature
from portal.reviews.models import Review
from rules.duties import Due, add_months, due_dates
from rules.policy import Policy

TO_STAFF = {"contact": "remind-contact", "visit": "remind-visit", "results": "remind-results",
            "check_in": "remind-check-in", "mini_review": "remind-mini-review"}  # fmt: skip


def reminders_of(partnership: Partnership) -> Iterator[Wanted]:
    """Return every reminder a partnership's programs and staff would get, whenever its day is."""
    newest = {one.program_id: one for one in db.session.scalars(_cycles(partnership.id).order_by(Cycle.number))}
    cycles = list(newest.values())
    people = _people(partnership.id)
    yield from _of_cycles([cycle for cycle in cycles if cycle.closed_on is None], people, partnership)
    yield from _of_actions(cycles, people)
    yield from _of_agreements(partnership, people)


def _cycles(partnership_id: int) -> Select[Cycle]:
    return select(Cycle).join(Program, Program.id == Cycle.program_id).where(Program.partnership_id == partnership_id)


class _People:
    """Who is reminded: a program's administrators, and the reviewer or else all staff."""

    def __init__(self, staff: Sequence[int], administrators: dict[int, tuple[int, ...]]) -> None:
        self.staff, self.administrators = tuple(staff), administrators

    def of(self, program_id: int) -> tuple[int, ...]:
        """Return the program's administrators."""
        return self.administrators.get(program_id, ())

    def at_work(self, reviewer_id: int | None) -> tuple[int, ...]:
        """Return the reviewer while they are staff, else everybody there."""
        return (reviewer_id,) if reviewer_id in self.staff and reviewer_id is not None else self.staff


def _people(partnership_id: int) -> _People:
    mine = (Membership.partnership_id == partnership_id, Membership.person_id.is_not(None))
    staff = list(
        db.session.scalars(select(Membership.person_id).where(*mine).distinct().order_by(Membership.person_id))
    )
    rows = db.session.execute(
        select(Membership.program_id, Membership.person_id)
        .join(Program, Program.id == Membership.program_id)
        .where(Program.partnership_id == partnership_id, Membership.role == Role.PROGRAM_ADMINISTRATOR)
        .order_by(Membership.person_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for program_id, person_id in rows:
        if program_id is not None:
            found[program_id] = (*found.get(program_id, ()), person_id)
    return _People(staff, found)


def _of_cycles(cycles: Sequence[Cycle], people: _People, partnership: Partnership) -> Iterator[Wanted]:
    ids = [cycle.id for cycle in cycles]
    done: dict[int, tuple[int, ...]] = {}
    for cycle_id, month in db.session.execute(select(CheckIn.cycle_id, CheckIn.month).where(CheckIn.cycle_id.in_(ids))):
        done[cycle_id] = (*done.get(cycle_id, ()), month)
    given = select(Review.cycle_id, Review.reviewer_id).where(Review.cycle_id.in_(ids))
    reviewers = {cycle_id: reviewer_id for cycle_id, reviewer_id in db.session.execute(given)}  # noqa: C416 (rows are no pairs to dict)
    today = clock.local_day(partnership.time_zone)
    for cycle in cycles:
        policy = rulebook_of(cycle).policy
        for due in due_dates(policy, cycle.facts(today, done.get(cycle.id, ()))):
            if due.kind in TO_STAFF:
                yield _to_staff(cycle, due, policy, people.at_work(reviewers.get(cycle.id)))
            elif (found := _to_program(cycle, due, people.of(cycle.program_id))) is not None:
                yield found


def _to_staff(cycle: Cycle, due: Due, policy: Policy, people: tuple[int, ...]) -> Wanted:
    last = due.until or due.on
    fields: dict[str, Value] = {"link": address_of(f"/programs/{cycle.program_id}")}
    if due.kind == "check_in" and cycle.plan_issued_on is not None:
        issued = cycle.plan_issued_on
        fields["months"] = next(one for one in policy.check_in_months if add_months(issued, one) == due.on)
    return Wanted(
        TO_STAFF[due.kind], f"cycle:{cycle.id}", cycle.program_id, cycle.program.name, last,
        last - timedelta(days=policy.reminder_days), people, fields,
    )  # fmt: skip


def _to_program(cycle: Cycle, due: Due, people: tuple[int, ...]) -> Wanted | None:
    """Remind a program of what is past its time."""
    program, last = cycle.program, due.until or due.on
    after = last + timedelta(days=1)
    fields: dict[str, Value] = {"partnership": program.partnership.name, "link": address_of(f"/programs/{program.id}")}
    if due.kind == "advised_finish":
        fields["link"] = address_of(f"/cycles/{cycle.id}")
        return _wanted("remind-self-assessment", cycle, last, after, people, fields)
    if due.kind == "statement":
        return _wanted("remind-statement", cycle, last, after, people, fields)
    return None  # the room of the follow-up invites to renew


def _wanted(kind: str, cycle: Cycle, due: date, on: date, people: tuple[int, ...], fields: dict[str, Value]) -> Wanted:
    return Wanted(kind, f"cycle:{cycle.id}", cycle.program_id, cycle.program.name, due, on, people, fields)


def _of_actions(cycles: Sequence[Cycle], people: _People) -> Iterator[Wanted]:
    """Remind of a plan's steps on the first day of the month in which they are due."""
    at = {cycle.id: cycle for cycle in cycles if cycle.plan_issued_on is not None and cycle.closed_on is None}
    rows = db.session.execute(
        select(Plan.cycle_id, PlanAction.due_month)
        .join(Priority, Priority.plan_id == Plan.id)
        .join(PlanAction, PlanAction.priority_id == Priority.id)
        .where(Plan.cycle_id.in_(at), PlanAction.done_on.is_(None), PlanAction.due_month.is_not(None))
        .order_by(Plan.cycle_id, PlanAction.due_month)
    )
    counts: dict[tuple[int, date], int] = {}
    for cycle_id, month in rows:
        if month is not None:
            counts[cycle_id, month] = counts.get((cycle_id, month), 0) + 1
    for (cycle_id, month), count in counts.items():
        cycle, first = at[cycle_id], month.replace(day=1)
        fields: dict[str, Value] = {"count": count, "link": address_of(f"/programs/{cycle.program_id}")}
        last = add_months(first, 1) - timedelta(days=1)
        yield _wanted("remind-actions", cycle, last, first, people.of(cycle.program_id), fields)


def _of_agreements(partnership: Partnership, people: _People) -> Iterator[Wanted]:
    """Remind a program of an agreement that still lacks a signature."""
    rows = db.session.execute(
        select(GateSignature, Program)
        .join(Program, Program.id == GateSignature.program_id)
        .where(Program.partnership_id == partnership.id)
        .where(GateSignature.signed_at.is_(None), GateSignature.withdrawn_at.is_(None))
        .order_by(GateSignature.id)
    ).all()
    if not rows:
        return
    policy = current_rulebook(partnership).policy
    titles = {gate.key: gate.title for gate in policy.gates}
    first: dict[tuple[int, str], tuple[GateSignature, Program]] = {}
    for signature, program in rows:
        if signature.gate_key in titles and signature.gate_key not in program.gates_passed:
            first.setdefault((program.id, signature.gate_key), (signature, program))
    for signature, program in first.values():
        sent_on = signature.sent_at.astimezone(ZoneInfo(partnership.time_zone)).date()
        due = sent_on + timedelta(weeks=policy.statement_weeks)
        fields: dict[str, Value] = {
            "title": Phrase(titles[signature.gate_key]), "link": address_of(f"/programs/{program.id}/gates"),
        }  # fmt: skip
        yield Wanted(
            "remind-agreement", f"program:{program.id}:{signature.gate_key}"[:100], program.id, program.name, due,
            due + timedelta(days=1), people.of(program.id), fields,
        )  # fmt: skip
