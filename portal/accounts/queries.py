"""Reads people and their sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from portal.foundation import clock
from portal.foundation.access import PROGRAM_ROLES, Role
from portal.foundation.database import db

from .models import Membership, Person, SignIn

IDLE_LIMIT = timedelta(days=3)
PLACES = "nqms-place-names"


def tell_places(app: Flask, source: Callable[[int], list[str]]) -> None:
    """Let a room that knows programs and partnerships say which of them a person belongs to, by name."""
    app.extensions[PLACES] = source


def place_names(person_id: int) -> list[str]:
    """Return the names of the programs and partnerships the person belongs to."""
    names: list[str] = current_app.extensions[PLACES](person_id)
    return names


def person_by_email(email: str) -> Person | None:
    """Return the person with this address, upper or lower case."""
    if "\0" in email:  # PostgreSQL cannot even be asked
        return None
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


# Every request asks this first, so it is one question, and put together once.
_WHO = (
    select(SignIn, Person)
    .join(Person, Person.id == SignIn.person_id)
    .where(SignIn.token_hash == bindparam("token_hash"), SignIn.ended_at.is_(None))
    .options(joinedload(Person.memberships))
)


def person_of_token(token: str) -> Person | None:
    """Return who is signed in with this cookie, while the session is open and the account in use."""
    found = db.session.execute(_WHO, {"token_hash": hashlib.sha256(token.encode()).hexdigest()}).unique().one_or_none()
    if found is None:
        return None
    row, person = found
    moment = clock.now()
    if row.expires_at < moment or row.last_seen_at + IDLE_LIMIT < moment or not person.is_active:
        return None
    row.token = token
    person.current_session = row
    return person


def open_sessions(person_id: int) -> list[SignIn]:
    """Return the person's open sessions, newest first."""
    return list(
        db.session.scalars(
            select(SignIn)
            .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
            .where(SignIn.expires_at > clock.now(), SignIn.last_seen_at > clock.now() - IDLE_LIMIT)
            .order_by(SignIn.last_seen_at.desc())
        )
    )


def people_of_program(program_id: int) -> list[tuple[Person, Role]]:
    """Return who works on this program, administrators first."""
    rows = db.session.execute(
        select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.program_id == program_id, Membership.role.in_(PROGRAM_ROLES))
        .order_by(Membership.role.desc(), Person.name)
    )
    return [(person, role) for person, role in rows]


def administrators_of_program(program_id: int) -> list[Person]:
    """Return the program's administrators."""
    return [person for person, role in people_of_program(program_id) if role is Role.PROGRAM_ADMINISTRATOR]


def administrators_of_partnership(partnership_id: int) -> list[Person]:
    """Return the partnership's administrators."""
    mine = (Membership.partnership_id == partnership_id) & (Membership.role == Role.PARTNERSHIP_ADMINISTRATOR)
    return list(db.session.scalars(select(Person).join(Membership).where(mine).order_by(Person.name)))


def staff_of_partnership(partnership_id: int) -> list[Person]:
    """Return reviewers and administrators of the partnership, each once."""
    rows = db.session.scalars(
        select(Person)
        .join(Membership)
        .where(Membership.partnership_id == partnership_id)
        .distinct()
        .order_by(Person.name)
    )
    return list(rows)


def wants_reminders(person_id: int) -> bool:
    """Tell whether the person gets reminders by mail."""
    person = db.session.get(Person, person_id)
    return person is not None and person.reminders_stopped_at is None
