"""A desk review under way in the demo: marks, findings, questions to the program, and an N/A that was not accepted."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.reviews.models import (
    EntryKind,
    FindingKind,
    Opinion,
    OpinionVersion,
    Question,
    QuestionEntry,
    Review,
    ReviewItem,
    ReviewItemVersion,
)

from .clock import at

REVIEWER, COLLEAGUE, COUNSELOR = "Ruben Ortega", "Dana Whitlock", "Lena Brandt"
READ = date(2026, 9, 28)
ITEMS: dict[str, dict[str, Any]] = {
    "M.A.1": {"rating": 4, "mark": "accepted"},
    "M.A.4": {"rating": 3, "mark": "reviewed", "private_note": "The district's handbook says little about matches."},
    "B.1.1": {"rating": 4, "finding": "strength", "finding_text": "Mentors hear plainly what a missed lunch means to a child."},
    "B.1.4": {"mark": "flagged", "private_note": "Talk about it at the visit."},
    "B.1.5": {"na_accepted": False, "na_reason": "Families can still say which kind of mentor would suit. How do you ask them?",
              "mark": "flagged"},
    "B.1.7": {"rating": 4, "mark": "accepted"},
    "B.2.4": {"finding": "improve", "finding_text": "Every mentor needs a national check before the first lunch.",
              "private_note": "The district may pay. Ask the counselor first.", "mark": "flagged"},
    "B.2.5": {"finding": "improve", "finding_text": "Call two references, and write down what you hear.", "mark": "reviewed"},
    "E.2.2": {"na_accepted": True, "mark": "accepted"},
    "E.2.3": {"na_accepted": True, "mark": "accepted"},
    "B.2.3": {"rating": 3, "question": "Who talks with a mentor when the counselor is away?"},
}  # fmt: skip
USUAL: dict[str, Any] = {"rating": None, "finding": "", "na_accepted": None, "finding_text": "", "private_note": ""}
QUESTIONS: tuple[tuple[str, bool, str, date, tuple[tuple[str, EntryKind, str, date], ...]], ...] = (
    ("B.5.5", False, "You call when it is needed. Which days of the year does every family hear from you?", READ,
     ((COUNSELOR, EntryKind.SAID, "In October and in May, by phone. I will write it into our binder.", date(2026, 9, 29)),
      (REVIEWER, EntryKind.CLOSED, "", date(2026, 9, 30)))),
    ("B.2.4", False, "Who at the district could order a national check for your mentors?", READ, ()),
    ("B.1.5", True, "Families can still say which kind of mentor would suit. How do you ask them?", date(2026, 9, 29), ()),
)  # fmt: skip


def add_underway(cycle: Cycle, people: dict[str, Person]) -> None:
    """Add the review to the running transaction."""
    reviewer = people[REVIEWER]
    review = db.session.scalar(select(Review).where(Review.cycle_id == cycle.id))
    if review is None:
        review = Review(cycle_id=cycle.id, reviewer_id=reviewer.id)
        db.session.add(review)
        db.session.flush()
    for index, (code, said) in enumerate(ITEMS.items()):
        content = USUAL | said
        saved = _saved(review.id, code, reviewer.id, content, index)
        finding = FindingKind(content["finding"]) if content["finding"] else None
        db.session.add_all([ReviewItem(**saved, finding=finding), ReviewItemVersion(**saved)])
    theirs = {"rating": 2, "finding": "improve", "text": "I would ask for the national check before the visit."}
    mine = _saved(review.id, "B.2.4", people[COLLEAGUE].id, theirs, 40) | {"person_id": people[COLLEAGUE].id}
    db.session.add_all([Opinion(**mine), OpinionVersion(**mine)])
    for code, about_na, text, day, entries in QUESTIONS:
        _add_question(cycle, people, code, about_na, text, day, entries)


def _saved(review_id: int, code: str, by_id: int, content: dict[str, Any], minute: int) -> dict[str, Any]:
    return {
        "review_id": review_id, "practice_code": code, "version": 1, "save_id": f"demo-underway-{minute}",
        "saved_at": at(READ, 10, minute), "saved_by_id": by_id, "content": content,
    }  # fmt: skip


def _add_question(
    cycle: Cycle, people: dict[str, Person], code: str, about_na: bool, text: str, day: date,
    entries: tuple[tuple[str, EntryKind, str, date], ...],
) -> None:  # fmt: skip
    closed = next((one for one in entries if one[1] is EntryKind.CLOSED), None)
    said = next((one for one in entries if one[1] is EntryKind.SAID), None)
    db.session.add(
        Question(
            cycle_id=cycle.id, practice_code=code, about_na=about_na, text=text, asked_at=at(day, 11),
            asked_by_id=people[REVIEWER].id, answered_at=at(said[3], 15) if said else None,
            closed_at=at(closed[3], 9) if closed else None, closed_by_id=people[closed[0]].id if closed else None,
            save_id=f"demo-question-{code}-{about_na}",
            entries=[
                QuestionEntry(
                    kind=kind, text=words, at=at(on, 15 if kind is EntryKind.SAID else 9), by_id=people[who].id,
                    from_staff=who == REVIEWER, save_id=f"demo-entry-{place}",
                )
                for place, (who, kind, words, on) in enumerate(entries)
            ],
        )
    )  # fmt: skip
