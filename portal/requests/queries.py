"""Reads what programs brought, with the access check inside the loaders."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.accounts.hashes import digest
from portal.accounts.models import Person
from portal.cycles.models import AccessRequest, RequestState
from portal.foundation.access import Action, Role, require
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.partnerships.models import Partnership
from portal.programs.models import Program

from .models import (
    Advice,
    AdviceState,
    ChangeNotice,
    GateSignature,
    NeedsAssessment,
    Registration,
    RegistrationState,
)  # fmt: skip

R = RegistrationState
ANSWERED_SHOWN = 30


def partnership_by_key(key: str) -> Partnership:
    """Return the partnership with this short name, for pages anybody may open. Raises Stranger."""
    found = db.session.scalar(select(Partnership).where(Partnership.key == key)) if "\0" not in key else None
    if found is None:
        raise Stranger
    return found


def load_registration(person: Person, registration_id: int, action: Action) -> tuple[Registration, frozenset[Role]]:
    """Return a registration whose address is confirmed, and the roles held there; raises Stranger or NotAllowed."""
    found = db.session.get(Registration, registration_id)
    if found is None or found.state is R.UNCONFIRMED:
        raise Stranger
    return found, require(person.memberships, action, found.partnership_id)


def registration_by_token(token: str) -> Registration | None:
    """Return the registration whose newest link this is."""
    return db.session.scalar(select(Registration).where(Registration.token_hash == digest(token)))


def same_name(registration: Registration) -> tuple[int | None, int]:
    """Return the program that has this name already, and how many other registrations with it wait."""
    at, name = registration.partnership_id, registration.name
    program = select(Program.id).where(Program.partnership_id == at, func.lower(Program.name) == name.lower())
    others = select(Registration).where(
        Registration.partnership_id == at, Registration.state.in_((R.WAITING, R.ASKED_BACK)),
        Registration.id != registration.id,
    )  # fmt: skip
    waiting = [one for one in db.session.scalars(others) if one.name.lower() == name.lower()]
    return db.session.scalar(program.limit(1)), len(waiting)


def needs_of(program_id: int) -> NeedsAssessment | None:
    """Return the program's needs assessment, begun or sent."""
    return db.session.scalar(select(NeedsAssessment).where(NeedsAssessment.program_id == program_id))


def signatures_of(program_id: int, gate_key: str) -> list[GateSignature]:
    """Return who is asked to sign this step and has not been replaced, in the order of asking."""
    mine = (GateSignature.program_id == program_id) & (GateSignature.gate_key == gate_key)
    open_ones = select(GateSignature).where(mine, GateSignature.withdrawn_at.is_(None))
    return list(db.session.scalars(open_ones.order_by(GateSignature.id)))


def signature_by_token(token: str) -> GateSignature | None:
    """Return the signature that a link asks for."""
    return db.session.scalar(select(GateSignature).where(GateSignature.token_hash == digest(token)))


def load_advice(person: Person, advice_id: int, action: Action) -> tuple[Advice, frozenset[Role]]:
    """Return a talk and the roles held at its program; raises Stranger or NotAllowed."""
    found = db.session.get(Advice, advice_id)
    if found is None:
        raise Stranger
    return found, require(person.memberships, action, found.program.partnership_id, found.program_id)


def advice_of(program_id: int) -> list[Advice]:
    """Return the program's talks: those that wait for staff first, then the newest."""
    mine = select(Advice).where(Advice.program_id == program_id).options(joinedload(Advice.asked_by))
    return sorted(db.session.scalars(mine.order_by(Advice.id.desc())), key=lambda one: one.state is AdviceState.CLOSED)


def load_notice(person: Person, notice_id: int, action: Action) -> ChangeNotice:
    """Return news of a change; raises Stranger or NotAllowed."""
    found = db.session.get(ChangeNotice, notice_id)
    if found is None:
        raise Stranger
    require(person.memberships, action, found.program.partnership_id, found.program_id)
    return found


def notices_of(program_id: int) -> list[ChangeNotice]:
    """Return what the program reported, newest first."""
    mine = select(ChangeNotice).where(ChangeNotice.program_id == program_id).order_by(ChangeNotice.id.desc())
    return list(
        db.session.scalars(mine.options(joinedload(ChangeNotice.reported_by), joinedload(ChangeNotice.read_by)))
    )


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """What waits for the staff of a partnership, the oldest first."""

    registrations: tuple[Registration, ...]
    asked_back: tuple[Registration, ...]  # these wait for the contact
    answered: tuple[Registration, ...]  # the newest, to look them up
    access: tuple[AccessRequest, ...]
    advice: tuple[Advice, ...]
    notices: tuple[ChangeNotice, ...]

    @property
    def count(self) -> int:
        """Return how many wait."""
        return sum(map(len, (self.registrations, self.access, self.advice, self.notices)))


def open_matters(partnership_id: int) -> OpenMatters:
    """Return everything that waits for this partnership's staff, in five queries."""
    mine = select(Registration).where(Registration.partnership_id == partnership_id)
    registrations = mine.where(Registration.state.in_((R.WAITING, R.ASKED_BACK))).order_by(Registration.id)
    answered = mine.where(Registration.state.in_((R.APPROVED, R.DECLINED))).order_by(Registration.decided_at.desc())
    access = select(AccessRequest).join(AccessRequest.program).where(AccessRequest.state == RequestState.OPEN)
    advice = select(Advice).join(Advice.program).where(Advice.state == AdviceState.OPEN)
    notices = select(ChangeNotice).join(ChangeNotice.program).where(ChangeNotice.read_at.is_(None))
    here, all_of = Program.partnership_id == partnership_id, db.session.scalars
    going = list(all_of(registrations))
    return OpenMatters(
        tuple(one for one in going if one.state is R.WAITING),
        tuple(one for one in going if one.state is R.ASKED_BACK),
        tuple(all_of(answered.limit(ANSWERED_SHOWN))),
        tuple(all_of(access.where(here).order_by(AccessRequest.id).options(joinedload(AccessRequest.program)))),
        tuple(all_of(advice.where(here).order_by(Advice.id).options(joinedload(Advice.program)))),
        tuple(all_of(notices.where(here).order_by(ChangeNotice.id).options(joinedload(ChangeNotice.program)))),
    )


def count_of_open_matters(partnership_id: int) -> int:
    """Count what waits for this partnership's staff, in one query."""
    here = Program.partnership_id == partnership_id
    counts = (
        select(func.count(Registration.id)).where(
            Registration.partnership_id == partnership_id, Registration.state == R.WAITING
        ),
        select(func.count(AccessRequest.id))
        .join(AccessRequest.program)
        .where(here, AccessRequest.state == RequestState.OPEN),
        select(func.count(Advice.id)).join(Advice.program).where(here, Advice.state == AdviceState.OPEN),
        select(func.count(ChangeNotice.id)).join(ChangeNotice.program).where(here, ChangeNotice.read_at.is_(None)),
    )
    parts = [one.scalar_subquery() for one in counts]
    return db.session.scalar(select(parts[0] + parts[1] + parts[2] + parts[3])) or 0


@dataclass(frozen=True, slots=True)
class Talk:
    """What a program and its partnership have to say to each other now."""

    open: int  # talks that wait for the staff
    answered: int  # talks that wait for the program
    unread: int  # news that staff have not read


def talk_of(program_id: int) -> Talk:
    """Count what is open between a program and its partnership, in two queries."""
    states = select(Advice.state, func.count(Advice.id)).where(Advice.program_id == program_id).group_by(Advice.state)
    counts = {row[0]: row[1] for row in db.session.execute(states)}
    unread = select(func.count(ChangeNotice.id)).where(
        ChangeNotice.program_id == program_id, ChangeNotice.read_at.is_(None)
    )
    return Talk(counts.get(AdviceState.OPEN, 0), counts.get(AdviceState.ANSWERED, 0), db.session.scalar(unread) or 0)
