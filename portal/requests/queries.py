"""Reads what programs brought, with the access check inside the loaders."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.accounts.hashes import digest
from portal.accounts.models import Person
from portal.foundation.access import Action, Role, require
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.partnerships.models import Partnership
from portal.programs.models import Program

from .models import GateSignature, NeedsAssessment, Registration, RegistrationState

R = RegistrationState


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
