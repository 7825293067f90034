"""The mail of the demo's past, as the portal would have sent it; one address that does not exist, and one letter that waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.accounts.models import Person
from portal.assessments.ahead import ahead_of
from portal.assessments.queries import submission_of
from portal.cycles.models import Cycle
from portal.foundation import letterpaper
from portal.foundation.database import db
from portal.foundation.languages import USUAL, Value
from portal.foundation.outbox import MORNING, Message, compose_letter

from .clock import REFERENCE_DAY, at


@dataclass(frozen=True, slots=True)
class DemoLetter:
    """One letter: its kind, the cycle it is about, to whom, and on which day."""

    kind: str
    cycle: str
    to: str
    day: date
    until: date | None = None
    state: str = "sent"  # or refused, or waiting


LETTERS = (
    DemoLetter("results-ready", "harbor", "Tom Adeyemi", date(2026, 3, 4)),
    DemoLetter("results-ready", "harbor", "Marisol Keane", date(2026, 3, 4)),
    DemoLetter("renewal", "bridgelink", "Hannah Lindqvist", date(2026, 6, 5), date(2026, 12, 5)),
    DemoLetter("access-open", "circle", "Winona Redfeather-Clark", date(2026, 8, 14)),
    DemoLetter("access-open", "stepup", "Grace Mbeki", date(2026, 9, 8), state="refused"),
    DemoLetter("submitted", "maple", "Lena Brandt", date(2026, 9, 22)),
    DemoLetter("to-review", "maple", "Ruben Ortega", date(2026, 9, 22), date(2026, 10, 6)),
    DemoLetter("to-review", "maple", "Dana Whitlock", date(2026, 9, 22), date(2026, 10, 6)),
    DemoLetter("amend-asked", "maple", "Ruben Ortega", date(2026, 9, 29)),
    DemoLetter("change-read", "maple", "Lena Brandt", REFERENCE_DAY, state="waiting"),
)


def add_letters(cycles: dict[str, Cycle], people: dict[str, Person], base_url: str) -> None:
    """Add mail that was sent, was refused, and waits, to the running transaction."""
    for one in LETTERS:
        cycle, person = cycles[one.cycle], people[one.to]
        program, language = cycle.program, person.language or USUAL
        letter = compose_letter(one.kind, language, one.to, _fields(one, cycle, base_url), program.partnership_id)
        moment = at(one.day, 13, 21) if one.state == "waiting" else at(one.day, MORNING)
        message = Message(
            key=f"{one.kind}:{cycle.id}:{person.id}", partnership_id=program.partnership_id, kind=one.kind,
            language=language, to_name=one.to, to_email=person.email, subject=letter.subject[:200],
            text=letterpaper.on_paper(one.to, letter.body, language), created_at=moment, tries=1,
        )  # fmt: skip
        if one.state == "sent":
            message.sent_at = moment
        elif one.state == "refused":
            message.error = "The mail server refused the address: 550 there is no such mailbox here"
        else:
            message.gather_at, message.tries = at(date(2026, 10, 2), MORNING), 0
        db.session.add(message)


def _fields(one: DemoLetter, cycle: Cycle, base_url: str) -> dict[str, Value]:
    program, copy = cycle.program, submission_of(cycle)
    home, answers = f"{base_url}/programs/{program.id}", f"{base_url}/cycles/{cycle.id}/answers"
    return {
        "program": program.name, "partnership": program.partnership.name, "link": home, "until": one.until or "",
        "codes": "B.2.7, B.6.9", "count": 2, "by": "Winona Redfeather-Clark", "told": "Lena Brandt, Dana Whitlock, Ruben Ortega",
        "steps": tuple(step.phrase for step in ahead_of(cycle)), "mark": copy.content_hash[:12] if copy else "",
        "answers_link": answers, "changes_link": f"{base_url}/cycles/{cycle.id}/changes",
    }  # fmt: skip
