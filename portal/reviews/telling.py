"""The mails about questions: that there is something to read and where, never what it says.

A program, and a partnership about it, gets at most one such mail in an hour for each person; what comes meanwhile is told
by the next, or by the one that has not left yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.queries import people_of_program
from portal.cycles.models import Cycle
from portal.foundation import clock, outbox
from portal.foundation.access import TABLE, Action
from portal.foundation.database import db
from portal.foundation.outbox import Message

from .models import Question, QuestionEntry
from .reviewers import at_work

QUIET = timedelta(hours=1)


def tell_asked(cycle: Cycle, cause: Question | QuestionEntry, base_url: str) -> None:
    """Tell everybody of the program who may answer that questions wait; `cause` is what was asked or said last."""
    program = cycle.program
    people = [person for person, role in people_of_program(program.id) if role in TABLE[Action.TALK]]
    _tell(people, cycle, "review-asked", cause, f"{base_url}/cycles/{cycle.id}/questions")


def tell_answered(cycle: Cycle, cause: QuestionEntry, base_url: str) -> None:
    """Tell whoever reviews that the program answered; everybody at the partnership while nobody does."""
    _tell(at_work(cycle), cycle, "review-answered", cause, f"{base_url}/cycles/{cycle.id}/questions")


def _tell(people: Iterable[Person], cycle: Cycle, kind: str, cause: Question | QuestionEntry, link: str) -> None:
    program = cycle.program
    fields = {"program": program.name, "partnership": program.partnership.name, "link": link}
    start = f"{kind}:{program.id}"
    name = f"{'question' if isinstance(cause, Question) else 'entry'}-{cause.id}"
    for person in people:
        mine = Message.key.like(f"{start}:{person.id}:%")
        last = db.session.scalar(select(Message).where(mine).order_by(Message.id.desc()).limit(1))
        if last is not None and last.sent_at is None and last.next_try_at is not None:
            continue  # it has not left yet and leads to this too
        message = outbox.write(kind, f"{start}:{person.id}:{name}", person, fields, program.partnership_id)
        if last is not None and last.sent_at is not None:
            message.next_try_at = max(clock.now(), last.sent_at + QUIET)
