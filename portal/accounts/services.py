"""Signing in and out, invitations. Sessions are rows; the cookie holds only a random token."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from portal.foundation import audit, clock, outbox
from portal.foundation.access import Role
from portal.foundation.addresses import looks_like_address, looks_like_name
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError, Problem, Refused
from portal.foundation.jobs import Job, JobState
from portal.foundation.languages import LANGUAGES, Phrase, Value
from portal.foundation.outbox import Message

from . import tries
from .hashes import NOBODY, digest, hasher, matches
from .models import Invitation, Membership, PasswordReset, Person, SignIn, SignInTry
from .passwords import LINK_KEY, LINK_LENGTH, WAIT, LinkOver, names_of, password_problems, set_password
from .queries import person_by_email

SESSION_LENGTH = timedelta(days=14)
INVITATION_LENGTH = timedelta(days=14)
LINK_GONE = "The link in this mail is over."


class SignInRefused(DomainError):
    """The address and password do not belong together, or there were too many tries."""


def sign_in(email: str, password: str, browser: str, address: str) -> Person:
    """Check a password and start a session. Raises SignInRefused with the same words for every wrong pair."""
    with reading():
        wait = tries.reached(tries.SIGN_IN, email, address)
        person = person_by_email(email)
        known = person.password_hash if person is not None and person.is_active else ""
        person_id = person.id if person is not None else None
    if wait:
        raise SignInRefused(WAIT)
    right = matches(known or NOBODY, password) and bool(known)  # no transaction is open while this takes its time
    renewed = hasher.hash(password) if right and hasher.check_needs_rehash(known) else None
    with unit_of_work() as session:
        tries.note(tries.SIGN_IN, email, address, worked=right)
        audit.record("signed in" if right else "sign-in refused", person_id=person_id)
        if renewed:
            session.get_one(Person, person_id).password_hash = renewed
    if not right or person_id is None:
        raise SignInRefused("The e-mail address and the password do not belong together. Please check both.")
    return start_session(person_id, browser)


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
    with unit_of_work() as session:
        person = person_by_email(email) or new_person(name, email)
        session.refresh(person, with_for_update=True)  # one after the other: two presses at once give the role once
        held = [
            m
            for m in person.memberships
            if (m.role, m.partnership_id, m.program_id) == (role, partnership_id, program_id)
        ]
        if held:
            raise Refused([Problem("email", f"{email} already has this role. Nothing was sent.")])
        session.add(Membership(person_id=person.id, role=role, partnership_id=partnership_id, program_id=program_id))
        send_invitation(person, role, place, mail_partnership_id, base_url)
        audit.record(
            "person invited",
            person_id=by_id,
            partnership_id=partnership_id,
            program_id=program_id,
            invited=person.id,
            role=role.value,
        )
    return person


def send_invitation(
    person: Person, role: Role, place: str, mail_partnership_id: int | None, base_url: str, by: str = ""
) -> None:
    """Mail what a person now is at a place, inside the caller's transaction.

    Somebody without a password gets a link to choose one; earlier ones go on working until one of them was used.
    """
    token, moment = secrets.token_urlsafe(32), clock.now()
    link, once = f"{base_url}/sign-in", ""
    if not person.password_hash:
        made = Invitation(
            token_hash=digest(token), person_id=person.id, created_at=moment, expires_at=moment + INVITATION_LENGTH
        )
        db.session.add(made)
        link, once = f"{base_url}/invitation/{token}", "once"
    fields: dict[str, Value] = {
        "place": place, "by": by, "role": Phrase(role.words), "meaning": Phrase(role.explained), "link": link, "once": once,
    }  # fmt: skip
    outbox.write("invitation", f"invitation:{digest(token)[:24]}", person, fields, mail_partnership_id)


def new_person(name: str, email: str) -> Person:
    """Add a person inside the caller's transaction, or return the one whom another request added at this moment."""
    made = Person(name=name, email=email, created_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        return db.session.scalars(select(Person).where(Person.email == email)).one()
    return made


def open_invitation(token: str, lock: bool = False) -> Invitation:
    """Return the invitation behind a link. Raises LinkOver."""
    query = select(Invitation).where(Invitation.token_hash == digest(token))
    found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)
    if found is None or found.used_at is not None or found.expires_at < clock.now():
        raise LinkOver(
            "This link was used already or is too old. If you have chosen a password, sign in with it. "
            "If not, ask the person who invited you for a new link."
        )
    return found


def accept_invitation(token: str, password: str, browser: str, name: str | None = None) -> Person:
    """Set the first password, and the name as its owner writes it, and sign in. Raises LinkOver or Refused."""
    with reading() as session:
        person = session.get_one(Person, open_invitation(token).person_id)
        person_id, names = person.id, names_of(person)
    problems = password_problems(password, names)
    name = " ".join(name.split()) if name is not None else None
    if name is not None and not looks_like_name(name):
        problems = [Problem("name", "Enter your name."), *problems]
    if problems:
        raise Refused(problems)
    hashed = hasher.hash(password)
    with unit_of_work() as session:
        open_invitation(token, lock=True)
        if name is not None:
            session.get_one(Person, person_id).name = name
        set_password(person_id, hashed)  # which also uses up this and every other invitation of the person
        audit.record("invitation accepted", person_id=person_id)
    return start_session(person_id, browser)


def note_seen(person: Person) -> bool:
    """Move the idle limit on, at most once in five minutes; tells whether that was written, and the person let go."""
    row = person.current_session
    if row is None or clock.now() - row.last_seen_at <= timedelta(minutes=5):
        return False
    row_id = row.id
    db.session.rollback()
    with unit_of_work() as session:
        session.execute(update(SignIn).where(SignIn.id == row_id).values(last_seen_at=clock.now()))
    return True


def prune() -> None:
    """Forget old tries and what is left of old links; the worker calls this once an hour."""
    moment, yesterday = clock.now(), clock.now() - timedelta(days=1)
    letters = (Message.key.like(f"{LINK_KEY}:%")) & (Message.created_at < moment - LINK_LENGTH)
    with unit_of_work() as session:
        session.execute(delete(SignInTry).where(SignInTry.at < yesterday))
        session.execute(delete(PasswordReset).where(PasswordReset.expires_at < yesterday))
        done = (Job.kind == LINK_KEY) & (Job.state != JobState.WAITING) & (Job.run_after < yesterday)
        session.execute(delete(Job).where(done))
        dead = letters & (Message.text != LINK_GONE)  # a dead link is neither kept nor sent any more
        session.execute(update(Message).where(dead).values(text=LINK_GONE, next_try_at=None))


def set_reminders(person_id: int, wanted: bool) -> None:
    """Stop or send again the reminders of a person; someone who is gone stays gone."""
    with unit_of_work() as session:
        person = session.get(Person, person_id)
        if person is None or (person.reminders_stopped_at is None) == wanted:
            return
        person.reminders_stopped_at = None if wanted else clock.now()
        audit.record("reminders wanted" if wanted else "reminders stopped", person_id=person_id)


def set_mail(person_id: int, language: str, reminders: bool) -> None:
    """Store the language of a person's mails and whether reminders are wanted. Raises Refused."""
    if language not in ("", *LANGUAGES):
        raise Refused([Problem("language", "Choose one of the languages.")])
    set_reminders(person_id, reminders)
    with unit_of_work() as session:
        session.get_one(Person, person_id).language = language
