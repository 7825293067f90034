"""The steps before access: a needs assessment that the program sends, and texts signed by mailed links.

A step is passed by itself when the needs assessment is sent or the last signature is there; staff can record any step
with a day on the form of the program's facts, and take it back there.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from portal.accounts import tries
from portal.accounts.hashes import digest
from portal.foundation import audit, clock, outbox
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused, StaleVersion
from portal.foundation.languages import Phrase, Value
from portal.foundation.versions import own_id, renamed
from portal.partnerships.queries import current_rulebook
from portal.programs.mails import write_to_administrators, write_to_managers, write_to_staff
from portal.programs.models import Program
from portal.programs.services import change_facts, locked
from rules.policy import Gate
from rules.texts import USUAL

from ..forms import Signer, problems_of_needs, problems_of_signature
from ..models import GateSignature, NeedsAssessment, NeedsVersion
from ..queries import needs_of, signature_by_token, signatures_of

LIMIT = tries.Limit("agreement:", timedelta(days=1), 5, 60)  # mails to one address, and by one program
NEEDS_GATE, MOU_GATE = "needs_assessment", "mou"


class LinkOver(DomainError):
    """The link was used, withdrawn, or never was."""


class NeedsChanged(StaleVersion):
    """A colleague saved other answers since the page was loaded."""


def text_to_sign(program: Program, gate: Gate) -> str:
    """Return the text of a step that is signed: the partnership's own words, or the usual ones."""
    if gate.key != MOU_GATE:
        return gate.sentence
    return current_rulebook(program.partnership).text("mou") or USUAL["mou"]


def hash_of(program: Program, gate: Gate, text: str) -> str:
    """Return the hash a signature covers: the text and both parties."""
    return hashlib.sha256(json.dumps([gate.key, program.partnership.name, program.name, text]).encode()).hexdigest()


def pass_gate(program: Program, gate_key: str, by_id: int | None) -> None:
    """Note that a step is done today, in the running transaction."""
    today = clock.local_day(program.partnership.time_zone).isoformat()
    change_facts(program, {"gates_passed": {**program.gates_passed, gate_key: today}}, by_id)


def save_needs(
    program_id: int, typed: Mapping[str, str], seen: str, save_id: str, by_id: int, send: bool, base_url: str
) -> None:
    """Store the answers and, when asked to, send them. Raises Refused, OutOfOrder or NeedsChanged; refused texts are kept."""
    stale = False
    if problems := problems_of_needs(typed, whole=False):
        raise Refused(problems)
    with unit_of_work() as session:
        program = locked(program_id)
        needs = needs_of(program.id)
        if needs is None:
            needs = NeedsAssessment(program_id=program.id, content={}, version=0, saved_at=clock.now())
            session.add(needs)
        if needs.sent_at is not None and needs.content != dict(typed):
            raise OutOfOrder("The needs assessment is sent already. Ask for help to add something to it.")
        content = dict(typed)
        save_id = own_id(save_id)
        save_id = renamed(save_id, content) if needs.save_id == save_id and needs.content != content else save_id
        if content != needs.content:
            stale = seen != str(needs.version)
            if not stale:
                needs.content, needs.version, needs.save_id = content, needs.version + 1, save_id
                needs.saved_at, needs.saved_by_id = clock.now(), by_id
            row = NeedsVersion(
                version=needs.version, save_id=save_id, saved_at=clock.now(), saved_by_id=by_id, content=content,
                refused=stale,
            )  # fmt: skip
            needs.versions.append(row)
        if send and not stale and needs.sent_at is None and not problems_of_needs(content, whole=True):
            _send_needs(program, needs, by_id, base_url)
    if stale:
        raise NeedsChanged("A colleague saved other answers while you were typing. Both texts are kept.")
    if send and (problems := problems_of_needs(typed, whole=True)):
        raise Refused(problems)


def _send_needs(program: Program, needs: NeedsAssessment, by_id: int, base_url: str) -> None:
    needs.sent_at, needs.sent_by_id = clock.now(), by_id
    audit.record("needs assessment sent", person_id=by_id, program_id=program.id)
    if NEEDS_GATE not in program.gates_passed:
        pass_gate(program, NEEDS_GATE, by_id)
    db.session.flush()
    write_to_staff(program, f"needs:{needs.id}", "needs-sent", link=f"{base_url}/programs/{program.id}/gates")


def name_signers(program_id: int, gate: Gate, signers: Sequence[Signer], by_id: int, base_url: str) -> None:
    """Mail a link to everybody who is new on the list, and withdraw the links of those who are not on it any more.

    Who signed this very text already need not sign again. Raises OutOfOrder once the step is done, Refused after too many
    mails of a day.
    """
    with unit_of_work():
        program = locked(program_id)
        if gate.key in program.gates_passed:
            raise OutOfOrder(f"“{gate.title}” is done already. Nobody has to sign any more.")
        text = text_to_sign(program, gate)
        content_hash = hash_of(program, gate, text)
        left = {(one.name, one.title, one.email, one.content_hash): one for one in signatures_of(program.id, gate.key)}
        for number, signer in enumerate(signers, start=1):
            if left.pop((signer.name, signer.title, signer.email, content_hash), None) is None:
                if too_many := _count(program, signer.email):
                    raise Refused([Problem(f"s{number}-email", too_many)])
                _send_link(program, gate, signer, text, by_id, base_url)
        for one in left.values():
            one.withdrawn_at = clock.now()
        audit.record("signatories named", person_id=by_id, program_id=program.id, gate=gate.key)


def send_again(program_id: int, gate: Gate, signature_id: int, by_id: int, base_url: str) -> None:
    """Mail a new link to one signatory, over the text as it is now; the old link is over. Does nothing for a used one.

    Raises OutOfOrder after too many of a day.
    """
    with unit_of_work():
        program = locked(program_id)
        if gate.key in program.gates_passed:
            return
        for one in signatures_of(program.id, gate.key):
            if one.id == signature_id and one.signed_at is None:
                if too_many := _count(program, one.email):
                    raise OutOfOrder(too_many)
                one.withdrawn_at = clock.now()
                signer = Signer(one.name, one.title, one.email)
                _send_link(program, gate, signer, text_to_sign(program, gate), by_id, base_url)


def _count(program: Program, email: str) -> str:
    """Count one more link mailed to an address and by a program; return why it has to wait, else nothing."""
    if tries.reached(LIMIT, email, f"program {program.id}"):
        return f"Too many links went to {email}, or out from your program, since yesterday. Please wait a day."
    tries.note(LIMIT, email, f"program {program.id}")
    db.session.flush()
    return ""


def _send_link(program: Program, gate: Gate, signer: Signer, text: str, by_id: int, base_url: str) -> None:
    token = secrets.token_urlsafe(32)
    db.session.add(
        GateSignature(
            program_id=program.id, gate_key=gate.key, text=text, content_hash=hash_of(program, gate, text),
            name=signer.name, title=signer.title, email=signer.email, token_hash=digest(token), sent_at=clock.now(),
            sent_by_id=by_id,
        )
    )  # fmt: skip
    fields: dict[str, Value] = {
        "program": program.name, "partnership": program.partnership.name, "title": Phrase(gate.title),
        "link": f"{base_url}/agreement/{token}",
    }  # fmt: skip
    to = outbox.To(signer.name, signer.email)
    outbox.write("agreement", f"agreement:{digest(token)[:24]}", to, fields, program.partnership_id)


def open_link(token: str) -> tuple[GateSignature, Gate]:
    """Return what a link asks to sign. Raises LinkOver."""
    found = signature_by_token(token)
    if found is None or found.withdrawn_at is not None:
        raise LinkOver("This link does not work any more. Please ask the program for a new one.")
    if found.signed_at is not None:
        raise LinkOver("You have signed this already. Thank you; there is nothing more to do.")
    gates = current_rulebook(found.program.partnership).policy.gates
    gate = next((one for one in gates if one.key == found.gate_key), None)
    if gate is None or gate.key in found.program.gates_passed:
        raise LinkOver("This does not have to be signed any more. Thank you; there is nothing more to do.")
    if hash_of(found.program, gate, text_to_sign(found.program, gate)) != found.content_hash:
        raise LinkOver("What this link asks you to sign has changed since. Please ask the program for a new link.")
    return found, gate


def sign(token: str, signer: Mapping[str, str], base_url: str) -> None:
    """Sign, once; the last signature passes the step. Raises LinkOver, or Refused with every problem."""
    name, title = (" ".join(signer[key].split()) for key in ("name", "title"))
    with unit_of_work():
        known = signature_by_token(token)
        if known is not None:
            locked(known.program_id)
            db.session.expire_all()  # a link withdrawn or used while this waited for the lock is over
            if known.signed_at and not known.withdrawn_at and (known.signer_name, known.signer_title) == (name, title):
                return  # the button was pressed twice
        found, gate = open_link(token)
        if problems := problems_of_signature(name, title, signer["confirm"] == "yes"):
            raise Refused(problems)
        found.signed_at, found.signer_name, found.signer_title = clock.now(), name, title
        program = found.program
        audit.record("agreement signed", program_id=program.id, gate=gate.key, content_hash=found.content_hash)
        signed = [one for one in signatures_of(program.id, gate.key)
                  if one.signed_at and one.content_hash == found.content_hash]  # fmt: skip
        if len(signed) >= gate.signatories:
            pass_gate(program, gate.key, None)
            for write in (write_to_administrators, write_to_managers):
                write(program, f"agreement-done:{found.id}", "agreement-done", title=Phrase(gate.title),
                     link=f"{base_url}/programs/{program.id}")  # fmt: skip
