"""The Statement of Accuracy: a key leader is asked, by a single-use link, to sign what was submitted, judged and issued."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from portal.accounts.signing import LinkOver, Signature, new_link, pressed_again, same_name
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.foundation import audit, clock, outbox
from portal.foundation.addresses import looks_like_address, looks_like_name
from portal.foundation.codes import new_code, shown_code
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.languages import Value
from portal.plans.covering import Covered, covered_now
from portal.plans.models import Plan, SignedHow, Statement
from portal.plans.queries import (
    later_statement,
    may_be_signed,
    open_statement,
    plan_of,
    signs_again,
    statement_by_token,
)
from portal.programs.mails import tell_staff


class SignLater(LinkOver):
    """Answers that the Statement covers are open for changes or not judged yet; the link works again afterwards."""


class TextChanged(LinkOver):
    """What the leader read has changed since; nothing is signed, and the new text is there to read."""

    def __init__(self) -> None:
        super().__init__(
            "What you read has changed since, so nothing is signed yet. Below is the text as it is now. Please read it "
            "again, then sign."
        )


def signed_hash(cycle: Cycle, plan: Plan) -> str:
    """Return the hash a signature would cover now: the submitted answers, the basis of the tier, and the issued plan."""
    db.session.flush()  # the plan may have been frozen in the running transaction
    return covered_now(cycle).hash


def send_statement(cycle_id: int, name: str, email: str, by_id: int, base_url: str, seen: str = "") -> None:
    """Send a new link and withdraw the old one. Raises OutOfOrder or Refused.

    `seen` names the Statement the sender's page showed: when a newer one went to the same person, this is the same
    form sent twice, and a second mail would only make the first link a dead one.
    """
    name, email = " ".join(name.split()), email.strip()
    if problems := problems_of_leader(name, email):
        raise Refused(problems)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        plan = plan_of(cycle)
        if not may_be_signed(cycle) or plan is None:
            raise OutOfOrder("The Statement can be sent after the plan is issued and until it is signed.")
        old = open_statement(cycle)
        if old is not None and seen not in ("", str(old.id)) and (old.leader_name, old.leader_email) == (name, email):
            return
        check_seen(old, seen)
        if old is not None:
            old.withdrawn_at = clock.now()
        post_statement(cycle, plan, name, email, base_url, by_id)
        audit.record("statement sent", person_id=by_id, cycle_id=cycle.id)


def check_seen(waiting: Statement | None, seen: str) -> None:
    """Raise OutOfOrder when another Statement waits than the one, or none, that the sender's page showed."""
    if waiting is not None and seen not in ("", str(waiting.id)):
        raise OutOfOrder(
            f"A colleague asked {waiting.leader_name} to sign meanwhile. Nothing of yours was sent. Look at it first, then "
            "decide."
        )


def problems_of_leader(name: str, email: str) -> list[Problem]:
    """Return what keeps a link from being sent to this person."""
    problems = []
    if not looks_like_name(name):
        problems.append(Problem("leader_name", "Enter the key leader's name, in at most 200 characters."))
    if not looks_like_address(email):
        problems.append(Problem("leader_email", "Enter an e-mail address like name@example.org."))
    return problems


def post_statement(
    cycle: Cycle, plan: Plan, name: str, email: str, base_url: str, by_id: int | None = None
) -> Statement:
    """Mail a link to sign in the running transaction; to somebody without an address it is made to be printed alone."""
    program, policy = cycle.program, rulebook_of(cycle).policy
    made, token = new_statement(cycle, name, email, by_id)
    if not email:
        return made
    made.expires_at = clock.now() + timedelta(days=policy.statement_link_days)
    fields: dict[str, Value] = {
        "program": program.name, "partnership": program.partnership.name, "link": f"{base_url}/statement/{token}",
        "until": made.expires_at.astimezone(ZoneInfo(program.partnership.time_zone)).date(),
    }  # fmt: skip
    key = f"statement:{made.token_hash[:24]}"
    outbox.write("statement", key, outbox.To(name, email), fields, program.partnership_id)
    return made


def new_statement(cycle: Cycle, name: str, email: str, by_id: int | None) -> tuple[Statement, str]:
    """Add a Statement over what there is now to the running transaction; return it with the secret of its link."""
    db.session.flush()  # the plan may have been frozen in the running transaction
    token, stored = new_link()
    made = Statement(
        cycle_id=cycle.id, token_hash=stored, leader_name=name, leader_email=email, sent_at=clock.now(),
        sent_by_id=by_id, code=new_code(),
    )  # fmt: skip
    bind(made, covered_now(cycle))
    db.session.add(made)
    db.session.flush()
    return made, token


def bind(statement: Statement, covered: Covered) -> None:
    """Keep with a Statement what it covers."""
    statement.content_hash, statement.answers_number = covered.hash, covered.number
    statement.basis, statement.plan_content = covered.basis, covered.plan_content


def open_link(token: str) -> Statement:
    """Return the Statement a link opens. Raises LinkOver."""
    found = statement_by_token(token)
    if found is None:
        raise LinkOver("This link does not work any more. Please ask the partnership for a new one.")
    if found.signed_at is not None:
        raise LinkOver("This Statement is signed already. Thank you; there is nothing more to do.")
    if found.withdrawn_at is not None:
        newer = later_statement(found)
        raise LinkOver(
            "This link does not work any more: a newer one took its place. Please use the newest mail."
            if newer
            else "This link does not work any more: the partnership took it back. Please ask the partnership for a new one."
        )
    if found.expires_at is not None and found.expires_at <= clock.now():
        raise LinkOver("This link is too old by now. Please ask the partnership for a new one.")
    if not may_be_signed(found.cycle):
        raise LinkOver(
            "This does not have to be signed any more: the cycle has gone on since. There is nothing for you to do."
        )
    if found.cycle.reopened:
        raise SignLater(
            "Some answers that this Statement covers are open for changes right now. Please come back in some days; the "
            "link then shows the answers as they are by then."
        )
    if not covered_now(found.cycle).whole:
        raise SignLater("The rules are still counting the newest answers. Please come back in a few minutes.")
    return found


def sign(token: str, name: str, title: str, confirmed: bool, base_url: str, seen: str = "") -> Statement:
    """Sign the Statement, once. Raises LinkOver, OutOfOrder or Refused with every problem; typed text stays with the caller.

    `seen` is the hash of what the leader read; "" stands for what was sent.
    """
    typed = Signature.read({"name": name, "title": title, "confirm": "yes" if confirmed else ""})
    with unit_of_work():
        known = statement_by_token(token)
        cycle = load_for_change((known or open_link(token)).cycle_id)
        db.session.expire_all()  # a link withdrawn or used while this waited for the lock is over
        if known is not None and pressed_again(known, typed):
            return known
        found = open_link(token)
        if problems := problems_of_signer(found, typed):
            raise Refused(problems)
        covered = covered_now(cycle)
        if covered.hash != (seen or found.content_hash):
            raise TextChanged
        bind(found, covered)
        keep_signature(cycle, found, typed, SignedHow.LINK, local_today(cycle), base_url)
        audit.record("statement signed", cycle_id=cycle.id, content_hash=found.content_hash, how="link")
    return found


def problems_of_signer(statement: Statement, typed: Signature) -> list[Problem]:
    """Return what keeps this person from signing: something is missing, or somebody else was asked."""
    problems = typed.problems()
    if not any(one.field == "name" for one in problems) and not same_name(typed.name, statement.leader_name):
        problems.append(
            Problem(
                "name",
                f"Only {statement.leader_name} can sign this. If that is you, type your name as it stands here. If somebody "
                "else has to sign, ask the partnership for a Statement in the right name.",
            )
        )
    return problems


def keep_signature(
    cycle: Cycle, statement: Statement, typed: Signature, how: SignedHow, on: date, base_url: str
) -> None:
    """Store a signature in the running transaction, and tell the staff and the signer. Raises OutOfOrder.

    One after a mini-review moves no state and no day that is counted from the first.
    """
    again = signs_again(cycle)
    if not again:
        advance(cycle, CycleState.SIGNED, on)
    statement.signed_at, statement.signer_name, statement.signer_title = clock.now(), typed.name, typed.title
    statement.how, statement.signed_on = how, on
    program = cycle.program
    kind, page = ("signed-again", "statement") if again else ("signed", "recognition")
    tell_staff(program, f"signed:{statement.id}", kind, link=f"{base_url}/cycles/{cycle.id}/{page}")
    if statement.leader_email and statement.code:
        fields = {"program": program.name, "mark": shown_code(statement.code), "link": f"{base_url}/statements"}
        leader = outbox.To(statement.leader_name, statement.leader_email)
        outbox.write("signed-receipt", f"signed-receipt:{statement.id}", leader, fields, program.partnership_id)
