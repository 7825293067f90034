"""News of changes at a program: reported by the program, read by staff. Nothing is deleted by it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Problem, Refused
from portal.foundation.typed import day_of, text_problems
from portal.foundation.versions import own_id, renamed
from portal.programs.mails import write_to_administrators, write_to_staff
from portal.programs.services import locked
from rules.policy import Policy

from ..models import ChangeNotice

LONGEST = 3000
EVENTS = {
    "leadership": "New leadership, or another key leader",
    "model": "Another model, or other young people",
    "closing": "The program closes, or pauses",
}


def event_words(event: str) -> str:
    """Say an event: the known ones in words of ours, others as the partnership put them."""
    return EVENTS.get(event, event[:1].upper() + event[1:])


def report(program_id: int, policy: Policy, typed: Mapping[str, str], save_id: str, by_id: int, base_url: str) -> None:
    """Store the news and tell the staff. Raises Refused; the same save is stored once."""
    day = day_of(typed["happens_on"])
    problems = []
    if typed["event"] not in policy.change_events:
        problems.append(Problem("event", "Choose what changes."))
    if day is None:
        problems.append(Problem("happens_on", "Enter the day of the change, like 2026-11-02; about is good enough."))
    problems += text_problems(typed["text"], "text", "text", LONGEST, needed="Say in a few sentences what changes.")
    if problems or day is None:
        raise Refused(problems)
    with unit_of_work() as session:
        program = locked(program_id)
        save_id = own_id(save_id)
        known = session.scalar(select(ChangeNotice).where(ChangeNotice.save_id == save_id))
        said = (program.id, typed["event"], day, typed["text"])
        if known is not None and (known.program_id, known.event, known.happens_on, known.text) != said:
            save_id = renamed(save_id, {**typed, "program": program.id})
            known = session.scalar(select(ChangeNotice).where(ChangeNotice.save_id == save_id))
        if known is not None:
            return
        made = ChangeNotice(
            program_id=program.id, event=typed["event"], happens_on=day, text=typed["text"], save_id=save_id,
            reported_at=clock.now(), reported_by_id=by_id,
        )  # fmt: skip
        session.add(made)
        session.flush()
        audit.record("change reported", person_id=by_id, program_id=program.id, event=made.event, notice=made.id)
        write_to_staff(
            program, f"change:{made.id}", "change-reported", link=f"{base_url}/programs/{program.id}/changes"
        )


def note_read(notice_id: int, by_id: int, base_url: str) -> None:
    """Note that staff have read it, and tell the program; only the first time."""
    with unit_of_work():
        of = {"of": ChangeNotice}
        notice = db.session.get_one(ChangeNotice, notice_id, with_for_update=of, populate_existing=True)
        if notice.read_at is not None:
            return
        notice.read_at, notice.read_by_id = clock.now(), by_id
        program = notice.program
        audit.record("change read", person_id=by_id, program_id=program.id, notice=notice.id)
        write_to_administrators(
            program, f"change-read:{notice.id}", "change-read", link=f"{base_url}/programs/{program.id}/advice"
        )
