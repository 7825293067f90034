"""Gathers what a program's page and a partnership's desk show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from portal.accounts.models import Membership
from portal.assessments.amendments import under_way_in
from portal.assessments.models import Amendment, StoredAnswer
from portal.assessments.queries import Progress, progress_of
from portal.cycles.agreed import agreed_days, with_agreed
from portal.cycles.explaining import Explainer, plugins_not_at_hand
from portal.cycles.models import Cycle, CycleMove
from portal.cycles.queries import cycles_of, local_today, moves_of, not_under_way, rulebook_of, verdict_at_start
from portal.followup.models import CheckIn
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.partnerships.queries import current_rulebook
from portal.plans.models import Plan, Statement
from portal.plans.queries import changed_since
from portal.programs.models import Program
from portal.programs.queries import eligibility_of
from portal.recognition.duties import of_closed, with_award
from portal.recognition.models import Award
from portal.recognition.queries import AwardShown, award_shown
from portal.recognition.withholding import Withheld, withheld_of
from rules.answers import Answer
from rules.duties import Due, due_dates
from rules.eligibility import Eligibility


@dataclass(frozen=True, slots=True)
class Life:
    """One cycle with everything a page says about it."""

    cycle: Cycle
    progress: Progress | None  # while the self-assessment is in progress
    duties: tuple[Due, ...]
    plan: Plan | None
    statement: Statement | None
    award: Award | None
    check_ins: tuple[CheckIn, ...]
    today: date
    amending: Amendment | None = None  # a request that waits, or practices open for changes


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One program on the partnership's desk."""

    program: Program
    life: Life | None
    verdict: Eligibility | None  # told while there is no cycle
    award: Award | None  # the newest; it may come from an earlier cycle


def lives_of(cycles: list[Cycle]) -> dict[int, Life]:
    """Read everything about these cycles in a fixed number of queries."""
    ids = [cycle.id for cycle in cycles]
    plans = {plan.cycle_id: plan for plan in db.session.scalars(select(Plan).where(Plan.cycle_id.in_(ids)))}
    awards = {award.cycle_id: award for award in db.session.scalars(select(Award).where(Award.cycle_id.in_(ids)))}
    open_statements = select(Statement).where(Statement.cycle_id.in_(ids), Statement.withdrawn_at.is_(None))
    signed_last = Statement.signed_at.is_not(None), Statement.id  # one that is signed wins over a newer one that waits
    statements = {one.cycle_id: one for one in db.session.scalars(open_statements.order_by(*signed_last))}
    check_ins: dict[int, list[CheckIn]] = {}
    for one in db.session.scalars(select(CheckIn).where(CheckIn.cycle_id.in_(ids)).order_by(CheckIn.month)):
        check_ins.setdefault(one.cycle_id, []).append(one)
    answers: dict[int, dict[str, Answer]] = {}
    drafts = [cycle.id for cycle in cycles if cycle.submitted_on is None]
    for row in db.session.scalars(select(StoredAnswer).where(StoredAnswer.cycle_id.in_(drafts))):
        answers.setdefault(row.cycle_id, {})[row.practice_code] = Answer.from_dict(row.content)
    amending, agreed, found = under_way_in(ids), agreed_days(ids), {}
    for cycle in cycles:
        rulebook, today = rulebook_of(cycle), local_today(cycle)
        mine = tuple(check_ins.get(cycle.id, ()))
        done = tuple(one.month for one in mine)
        draft = cycle.submitted_on is None
        dues = not_under_way(cycle, due_dates(rulebook.policy, cycle.facts(today, done)))
        dues = with_agreed(dues, agreed.get(cycle.id))
        found[cycle.id] = Life(
            cycle, progress_of(rulebook.catalogue, answers.get(cycle.id, {})) if draft else None,
            with_award(dues, awards.get(cycle.id)) if cycle.closed_on is None else of_closed(awards.get(cycle.id)),
            plans.get(cycle.id), statements.get(cycle.id), awards.get(cycle.id), mine, today,
            amending.get(cycle.id),
        )  # fmt: skip
    return found


def lives_of_program(program: Program) -> list[Life]:
    """Return the program's cycles, newest first; the newest has the end of an earlier one's recognition among its duties."""
    cycles = cycles_of(program.id)
    by_id = lives_of(cycles)
    found = [by_id[cycle.id] for cycle in cycles]
    earlier = tuple(due for life in found[1:] for due in life.duties if due.kind in ("expiry", "appeal"))
    if earlier:
        duties = sorted((*found[0].duties, *earlier), key=lambda due: (due.on, due.until or due.on, due.kind))
        found[0] = replace(found[0], duties=tuple(duties))
    return found


@dataclass(frozen=True, slots=True)
class AboutCycle:
    """What a program's page tells of the rules behind its newest cycle."""

    verdict: Eligibility | None  # as judged when access was given
    explain: Explainer
    moves: tuple[CycleMove, ...]
    gone: tuple[str, ...]  # told to staff alone: plugins that cannot judge here any more
    changed: tuple[str, ...]  # answers that differ from what the Statement was sent or signed over
    shown: AwardShown | None
    withheld: Withheld | None  # a partnership administrator decided that there is no recognition for now


def about_cycle(life: Life, staff: bool) -> AboutCycle:
    """Gather why a cycle could begin, how its rules changed, and what it was recognized for."""
    cycle, rulebook = life.cycle, rulebook_of(life.cycle)
    return AboutCycle(
        verdict_at_start(cycle), Explainer(rulebook), tuple(moves_of(cycle)),
        plugins_not_at_hand(rulebook) if staff and life.award is None else (), changed_since(cycle, life.statement),
        award_shown(cycle, life.award) if life.award else None, withheld_of(cycle),
    )  # fmt: skip


def comparable(lives: list[Life]) -> list[Cycle]:
    """Return the submitted cycles, newest first, when there are two to compare; else none."""
    submitted = [life.cycle for life in lives if life.cycle.submitted_on]
    return submitted if len(submitted) > 1 else []


def desk_rows(partnership: Partnership) -> list[DeskRow]:
    """Return every program with its newest cycle, what is late or due first on top."""
    programs = list(
        db.session.scalars(select(Program).where(Program.partnership_id == partnership.id).order_by(Program.name))
    )
    cycles = list(
        db.session.scalars(select(Cycle).where(Cycle.program_id.in_([p.id for p in programs])).order_by(Cycle.number))
    )
    newest = {cycle.program_id: cycle for cycle in cycles}
    at = {cycle.id: cycle.program_id for cycle in cycles}
    earned = select(Award).where(Award.cycle_id.in_(at)).order_by(Award.awarded_on)
    awards = {at[one.cycle_id]: one for one in db.session.scalars(earned)}
    found = lives_of(list(newest.values()))
    rulebook = current_rulebook(partnership)
    rows = []
    for program in programs:
        cycle = newest.get(program.id)
        verdict = None if cycle else eligibility_of(program, rulebook)
        rows.append(DeskRow(program, found[cycle.id] if cycle else None, verdict, awards.get(program.id)))
    return sorted(rows, key=lambda row: _first_due(row.life))


def _first_due(life: Life | None) -> date:
    duties = [due.until or due.on for due in life.duties] if life else []
    return min(duties, default=date.max)


def places_of(memberships: Iterable[Membership]) -> list[tuple[str, str, int]]:
    """Return the person's places: kind, name, id; partnerships first."""
    held = list(memberships)
    partnerships = select(Partnership).where(Partnership.id.in_([m.partnership_id for m in held if m.partnership_id]))
    programs = select(Program).where(Program.id.in_([m.program_id for m in held if m.program_id]))
    return [
        ("partnership", one.name, one.id) for one in db.session.scalars(partnerships.order_by(Partnership.name))
    ] + [("program", one.name, one.id) for one in db.session.scalars(programs.order_by(Program.name))]


def partnerships() -> list[Partnership]:
    """Return every partnership, for people who look for theirs."""
    return list(db.session.scalars(select(Partnership).order_by(Partnership.name)))


def partnership_of(memberships: Iterable[Membership]) -> Partnership | None:
    """Return the partnership a person belongs to, by a role there or at one of its programs; the first of several."""
    held = list(memberships)
    own = [one.partnership_id for one in held if one.partnership_id]
    through = select(Program.partnership_id).where(Program.id.in_([one.program_id for one in held if one.program_id]))
    mine = Partnership.id.in_(own) | Partnership.id.in_(through)
    return db.session.scalar(select(Partnership).where(mine).order_by(Partnership.id).limit(1)) if held else None
