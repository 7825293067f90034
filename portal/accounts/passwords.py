"""Choosing a password: which ones are good enough, changing the own one, and the link for a lost one."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from portal.foundation import audit, clock, jobs, outbox
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError, Problem, Refused

from . import tries
from .guessable import is_common, is_own_word
from .hashes import digest, hasher, matches
from .models import Invitation, PasswordReset, Person, SignIn
from .queries import place_names

MIN_PASSWORD = 10
MAX_PASSWORD = 200
LINK_LENGTH = timedelta(hours=1)
LINK_KEY = "password-link"
WAIT = "There were too many tries. Please wait 15 minutes, then try again."


class LinkOver(DomainError):
    """A single-use link that was used, withdrawn or is too old."""


def password_problems(password: str, names: Iterable[str]) -> list[Problem]:
    """Return what is wrong with a new password: length and guessable words, no composition rules."""
    if len(password) < MIN_PASSWORD:
        return [Problem("new", f"Use at least {MIN_PASSWORD} characters. Three or four words work well.")]
    if len(password) > MAX_PASSWORD:
        return [Problem("new", f"Use at most {MAX_PASSWORD} characters.")]
    if is_common(password) or len(set(password)) < 4:
        return [Problem("new", "Many people use this password, so it is easy to guess. Please choose another.")]
    if is_own_word(password, names):
        return [
            Problem(
                "new",
                "This is a name or word that people here would try, so it is easy to guess. Please choose another.",
            )
        ]
    return []


def names_of(person: Person) -> list[str]:
    """Return the words somebody who knows the person would try first."""
    return [person.name, person.email, person.email.partition("@")[0], *place_names(person.id)]


def set_password(person_id: int, hashed: str, keep: int = 0) -> None:
    """Store a password in the running transaction; end all sign-ins but one, and all links that could set another."""
    moment = clock.now()
    db.session.get_one(Person, person_id).password_hash = hashed
    others = (SignIn.person_id == person_id) & (SignIn.id != keep) & SignIn.ended_at.is_(None)
    db.session.execute(update(SignIn).where(others).values(ended_at=moment))
    invitations = (Invitation.person_id == person_id) & Invitation.used_at.is_(None)
    db.session.execute(update(Invitation).where(invitations).values(used_at=moment))
    _end_links(person_id)


def _end_links(person_id: int) -> None:
    still_open = (PasswordReset.person_id == person_id) & PasswordReset.ended_at.is_(None)
    db.session.execute(update(PasswordReset).where(still_open).values(ended_at=clock.now()))


def change_password(person: Person, current: str, new: str, address: str, base_url: str) -> None:
    """Set a new password and end every other sign-in. Raises Refused with every problem."""
    person_id, known, name, email = person.id, person.password_hash, person.name, person.email
    here = person.current_session.id if person.current_session else 0
    names = names_of(person)
    with reading():
        wait = tries.reached(tries.SIGN_IN, email, address)
    if wait:
        raise Refused([Problem("current", WAIT)])
    problems = password_problems(new, names)
    if not known or not matches(known, current):
        problems.insert(0, Problem("current", "This is not your current password."))
        with unit_of_work():  # guessing at somebody's open browser is slowed down like guessing at the sign-in
            tries.note(tries.SIGN_IN, email, address)
            audit.record("password change refused", person_id=person_id)
    if problems:
        raise Refused(problems)
    hashed = hasher.hash(new)
    with unit_of_work():
        set_password(person_id, hashed, keep=here)
        audit.record("password changed", person_id=person_id)
        _tell(name, email, base_url)


def _tell(name: str, email: str, base_url: str) -> None:
    key, fields = f"password-changed:{secrets.token_hex(12)}", {"link": f"{base_url}/forgot-password"}
    outbox.write("password-changed", key, outbox.To(name, email), fields)


def ask_for_link(email: str, address: str, base_url: str) -> None:
    """Ask for a link to choose a new password. Raises Refused after too many.

    Known and unknown addresses cost the same work here, so neither words nor time tell them apart; the worker mails.
    """
    with unit_of_work() as session:
        if tries.reached(tries.PASSWORD_LINK, email, address):
            sentence = "There were too many requests. Please wait an hour. If a link is in your mailbox, the newest one works for an hour."
            raise Refused([Problem("email", sentence)])
        tries.note(tries.PASSWORD_LINK, email, address)
        usable = Person.disabled_at.is_(None) & Person.fictional.is_(False)
        address_of = Person.email == email.strip().lower().replace("\0", "")  # PostgreSQL cannot be asked for a NUL
        person_id = session.scalar(select(Person.id).where(address_of, usable))
        jobs.enqueue(LINK_KEY, f"{LINK_KEY}:{secrets.token_hex(16)}", person_id=person_id, base_url=base_url)
        audit.record("password link asked", person_id=person_id)


@jobs.handles(LINK_KEY)
def mail_link(payload: dict[str, Any]) -> None:
    """Mail the link, when somebody has the address; any earlier link is over."""
    if payload["person_id"] is None:
        return
    token, moment = secrets.token_urlsafe(32), clock.now()
    with unit_of_work() as session:
        person = session.get_one(Person, payload["person_id"])
        _end_links(person.id)
        session.add(
            PasswordReset(
                token_hash=digest(token), person_id=person.id, created_at=moment, expires_at=moment + LINK_LENGTH
            )
        )
        link = f"{payload['base_url']}/new-password/{token}"
        outbox.write("password-link", f"{LINK_KEY}:{digest(token)[:24]}", person, {"link": link})


def open_link(token: str, lock: bool = False) -> PasswordReset:
    """Return what a link for a new password opens. Raises LinkOver."""
    query = select(PasswordReset).where(PasswordReset.token_hash == digest(token))
    found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)
    if found is None or found.ended_at is not None or found.expires_at < clock.now() or not found.person.is_active:
        raise LinkOver(
            "It was used already, was replaced by a newer one, or is older than 1 hour. Nothing was changed."
        )
    return found


def choose_password(token: str, new: str, base_url: str) -> None:
    """Set a new password by a link, once, and end every sign-in. Raises LinkOver or Refused."""
    with reading():
        names = names_of(open_link(token).person)
    if problems := password_problems(new, names):
        raise Refused(problems)
    hashed = hasher.hash(new)
    with unit_of_work():
        person = open_link(token, lock=True).person
        set_password(person.id, hashed)
        tries.forgive(tries.SIGN_IN, person.email)  # wrong guesses before the link must not lock its owner out
        audit.record("password chosen by link", person_id=person.id)
        _tell(person.name, person.email, base_url)
