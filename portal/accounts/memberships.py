"""Who belongs to a program, and as what. Everything here runs inside the caller's transaction.

A program keeps at least one administrator: the rows of all its people are locked before one of them changes, so that
two administrators who take each other off at the same moment do not both succeed.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from portal.foundation import audit, clock
from portal.foundation.access import PROGRAM_ROLES, Role
from portal.foundation.addresses import looks_like_address, looks_like_name
from portal.foundation.database import db
from portal.foundation.errors import Problem, Refused, Stranger
from portal.foundation.pages import moment

from . import tries
from .models import Invitation, Membership, Person
from .queries import person_by_email
from .services import new_person, send_invitation

QUIET = timedelta(minutes=10)  # between two invitations to the same person


@dataclass(frozen=True, slots=True)
class At:
    """The program people belong to, and who changes that; `partnership_id` keeps the mail where staff can see it."""

    program_id: int
    name: str
    partnership_id: int
    time_zone: str
    by_id: int
    by_name: str
    base_url: str


@dataclass(frozen=True, slots=True)
class Invitee:
    """One address as it was typed, with a name when one stood beside it."""

    email: str
    name: str = ""


class Came(enum.StrEnum):
    """What became of one address."""

    INVITED = "invited"
    KNOWN = "known"
    UNREADABLE = "unreadable"
    STAFF = "staff"  # of the partnership, and no administrator of the program lets them in


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one address, to be told."""

    email: str
    came: Came
    role: Role | None = None  # what somebody known is already


def invite_all(invitees: list[Invitee], role: Role, at: At) -> list[Outcome]:
    """Give each person the role and mail an invitation; who belongs to the program already is left alone."""
    return [_invite(one, role, at) for one in sorted(invitees, key=lambda one: one.email.lower())]


def _invite(invitee: Invitee, role: Role, at: At) -> Outcome:
    email = invitee.email.strip().lower()
    name = invitee.name if looks_like_name(invitee.name) else name_from(email)
    if not looks_like_address(email) or not looks_like_name(name):
        return Outcome(invitee.email, Came.UNREADABLE)
    person = person_by_email(email) or new_person(name, email)
    db.session.refresh(person, with_for_update=True)  # two presses at once: the second finds the first one's row
    here = (Membership.person_id == person.id) & (Membership.program_id == at.program_id)
    held = db.session.scalar(select(Membership.role).where(here).limit(1))
    if held is not None:
        return Outcome(email, Came.KNOWN, held)
    if _is_staff_by_staff(person.id, at):
        return Outcome(email, Came.STAFF)
    _count(email, "addresses", at)
    db.session.add(Membership(person_id=person.id, role=role, program_id=at.program_id))
    send_invitation(person, role, at.name, at.partnership_id, at.base_url, by=at.by_name)
    audit.record(
        "person invited", person_id=at.by_id, program_id=at.program_id, invited=person.id, role=role.value
    )  # fmt: skip
    return Outcome(email, Came.INVITED)


def _is_staff_by_staff(person_id: int, at: At) -> bool:
    """Tell whether a partnership would let its own people in, who then read what is the program's alone."""
    staff = (Membership.person_id == person_id) & (Membership.partnership_id == at.partnership_id)
    own = (Membership.person_id == at.by_id) & (Membership.program_id == at.program_id)
    found = select(Membership.id).limit(1)
    lets_in = found.where(own, Membership.role == Role.PROGRAM_ADMINISTRATOR)
    return db.session.scalar(found.where(staff)) is not None and db.session.scalar(lets_in) is None


def _count(email: str, field: str, at: At) -> None:
    """Count one more invitation to an address and by a program. Raises Refused after too many of a day."""
    program = f"program {at.program_id}"
    if tries.reached(tries.INVITATION, email, program):
        sentence = (
            f"Too many invitations went to {email}, or out from your program, since yesterday. Please wait a day."
        )
        raise Refused([Problem(field, sentence)])
    tries.note(tries.INVITATION, email, program)
    db.session.flush()


def name_from(email: str) -> str:
    """Return a name to begin with, out of an address; its owner can put it right when accepting."""
    words = email.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ").split()
    return " ".join(word.capitalize() for word in words) or email


def members_of(program_id: int, lock: bool = False) -> list[Membership]:
    """Return the program's memberships, oldest first; locked where the database can."""
    query = select(Membership).where(Membership.program_id == program_id, Membership.role.in_(PROGRAM_ROLES))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(query.order_by(Membership.id)))


def change_role(person_id: int, role: Role, at: At) -> bool:
    """Give a person of the program another role; return whether it was another. Raises Stranger or Refused."""
    mine = _held(person_id, at, stays=role is Role.PROGRAM_ADMINISTRATOR)
    if [one.role for one in mine] == [role]:
        return False
    for one in mine[1:]:
        db.session.delete(one)
    db.session.flush()
    mine[0].role = role
    audit.record("role changed", person_id=at.by_id, program_id=at.program_id, changed=person_id, role=role.value)
    return True


def take_off(person_id: int, at: At) -> None:
    """End everything a person is at the program; what they wrote stays. Raises Stranger or Refused."""
    for one in _held(person_id, at, stays=False):
        db.session.delete(one)
    db.session.flush()
    if not db.session.scalar(select(func.count(Membership.id)).where(Membership.person_id == person_id)):
        unused = (Invitation.person_id == person_id) & Invitation.used_at.is_(None)
        db.session.execute(update(Invitation).where(unused).values(used_at=clock.now()))
    audit.record("person taken off", person_id=at.by_id, program_id=at.program_id, removed=person_id)


def _held(person_id: int, at: At, stays: bool) -> list[Membership]:
    """Return the person's memberships, once it is sure that an administrator is left. Raises Stranger or Refused."""
    rows = members_of(at.program_id, lock=True)
    mine = [one for one in rows if one.person_id == person_id]
    if not mine:
        raise Stranger
    left = {one.person_id for one in rows if one.role is Role.PROGRAM_ADMINISTRATOR} - {person_id} - _never_came(rows)
    is_one = any(one.role is Role.PROGRAM_ADMINISTRATOR for one in mine)
    if is_one and not stays and not left:
        sentence = "This is the program's only administrator. Make somebody else an administrator first."
        raise Refused([Problem("role", sentence)])
    return mine


def _never_came(rows: Sequence[Membership]) -> set[int]:
    """Return who was invited and has not opened the invitation: nobody can rely on them yet."""
    unused = select(Invitation.person_id).where(Invitation.used_at.is_(None))
    waiting = unused.join(Person).where(Person.password_hash == "", Person.id.in_([one.person_id for one in rows]))
    return set(db.session.scalars(waiting))


def invite_again(person_id: int, at: At) -> None:
    """Mail a fresh invitation to somebody who has not chosen a password. Raises Stranger or Refused."""
    mine = [one for one in members_of(at.program_id) if one.person_id == person_id]
    if not mine:
        raise Stranger
    person = db.session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    if person.password_hash:
        raise Refused([Problem("again", f"{person.name} has an account and can sign in. Nothing was sent.")])
    last = invited_at([person_id]).get(person_id)
    if last is not None and last[0] > clock.now() - QUIET:
        when = moment(last[0], at.time_zone)
        raise Refused([Problem("again", f"An invitation left at {when}. Please wait ten minutes before the next.")])
    _count(person.email, "again", at)
    send_invitation(person, mine[0].role, at.name, at.partnership_id, at.base_url, by=at.by_name)
    audit.record("invitation sent again", person_id=at.by_id, program_id=at.program_id, invited=person_id)


def invited_at(person_ids: list[int]) -> dict[int, tuple[datetime, datetime]]:
    """Return when each person's newest unused invitation was sent, and until when it works."""
    found = select(Invitation).where(Invitation.person_id.in_(person_ids), Invitation.used_at.is_(None))
    return {
        one.person_id: (one.created_at, one.expires_at) for one in db.session.scalars(found.order_by(Invitation.id))
    }
