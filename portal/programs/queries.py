"""Reads programs, with the access check inside the loader."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Membership, Person
from portal.foundation import clock
from portal.foundation.access import Action, Role, require
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.partnerships.models import Partnership
from portal.partnerships.queries import current_rulebook
from rules.eligibility import Eligibility, judge_eligibility
from rules.facts import ProgramFacts
from rules.rulebook import Rulebook

from .models import FactsVersion, Program


def load_program(person: Person, program_id: int, action: Action) -> tuple[Program, frozenset[Role]]:
    """Return the program and the roles held there; raises Stranger or NotAllowed."""
    program = db.session.get(Program, program_id)
    if program is None:
        raise Stranger
    return program, require(person.memberships, action, program.partnership_id, program.id)


def names_around(person_id: int) -> list[str]:
    """Return the names of the programs and partnerships the person belongs to: words not to use as a password."""
    rows = db.session.execute(
        select(Program.name, Partnership.name)
        .select_from(Membership)
        .outerjoin(Program, Program.id == Membership.program_id)
        .join(Partnership, Partnership.id == func.coalesce(Membership.partnership_id, Program.partnership_id))
        .where(Membership.person_id == person_id)
    )
    return [name for row in rows for name in row if name]


def facts_of(program: Program) -> ProgramFacts:
    """Return what the rules may know of the program."""
    return ProgramFacts(
        name=program.name,
        model=program.model,
        settings=tuple(program.settings),
        founded=program.founded,
        youth_min_age=program.youth_min_age,
        youth_max_age=program.youth_max_age,
        in_service_area=program.in_service_area,
        registered=program.registered,
        capacity_confirmed=program.capacity_confirmed,
        pairs_volunteers=program.pairs_volunteers,
        gates_passed=tuple(sorted(program.gates_passed)),
        youth_served=program.matches,
        full_cycle_done=program.full_cycle_done,
    )


def eligibility_of(program: Program, rulebook: Rulebook | None = None) -> Eligibility:
    """Return the verdict of the partnership's rules on this program today; lists pass the rules, read once for all."""
    today = clock.local_day(program.partnership.time_zone)
    return judge_eligibility(facts_of(program), today, rulebook or current_rulebook(program.partnership))


def versions_of(program_id: int) -> list[FactsVersion]:
    """Return every change of the program's facts, newest first."""
    mine = select(FactsVersion).where(FactsVersion.program_id == program_id).order_by(FactsVersion.version.desc())
    return list(db.session.scalars(mine.options(joinedload(FactsVersion.saved_by))))
