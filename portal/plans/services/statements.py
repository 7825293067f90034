"""The Statement of Accuracy: sent to a key leader by a single-use link, signed over what was submitted and issued."""

from __future__ import annotations

import hashlib
import secrets

from portal.assessments.queries import submission_of
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today
from portal.cycles.services import advance
from portal.foundation import audit, clock, outbox
from portal.foundation.addresses import looks_like_address, looks_like_name
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused
from portal.plans.models import Plan, Statement
from portal.plans.queries import hash_over, open_statement, plan_of, statement_by_token
from portal.programs.mails import write_to_staff


class LinkOver(DomainError):
    """The link to the Statement was used, withdrawn, or never was."""


class SignLater(LinkOver):
    """Answers that the Statement covers are open for changes; the link works again if none is sent."""


def signed_hash(cycle: Cycle, plan: Plan) -> str:
    """Return the hash a signature covers: the submitted answers and the issued plan."""
    submission = submission_of(cycle)
    return hash_over(submission.content_hash if submission else "", plan)


def send_statement(cycle_id: int, name: str, email: str, by_id: int, base_url: str, seen: str = "") -> None:
    """Send a new link and withdraw the old one. Raises OutOfOrder or Refused.

    `seen` names the Statement the sender's page showed: when a newer one went to the same person, this is the same
    form sent twice, and a second mail would only make the first link a dead one.
    """
    name, email = " ".join(name.split()), email.strip()
    problems = []
    if not looks_like_name(name):
        problems.append(Problem("leader_name", "Enter the key leader's name, in at most 200 characters."))
    if not looks_like_address(email):
        problems.append(Problem("leader_email", "Enter an e-mail address like name@example.org."))
    if problems:
        raise Refused(problems)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        plan = plan_of(cycle)
        if cycle.state is not CycleState.PLAN_ISSUED or plan is None:
            raise OutOfOrder("The Statement can be sent after the plan is issued and until it is signed.")
        old = open_statement(cycle)
        if old is not None and seen not in ("", str(old.id)) and (old.leader_name, old.leader_email) == (name, email):
            return
        if old is not None:
            old.withdrawn_at = clock.now()
        post_statement(cycle, plan, name, email, base_url)
        audit.record("statement sent", person_id=by_id, cycle_id=cycle.id)


def post_statement(cycle: Cycle, plan: Plan, name: str, email: str, base_url: str) -> None:
    """Mail a link to sign in the running transaction."""
    token, program = secrets.token_urlsafe(32), cycle.program
    digest = hashlib.sha256(token.encode()).hexdigest()
    db.session.add(
        Statement(
            cycle_id=cycle.id, token_hash=digest, leader_name=name, leader_email=email,
            sent_at=clock.now(), content_hash=signed_hash(cycle, plan),
        )
    )  # fmt: skip
    fields = {
        "program": program.name, "partnership": program.partnership.name, "link": f"{base_url}/statement/{token}",
    }  # fmt: skip
    outbox.write("statement", f"statement:{digest[:24]}", outbox.To(name, email), fields, program.partnership_id)


def post_mail(cycle: Cycle, key: str, name: str, email: str, subject: str, text: str) -> None:
    """Put a mail that has no kind yet into the running transaction."""
    outbox.post(
        key,
        to_name=name,
        to_email=email,
        partnership_id=cycle.program.partnership_id,
        subject=subject,
        text=f"Hello {name},\n\n{text}",
    )


def open_link(token: str) -> Statement:
    """Return the Statement a link opens. Raises LinkOver."""
    found = statement_by_token(token)
    if found is None or found.withdrawn_at is not None:
        raise LinkOver("This link does not work any more. Please ask the partnership for a new one.")
    if found.signed_at is not None:
        raise LinkOver("This Statement is signed already. Thank you; there is nothing more to do.")
    if found.cycle.reopened:
        raise SignLater(
            "Some answers that this Statement covers are open for changes right now. Please come back in some days; if "
            "the answers change, the partnership sends you a new link."
        )
    plan = plan_of(found.cycle)
    if plan is None or signed_hash(found.cycle, plan) != found.content_hash:
        raise LinkOver("What this link asks you to sign has changed since. Please ask the partnership for a new link.")
    return found


def sign(token: str, name: str, title: str, confirmed: bool, base_url: str) -> Statement:
    """Sign the Statement, once. Raises LinkOver, OutOfOrder or Refused with every problem; typed text stays with the caller."""
    name, title = " ".join(name.split()), " ".join(title.split())
    problems = []
    if not looks_like_name(name):
        problems.append(Problem("name", "Enter your name, in at most 200 characters."))
    if not looks_like_name(title):
        problems.append(
            Problem("title", "Enter your title, for example executive director, in at most 200 characters.")
        )
    if not confirmed:
        problems.append(Problem("confirm", "Tick the box to confirm."))
    with unit_of_work():
        known = statement_by_token(token)
        cycle = load_for_change((known or open_link(token)).cycle_id)
        db.session.expire_all()  # a link withdrawn or used while this waited for the lock is over
        if known is not None and known.signed_at and (known.signer_name, known.signer_title) == (name, title):
            return known  # the button was pressed twice
        found = open_link(token)
        if problems:
            raise Refused(problems)
        advance(cycle, CycleState.SIGNED, local_today(cycle))
        found.signed_at, found.signer_name, found.signer_title = clock.now(), name, title
        audit.record("statement signed", cycle_id=cycle.id, content_hash=found.content_hash)
        write_to_staff(cycle.program, f"signed:{found.id}", "signed", link=f"{base_url}/cycles/{cycle.id}/recognition")
    return found
