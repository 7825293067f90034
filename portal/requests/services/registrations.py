"""A program registers itself: entered by anybody, confirmed by a mailed link, then decided by staff."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from portal.accounts import tries
from portal.accounts.hashes import digest
from portal.accounts.services import invite
from portal.foundation import audit, clock, outbox
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused
from portal.foundation.typed import text_problems
from portal.foundation.versions import own_id, renamed
from portal.partnerships.models import Partnership
from portal.programs.mails import deciders_of, write
from portal.programs.models import Program
from portal.programs.services import NAME_TAKEN, add_program, facts_from

from ..models import Registration, RegistrationState
from ..queries import registration_by_token

R = RegistrationState
LIMIT = tries.Limit("registration:", timedelta(hours=1), 5, 20)  # mails to one address, registrations from one place
KEPT_UNCONFIRMED = timedelta(days=14)
WAIT = "There were too many registrations from here in the last hour. Keep this page open and send it again in an hour."
CONFIRMED = "{email} is the address that was confirmed, so it stays. For another contact, please register again."
HANDED_IN = "This registration was handed in a moment ago with other texts. What you sent now was not stored."
LONGEST = 1000  # characters of a question or a reason


class LinkOver(DomainError):
    """The link in a mail was used, was replaced by a newer one, or is too old."""


def register(partnership: Partnership, content: Mapping[str, Any], save_id: str, address: str, base_url: str) -> None:
    """Keep a registration and mail a link to confirm it. Raises Refused after too many; the same save is stored once."""
    kept, at = dict(content), partnership.id
    save_id = own_id(save_id)
    with unit_of_work() as session:
        known = session.scalar(select(Registration).where(Registration.save_id == save_id))
        if known is not None and (known.content, known.partnership_id) != (kept, at):
            save_id = renamed(save_id, {**kept, "at": at})
            known = session.scalar(select(Registration).where(Registration.save_id == save_id))
        if known is not None:
            return
        if tries.reached(LIMIT, kept["contact_email"], address):
            raise Refused([Problem("send", WAIT)])
        tries.note(LIMIT, kept["contact_email"], address)
        made = Registration(
            partnership_id=at, save_id=save_id, token_hash="", state=R.UNCONFIRMED, content=kept,
            created_at=clock.now(),
        )  # fmt: skip
        _mail_link(made, base_url, "registration-confirm")
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:  # the button was pressed twice at once: the other press stored it
            session.rollback()


def _mail_link(registration: Registration, base_url: str, kind: str, **fields: str) -> None:
    """Replace the link and mail the new one to the contact, in the running transaction."""
    token = secrets.token_urlsafe(32)
    registration.token_hash = digest(token)
    name, email = registration.contact
    if registration.state is R.UNCONFIRMED:  # nothing that a stranger typed goes to an address nobody has confirmed
        name = ""
    outbox.write(
        kind, f"registration:{registration.token_hash[:24]}", outbox.To(name, email),
        {**fields, "link": f"{base_url}/registration/{token}"}, registration.partnership_id,
    )  # fmt: skip


def forget_unconfirmed() -> None:
    """Delete what nobody confirmed in time; the worker calls this once an hour."""
    old = (Registration.state == R.UNCONFIRMED) & (Registration.created_at < clock.now() - KEPT_UNCONFIRMED)
    with unit_of_work() as session:
        session.execute(delete(Registration).where(old))


def open_link(token: str) -> Registration:
    """Return the registration that a link may confirm or change. Raises LinkOver."""
    found = registration_by_token(token)
    if found is None:
        raise LinkOver("This link was replaced by a newer one or is too old. Look for a newer mail, or register again.")
    if found.state not in (R.UNCONFIRMED, R.ASKED_BACK):
        raise LinkOver(
            "This registration is handed in already. Your partnership answers by mail; there is nothing to do."
        )
    if found.state is R.UNCONFIRMED and found.created_at < clock.now() - KEPT_UNCONFIRMED:
        raise LinkOver("This link is older than 14 days. Please register again.")
    return found


def _locked(registration_id: int) -> Registration:
    of = {"of": Registration}
    return db.session.get_one(Registration, registration_id, with_for_update=of, populate_existing=True)


def hand_in(token: str, base_url: str, content: Mapping[str, Any] | None = None) -> Partnership:
    """Confirm the address and hand in the registration, changed or as it was, and tell the staff. Raises LinkOver, Refused or OutOfOrder.

    Pressed twice, the second press finds it handed in and says so as well; other texts than those are refused.
    """
    with unit_of_work():
        known = registration_by_token(token)
        if known is not None:
            _locked(known.id)
            if known.state is R.WAITING:
                if content is not None and dict(content) != known.content:  # from another window, perhaps
                    raise OutOfOrder(HANDED_IN)
                return known.partnership
        found = open_link(token)
        if content is not None:
            if str(content["contact_email"]).lower() != found.contact[1].lower():
                raise Refused([Problem("contact_email", CONFIRMED.format(email=found.contact[1]))])
            found.content = dict(content)
        found.state, found.confirmed_at = R.WAITING, found.confirmed_at or clock.now()
        audit.record("registration handed in", partnership_id=found.partnership_id, registration=found.id)
        write(
            deciders_of(found.partnership_id), found.partnership_id,
            f"registration-in:{found.token_hash[:24]}", "registration-in",
            {"program": found.name, "link": f"{base_url}/registrations/{found.id}"},
        )  # fmt: skip
        return found.partnership


def ask_back(registration_id: int, question: str, by_id: int, base_url: str) -> None:
    """Ask the contact something; a new link opens the registration to be changed. Raises Refused or OutOfOrder."""
    if problems := text_problems(question, "question", "question", LONGEST, needed="Type what you want to know."):
        raise Refused(problems)
    with unit_of_work():
        found = _locked(registration_id)
        if found.state is R.ASKED_BACK and found.said == question:
            return
        _waits(found)
        _decide(found, R.ASKED_BACK, by_id, question)
        _mail_link(
            found, base_url, "registration-question", program=found.name, partnership=found.partnership.name,
            question=question,
        )  # fmt: skip


def decline(registration_id: int, reason: str, by_id: int) -> None:
    """Decline the registration with a reason, which the contact gets by mail. Raises Refused or OutOfOrder."""
    if problems := text_problems(reason, "reason", "reason", LONGEST, needed="Say why. The contact reads it."):
        raise Refused(problems)
    with unit_of_work():
        found = _locked(registration_id)
        if found.state is R.DECLINED:
            return
        _waits(found)
        _decide(found, R.DECLINED, by_id, reason)
        name, email = found.contact
        outbox.write(
            "registration-declined", f"registration-declined:{found.id}", outbox.To(name, email),
            {"program": found.name, "partnership": found.partnership.name, "reason": reason}, found.partnership_id,
        )  # fmt: skip


def approve(registration_id: int, name: str, ticks: Mapping[str, bool], by_id: int, base_url: str) -> Program:
    """Make the program and invite the contact as its administrator. Raises Refused or OutOfOrder; only once."""
    name = " ".join(name.split())
    if problems := text_problems(name, "name", "program's name", 200, needed="Enter the program's name."):
        raise Refused(problems)
    try:
        with unit_of_work():
            found = _locked(registration_id)
            if found.state is R.APPROVED and found.program_id is not None:
                return db.session.get_one(Program, found.program_id)
            _waits(found)
            program = add_program(found.partnership_id, facts_from(found.content) | {"name": name, **ticks}, by_id)
            _decide(found, R.APPROVED, by_id, "")
            found.program_id = program.id
            contact, email = found.contact
            invite(
                contact, email, Role.PROGRAM_ADMINISTRATOR, program_id=program.id, place=name, by_id=by_id,
                mail_partnership_id=found.partnership_id, base_url=base_url,
            )  # fmt: skip
    except IntegrityError:  # somebody took the name at this very moment
        raise Refused([NAME_TAKEN]) from None
    return program


def _waits(registration: Registration) -> None:
    if registration.state is not R.WAITING:
        raise OutOfOrder("A colleague answered this registration already. Nothing was changed; load the page again.")


def _decide(registration: Registration, state: RegistrationState, by_id: int, said: str) -> None:
    registration.state, registration.said = state, said
    registration.decided_at, registration.decided_by_id = clock.now(), by_id
    audit.record(
        f"registration {state.value.replace('_', ' ')}", person_id=by_id, partnership_id=registration.partnership_id,
        registration=registration.id,
    )  # fmt: skip
