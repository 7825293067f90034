"""What people working together left behind in the demo's assessment in progress."""

from __future__ import annotations

from datetime import date

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.teamwork.models import Comment, Discussion, Flag, Kind, Said, SectionGiven, SectionWord

from .clock import at

DIRECTOR, COORDINATOR = "Josiah Bell", "Winona Redfeather-Clark"
GIVEN = (("s-4", DIRECTOR), ("s-4", COORDINATOR), ("s-5", DIRECTOR))
COMPLETED = ("m-a", "m-b", "m-c", "m-d", "m-e", "m-f", "s-1", "s-2")
COMMENTS: tuple[tuple[str, date, str, list[str]], ...] = (
    (COORDINATOR, date(2026, 9, 28), "We put a circle together, not a pair. Does our way count here? Please have a look, @Josiah.", [DIRECTOR]),
    (DIRECTOR, date(2026, 9, 29), "I think so. I will ask our partnership on Thursday and write down what they say.", []),
)  # fmt: skip
DISCUSSED, MARKED = "B.4.1", "B.4.3"


def add_together(cycle: Cycle, people: dict[str, Person]) -> None:
    """Add given and completed sections, a discussion and a mark to the running transaction."""
    for key, name in GIVEN:
        db.session.add(
            SectionGiven(
                cycle_id=cycle.id, section_key=key, person_id=people[name].id,
                given_by_id=people[COORDINATOR].id, given_at=at(date(2026, 9, 14)),
            )
        )  # fmt: skip
    for key in COMPLETED:
        db.session.add(
            SectionWord(
                cycle_id=cycle.id, section_key=key, word=Said.YES, said_by_id=people[COORDINATOR].id,
                said_at=at(date(2026, 9, 30), 16),
            )
        )  # fmt: skip
    talk = Discussion(cycle_id=cycle.id, practice_code=DISCUSSED, comments=len(COMMENTS))
    marked = Flag(
        cycle_id=cycle.id, practice_code=MARKED, person_id=people[COORDINATOR].id, set_at=at(date(2026, 9, 28), 11)
    )  # fmt: skip
    db.session.add_all([talk, marked])
    db.session.flush()
    for number, (name, day, text, told) in enumerate(COMMENTS):
        db.session.add(
            Comment(
                discussion_id=talk.id, kind=Kind.COMMENT, text=text, told=told, written_at=at(day, 11, 20),
                written_by_id=people[name].id, save_id=f"demo-comment-{number}",
            )
        )  # fmt: skip
