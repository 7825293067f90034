"""Asking for help and answering: one talk a question, at any time of a program's life."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select

from portal.accounts.models import Person
from portal.accounts.queries import administrators_of_program, staff_of_partnership
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Problem, Refused
from portal.foundation.outbox import Message
from portal.foundation.typed import text_problems
from portal.foundation.versions import own_id, renamed
from portal.programs.mails import write
from portal.programs.models import Program
from portal.programs.services import locked
from rules.catalogue import Catalogue

from ..models import Advice, AdviceMessage, AdviceState

LONGEST = 5000  # characters of a message
MOST_CODES = 20


def codes_in(typed: str, catalogue: Catalogue) -> tuple[list[str], list[Problem]]:
    """Return the practice codes typed, like "B.2.3, E.1.1", and what is wrong with them."""
    codes = list(dict.fromkeys(one.upper() for one in typed.replace(",", " ").replace(";", " ").split()))
    unknown = [one for one in codes if one not in catalogue]
    if unknown:
        return [], [Problem("practices", f"There is no practice {unknown[0][:20]}. Codes look like B.2.3; leave this empty if unsure.")]  # fmt: skip
    if len(codes) > MOST_CODES:
        return [], [Problem("practices", f"Name at most {MOST_CODES} practices.")]
    return codes, []


def ask(
    program_id: int, typed: Mapping[str, str], catalogue: Catalogue, save_id: str, by: Person, base_url: str
) -> int:
    """Begin a talk, tell the staff, and return its number. Raises Refused; the same save begins one talk only."""
    codes, problems = codes_in(typed["practices"], catalogue)
    topic = " ".join(typed["topic"].split())
    problems = [
        *text_problems(topic, "topic", "topic", 200, needed="Say in a few words what it is about."),
        *problems,
        *text_problems(typed["text"], "text", "text", LONGEST, needed="Say what you need help with."),
    ]
    if problems:
        raise Refused(problems)
    by_id, name = by.id, by.name
    with unit_of_work() as session:
        program = locked(program_id)
        save_id = own_id(save_id)
        known = session.scalar(select(Advice).where(Advice.save_id == save_id))
        if known is not None and (known.topic, known.practices, known.messages[0].text, known.program_id) != (
            topic, codes, typed["text"], program.id,
        ):  # fmt: skip
            save_id = renamed(save_id, {**typed, "program": program.id})
            known = session.scalar(select(Advice).where(Advice.save_id == save_id))
        if known is not None:
            return known.id
        made = Advice(
            program_id=program.id,
            topic=topic,
            practices=codes,
            asked_at=clock.now(),
            asked_by_id=by_id,
            save_id=save_id,
        )
        made.messages.append(
            AdviceMessage(
                at=clock.now(), by_id=by_id, from_staff=False, text=typed["text"],
                save_id=secrets.token_urlsafe(12),  # the talk has the form's own; a reply may have had that one before
            )
        )  # fmt: skip
        session.add(made)
        session.flush()
        audit.record("help asked", person_id=by_id, program_id=program.id, advice=made.id)
        _tell(made, program, by_id, False, name, base_url)
        return made.id


def reply(advice_id: int, text: str, save_id: str, by: Person, from_staff: bool, base_url: str) -> None:
    """Add a message and tell the other side. Raises Refused; the same save is stored once."""
    if problems := text_problems(text, "text", "text", LONGEST, needed="Type your message."):
        raise Refused(problems)
    by_id, name = by.id, by.name
    with unit_of_work() as session:
        advice = load_locked(advice_id)
        save_id = own_id(save_id)
        known = session.scalar(select(AdviceMessage).where(AdviceMessage.save_id == save_id))
        if known is not None and (known.text, known.advice_id) != (text, advice.id):
            save_id = renamed(save_id, {"text": text, "advice": advice.id})
            known = session.scalar(select(AdviceMessage).where(AdviceMessage.save_id == save_id))
        if known is not None:
            return
        made = AdviceMessage(at=clock.now(), by_id=by_id, from_staff=from_staff, text=text, save_id=save_id)
        advice.messages.append(made)
        advice.state = AdviceState.ANSWERED if from_staff else AdviceState.OPEN
        advice.closed_at = advice.closed_by_id = None
        session.flush()
        program = advice.program
        audit.record("help answered" if from_staff else "help asked", person_id=by_id, program_id=program.id, advice=advice.id)  # fmt: skip
        _tell(advice, program, by_id, from_staff, name, base_url)


def close(advice_id: int, by_id: int) -> None:
    """Close the talk; a later message opens it again."""
    with unit_of_work():
        advice = load_locked(advice_id)
        if advice.state is AdviceState.CLOSED:
            return
        advice.state, advice.closed_at, advice.closed_by_id = AdviceState.CLOSED, clock.now(), by_id
        audit.record("help closed", person_id=by_id, program_id=advice.program_id, advice=advice.id)


def load_locked(advice_id: int) -> Advice:
    """Read a talk again inside a write, locked where the database can."""
    return db.session.get_one(Advice, advice_id, with_for_update={"of": Advice}, populate_existing=True)


def _tell(advice: Advice, program: Program, by_id: int, from_staff: bool, name: str, base_url: str) -> None:
    """Mail the other side, and colleagues on the own side who look after the program; never the writer."""
    to: Sequence[Person]
    if from_staff:
        to = [*administrators_of_program(program.id), *([advice.asked_by] if advice.asked_by else [])]
    else:
        to = staff_of_partnership(program.partnership_id)
    people = {one.id: one for one in to if one.id != by_id}.values()
    kind = "help-answered" if from_staff else "help-asked"
    fields = {"by": name, "program": program.name, "link": f"{base_url}/advice/{advice.id}"}
    fresh = [one for one in people if not _has_mail_waiting(advice.id, one.id)]
    write(fresh, program.partnership_id, f"advice:{advice.id}:{advice.messages[-1].id}", kind, fields)


def _mails(advice_id: int, person_id: int) -> Select[Message]:
    mine = Message.key.like(f"advice:{advice_id}:%:{person_id}")
    return select(Message).where(mine).order_by(Message.id.desc())


def _has_mail_waiting(advice_id: int, person_id: int) -> bool:
    """Tell whether a mail about this talk has not left yet: it leads to the new message too."""
    last = db.session.scalar(_mails(advice_id, person_id).limit(1))
    return last is not None and last.waits
