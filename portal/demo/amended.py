"""Changes after submitting in the demo: a request that waits, and answers that were opened, changed and sent."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from portal.accounts.models import Person
from portal.assessments.models import Amendment, AmendmentState, AnswerVersion, StoredAnswer
from portal.cycles.models import Cycle
from portal.foundation.database import db
from rules.answers import Answer

from .clock import at


@dataclass(frozen=True, slots=True)
class Sent:
    """A round that was sent; `notes` is what each changed answer said before, one rating lower."""

    asked_by: str
    reason: str
    opened_by: str
    note: str
    asked: date
    opened: date
    due: date
    sent: date
    notes: dict[str, str]


SENT = {
    "stepup": Sent(
        "Grace Mbeki",
        "We looked into our files after the visit: two answers tell of last year.",
        "Ruben Ortega",
        "Thank you for looking. Please say how it is done now.",
        date(2026, 9, 16),
        date(2026, 9, 17),
        date(2026, 9, 30),
        date(2026, 9, 28),
        {"B.2.5": "One teacher vouches for each mentor.", "B.3.1": "Six hours on one day in August."},
    )
}
ASKED = {
    "maple": (
        "Lena Brandt",
        date(2026, 9, 29),
        ("B.2.7", "B.6.9"),
        "Our coordinator keeps the sheets for both, and she was away when we answered. She has found more than we wrote.",
    )
}


def before_changes(key: str, answers: dict[str, Answer]) -> dict[str, Answer]:
    """Return the answers as they were first submitted."""
    sent = SENT.get(key)
    if sent is None:
        return answers
    old = {
        code: replace(answers[code], notes=notes, rating=max(1, (answers[code].rating or 1) - 1))
        for code, notes in sent.notes.items()
    }
    return answers | old


def add_request(key: str, cycle: Cycle, people: dict[str, Person]) -> None:
    """Add a request that waits for the partnership, where the demo has one."""
    if key in ASKED:
        name, day, codes, reason = ASKED[key]
        db.session.add(
            Amendment(
                cycle_id=cycle.id, state=AmendmentState.ASKED, asked_at=at(day, 11, 5), asked_by_id=people[name].id,
                asked_codes=list(codes), reason=reason,
            )
        )  # fmt: skip


def add_changes(key: str, cycle: Cycle, answers: dict[str, Answer], copy_id: int, people: dict[str, Person]) -> None:
    """Add the round that led to the second copy, and the changed answers as their second versions."""
    sent = SENT[key]
    asker, opener = people[sent.asked_by], people[sent.opened_by]
    codes = list(sent.notes)
    db.session.add(
        Amendment(
            cycle_id=cycle.id, state=AmendmentState.SENT, asked_at=at(sent.asked, 9, 40), asked_by_id=asker.id,
            asked_codes=codes, reason=sent.reason, answered_at=at(sent.opened, 13), answered_by_id=opener.id,
            codes=codes, note=sent.note, due_on=sent.due, ended_at=at(sent.sent, 16), ended_by_id=asker.id,
            submission_id=copy_id,
        )
    )  # fmt: skip
    mine = select(StoredAnswer).where(StoredAnswer.cycle_id == cycle.id, StoredAnswer.practice_code.in_(codes))
    for row in db.session.scalars(mine):
        row.version, row.save_id, row.saved_at = 2, f"demo-{secrets.token_urlsafe(9)}", at(sent.sent, 15, 20)
        row.saved_by_id, row.content = asker.id, answers[row.practice_code].as_dict()
        db.session.add(
            AnswerVersion(
                cycle_id=cycle.id, practice_code=row.practice_code, version=2, save_id=row.save_id,
                saved_at=row.saved_at, saved_by_id=asker.id, content=row.content,
            )
        )  # fmt: skip
