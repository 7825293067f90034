"""Signing in and out, passwords, invitations. Sessions are rows; the cookie holds only a random token."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from portal.foundation import audit, clock, outbox
from portal.foundation.access import Role
from portal.foundation.addresses import looks_like_address, looks_like_name
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError, Problem, Refused

from .models import Invitation, Membership, Person, SignIn, SignInTry
from .queries import person_by_email

SESSION_LENGTH = timedelta(days=14)
INVITATION_LENGTH = timedelta(days=14)
TRY_WINDOW = timedelta(minutes=15)
TRIES_PER_EMAIL = 10
TRIES_PER_ADDRESS = 100  # a school or an office shares one address
MIN_PASSWORD = 10
MAX_PASSWORD = 200

# argon2id; 19 MiB and two passes are OWASP's floor and take about 40 ms on a small machine
hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODY = hasher.hash(secrets.token_hex(8))  # verified for unknown addresses, so that both answers take as long

COMMON = frozenset(
    [
        "password12",
        "password123",
        "password1234",
        "1234567890",
        "12345678910",
        "qwertyuiop",
        "qwerty12345",
        "letmein123",
        "iloveyou12",
        "welcome123",
        "mentoring1",
        "mentoring123",
        "mentor1234",
        "mentorportal",
        "nqmsportal",
        "nqmsportal1",
        "administrator",
        "changeme123",
    ]
)


class SignInRefused(DomainError):
    """The address and password do not belong together, or there were too many tries."""


class LinkOver(DomainError):
    """A single-use link that was used, withdrawn or is too old."""


def digest(text: str) -> str:
    """Return the SHA-256 under which a secret or an address is looked up."""
    return hashlib.sha256(text.encode()).hexdigest()


def sign_in(email: str, password: str, browser: str, address: str) -> Person:
    """Check a password and start a session. Raises SignInRefused with the same words for every wrong pair."""
    email_key, address_key = digest(email.strip().lower()), digest(address)
    with reading() as session:
        since = clock.now() - TRY_WINDOW
        fresh = (SignInTry.at > since) & SignInTry.worked.is_(False)
        by_email = session.scalar(select(func.count(SignInTry.id)).where(fresh, SignInTry.email_key == email_key))
        by_address = session.scalar(select(func.count(SignInTry.id)).where(fresh, SignInTry.address_key == address_key))
        person = person_by_email(email)
        known = person.password_hash if person is not None and person.is_active else ""
        person_id = person.id if person is not None else None
    if (by_email or 0) >= TRIES_PER_EMAIL or (by_address or 0) >= TRIES_PER_ADDRESS:
        raise SignInRefused("There were too many tries. Please wait 15 minutes, then try again.")
    right = _verify(known or _NOBODY, password) and bool(known)  # no transaction is open while this takes its time
    renewed = hasher.hash(password) if right and hasher.check_needs_rehash(known) else None
    with unit_of_work() as session:
        session.add(SignInTry(at=clock.now(), email_key=email_key, address_key=address_key, worked=right))
        audit.record("signed in" if right else "sign-in refused", person_id=person_id)
        if renewed:
            session.get_one(Person, person_id).password_hash = renewed
    if not right or person_id is None:
        raise SignInRefused("The e-mail address and the password do not belong together. Please check both.")
    return start_session(person_id, browser)


def _verify(known: str, password: str) -> bool:
    try:
        return hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def start_session(person_id: int, browser: str) -> Person:
    """Make a session row and return the person with it, ready for flask-login."""
    token = secrets.token_urlsafe(32)
    moment = clock.now()
    with unit_of_work() as session:
        row = SignIn(
            token_hash=digest(token),
            person_id=person_id,
            browser=browser[:200],
            started_at=moment,
            last_seen_at=moment,
            expires_at=moment + SESSION_LENGTH,
        )
        session.add(row)
    person = db.session.get_one(Person, person_id)
    row.token = token
    person.current_session = row
    return person


def end_session(person_id: int, sign_in_id: int) -> None:
    """End one of the person's sessions; an id of somebody else does nothing."""
    with unit_of_work() as session:
        mine = (SignIn.id == sign_in_id) & (SignIn.person_id == person_id) & SignIn.ended_at.is_(None)
        session.execute(update(SignIn).where(mine).values(ended_at=clock.now()))
        audit.record("session ended", person_id=person_id, sign_in=sign_in_id)


def change_password(person: Person, current: str, new: str) -> None:
    """Set a new password and end every other session. Raises Refused with every problem."""
    person_id, known, name, email = person.id, person.password_hash, person.name, person.email
    here = person.current_session.id if person.current_session else 0
    with reading():
        pass
    problems = list(password_problems(new, name, email))
    if not known or not _verify(known, current):
        problems.insert(0, Problem("current", "This is not your current password."))
    if problems:
        raise Refused(problems)
    hashed = hasher.hash(new)
    with unit_of_work() as session:
        session.get_one(Person, person_id).password_hash = hashed
        others = (SignIn.person_id == person_id) & (SignIn.id != here) & SignIn.ended_at.is_(None)
        session.execute(update(SignIn).where(others).values(ended_at=clock.now()))
        audit.record("password changed", person_id=person_id)


def password_problems(password: str, name: str, email: str) -> list[Problem]:
    """Return what is wrong with a new password: length and guessable words, no composition rules."""
    if len(password) < MIN_PASSWORD:
        return [Problem("new", f"Use at least {MIN_PASSWORD} characters. Three or four words work well.")]
    if len(password) > MAX_PASSWORD:
        return [Problem("new", f"Use at most {MAX_PASSWORD} characters.")]
    lowered = password.lower()
    own = {email.lower(), email.partition("@")[0].lower(), name.lower(), name.lower().replace(" ", "")}
    if lowered in COMMON or len(set(password)) < 4 or lowered.rstrip("0123456789!") in own:
        return [Problem("new", "This password is easy to guess. Please choose another.")]
    return []


def invite(
    name: str,
    email: str,
    role: Role,
    *,
    partnership_id: int | None = None,
    program_id: int | None = None,
    place: str,
    by_id: int | None,
    mail_partnership_id: int | None,
    base_url: str,
) -> Person:
    """Give a person a role and, when they have no password yet, mail a link to set one. Raises Refused."""
    name, email = " ".join(name.split()), email.strip().lower()
    problems = []
    if not looks_like_name(name):
        problems.append(Problem("name", "Enter the person's name."))
    if not looks_like_address(email):
        problems.append(Problem("email", "Enter an e-mail address like name@example.org."))
    if problems:
        raise Refused(problems)
    token = secrets.token_urlsafe(32)
    with unit_of_work() as session:
        person = person_by_email(email) or _new_person(name, email)
        session.refresh(person, with_for_update=True)  # one after the other: two presses at once give the role once
        held = [
            m
            for m in person.memberships
            if (m.role, m.partnership_id, m.program_id) == (role, partnership_id, program_id)
        ]
        if held:
            raise Refused([Problem("email", f"{email} already has this role. Nothing was sent.")])
        session.add(Membership(person_id=person.id, role=role, partnership_id=partnership_id, program_id=program_id))
        link = f"{base_url}/sign-in"
        if not person.password_hash:
            session.add(
                Invitation(
                    token_hash=digest(token),
                    person_id=person.id,
                    created_at=clock.now(),
                    expires_at=clock.now() + INVITATION_LENGTH,
                )
            )
            link = f"{base_url}/invitation/{token}"
        text = (
            f"Hello {person.name},\n\nyou are now {role.words} for {place} in the NQMS Portal.\n\n"
            f"Open this link to start:\n{link}\n\nThe link works for 14 days. If you did not expect this mail, you can ignore it.\n"
        )
        outbox.post(
            f"invitation:{digest(token)[:24]}",
            to_name=person.name,
            to_email=email,
            subject=f"Your invitation to the NQMS Portal: {place}",
            text=text,
            partnership_id=mail_partnership_id,
        )
        audit.record(
            "person invited",
            person_id=by_id,
            partnership_id=partnership_id,
            program_id=program_id,
            invited=person.id,
            role=role.value,
        )
    return person


def _new_person(name: str, email: str) -> Person:
    """Add a person inside the caller's transaction, or return the one whom another request added at this moment."""
    made = Person(name=name, email=email, created_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        return db.session.scalars(select(Person).where(Person.email == email)).one()
    return made


def open_invitation(token: str) -> Invitation:
    """Return the invitation behind a link. Raises LinkOver."""
    found = db.session.scalar(select(Invitation).where(Invitation.token_hash == digest(token)))
    if found is None or found.used_at is not None or found.expires_at < clock.now():
        raise LinkOver(
            "This link was used already or is too old. If you have chosen a password, sign in with it. "
            "If not, ask the person who invited you for a new link."
        )
    return found


def accept_invitation(token: str, password: str, browser: str) -> Person:
    """Set the first password and sign in. Raises LinkOver or Refused."""
    with reading() as session:
        person = session.get_one(Person, open_invitation(token).person_id)
        person_id, name, email = person.id, person.name, person.email
    if problems := password_problems(password, name, email):
        raise Refused(problems)
    hashed = hasher.hash(password)
    with unit_of_work() as session:
        open_invitation(token)
        every = (Invitation.person_id == person_id) & Invitation.used_at.is_(None)
        session.execute(update(Invitation).where(every).values(used_at=clock.now()))  # no second link sets a password
        session.get_one(Person, person_id).password_hash = hashed
        audit.record("invitation accepted", person_id=person_id)
    return start_session(person_id, browser)


def note_seen(person: Person) -> None:
    """Move the idle limit on; at most one small write in five minutes."""
    row = person.current_session
    if row is not None and clock.now() - row.last_seen_at > timedelta(minutes=5):
        row_id = row.id
        db.session.rollback()
        with unit_of_work() as session:
            session.execute(update(SignIn).where(SignIn.id == row_id).values(last_seen_at=clock.now()))


def prune() -> None:
    """Forget old sign-in tries; the worker calls this once an hour."""
    with unit_of_work() as session:
        session.execute(delete(SignInTry).where(SignInTry.at < clock.now() - timedelta(days=1)))
