"""What a visit talks about, in which order and how long: computed from the answers and the review as they are now.

The program's history comes first. Sections follow, those with the widest difference between both sides' ratings first,
then those with open questions and safety gaps. The program sees topics, open questions and safety gaps, which it knows;
ratings of the reviewer are for staff alone, so the program's order and lengths are made without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.assessments.queries import answers_of, scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.reviews.queries import RatingGap, items_of, review_of, widest_gaps
from portal.reviews.questions import OpenQuestion, open_questions
from rules.catalogue import Section
from rules.results import Finding

from .models import Visit
from .timeboxes import boxes
from .times import usual_minutes

HISTORY, TALK, CLOSING = "history", "section", "closing"


@dataclass(frozen=True, slots=True)
class Topic:
    """One part of the visit. `begins` and `ends` are local times like 10:05, empty while no time is set."""

    kind: str
    title: str
    minutes: int
    section: Section | None = None
    gaps: tuple[RatingGap, ...] = ()  # for staff alone
    questions: tuple[OpenQuestion, ...] = ()
    safety: tuple[Finding, ...] = ()
    begins: str = ""
    ends: str = ""


def agenda_of(cycle: Cycle, visit: Visit | None, staff: bool = False) -> tuple[Topic, ...]:
    """Return the parts of the visit; their minutes add up to its length. Without `staff` no rating shapes them."""
    rulebook = rulebook_of(cycle)
    minutes = visit.minutes if visit else usual_minutes(rulebook.policy)
    sections = _sections(cycle, staff)
    plan = [
        (HISTORY, "Welcome, and the history of the program", None, 2),
        *((TALK, one.section.title, one, one.weight) for one in sections),
        (CLOSING, "Strengths, and what happens next", None, 2),
    ]
    lengths = boxes(minutes, [weight for *_, weight in plan])
    zone, starts = ZoneInfo(cycle.program.partnership.time_zone), visit.starts_at if visit else None
    topics, passed = [], 0
    for (kind, title, about, _), length in zip(plan, lengths, strict=True):
        topics.append(
            Topic(
                kind, title, length,
                section=about.section if about else None, gaps=about.gaps if about else (),
                questions=about.questions if about else (), safety=about.safety if about else (),
                begins=_clock(starts, passed, zone), ends=_clock(starts, passed + length, zone),
            )
        )  # fmt: skip
        passed += length
    return tuple(topics)


def _clock(starts: datetime | None, minutes: int, zone: ZoneInfo) -> str:
    return f"{(starts + timedelta(minutes=minutes)).astimezone(zone):%H:%M}" if starts else ""


@dataclass(frozen=True, slots=True)
class _About:
    section: Section
    gaps: tuple[RatingGap, ...]
    questions: tuple[OpenQuestion, ...]
    safety: tuple[Finding, ...]

    @property
    def widest(self) -> int:
        return max((abs(one.program - one.reviewer) for one in self.gaps), default=0)

    @property
    def weight(self) -> int:
        """Return how much of the visit it takes: more for differences, questions and safety than for the rest."""
        return 2 + self.widest + 2 * len(self.questions) + 2 * len(self.safety)


def _sections(cycle: Cycle, staff: bool) -> list[_About]:
    """Return every section, the one that needs most talk first; those that need none stay in the catalogue's order."""
    catalogue = rulebook_of(cycle).catalogue
    gaps: Sequence[RatingGap] = ()
    if staff:  # even an order or a minute would tell the program where the reviewer rated otherwise
        gaps = widest_gaps(cycle, answers_of(cycle), items_of(review_of(cycle)), most=len(catalogue.practices))
    section_of = {practice.code: practice.section for practice in catalogue.practices}
    questions, safety = open_questions(cycle), scorecard_of(cycle).safety_gaps
    found = [
        _About(
            section,
            tuple(one for one in gaps if one.section == section.key),
            tuple(one for one in questions if section_of.get(one.practice_code) == section.key),
            tuple(one for one in safety if any(section_of.get(code) == section.key for code in one.practices)),
        )
        for section in catalogue.sections
    ]
    return sorted(found, key=lambda one: (-one.widest, -(len(one.questions) + len(one.safety))))
