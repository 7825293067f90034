"""Where the review of each practice stands, and the running totals of a section and of the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.answers import Answer, Status
from rules.catalogue import Section
from rules.practice import Practice

from .models import FindingKind, Mark, ReviewItem, mark_of


@dataclass(frozen=True, slots=True)
class Standing:
    """One practice with both sides of it."""

    practice: Practice
    answer: Answer | None
    content: Mapping[str, Any]
    mark: Mark

    @property
    def code(self) -> str:
        """Return the practice's code."""
        return self.practice.code

    @property
    def own(self) -> int | None:
        """Return the reviewer's rating."""
        rating: int | None = self.content.get("rating")
        return rating

    @property
    def says_na(self) -> bool:
        """Tell whether the program says that the practice does not apply."""
        return self.answer is not None and self.answer.status is Status.NOT_APPLICABLE

    @property
    def refused(self) -> bool:
        """Tell whether a reviewer does not accept that it does not apply."""
        return self.says_na and self.content.get("na_accepted") is False

    @property
    def decided(self) -> bool:
        """Tell whether the N/A was accepted, or refused with a reason."""
        return self.says_na and (self.content.get("na_accepted") is True or (self.refused and bool(self.na_reason)))

    @property
    def na_reason(self) -> str:
        """Return why a reviewer does not accept that it does not apply."""
        return str(self.content.get("na_reason", "")).strip()

    @property
    def drafted(self) -> bool:
        """Tell whether a question was typed and not sent."""
        return bool(str(self.content.get("question", "")).strip())


@dataclass(frozen=True, slots=True)
class Totals:
    """What is done in some practices. `gap` is how far the reviewer's ratings lie from the program's, where both rated."""

    total: int
    answered: int
    marks: Mapping[Mark, int]
    rated: int
    strengths: int
    improvements: int
    open_questions: int
    drafts: int
    says_na: int
    decided: int
    program_average: float | None
    own_average: float | None
    gap: float | None

    @property
    def reviewed(self) -> int:
        """Return how many practices somebody looked at."""
        return self.total - self.marks[Mark.UNSEEN]


@dataclass(frozen=True, slots=True)
class SectionReview:
    """One section of a review with its totals."""

    section: Section
    totals: Totals
    marks: tuple[tuple[str, Mark], ...]  # practice codes in order


def standings(
    practices: Iterable[Practice], answers: Mapping[str, Answer], items: Mapping[str, ReviewItem]
) -> list[Standing]:
    """Put both sides of each practice together."""
    found = []
    for practice in practices:
        item = items.get(practice.code)
        content = item.content if item else {}
        found.append(Standing(practice, answers.get(practice.code), content, mark_of(content)))
    return found


def totals_of(rows: Collection[Standing], asked: Iterable[str]) -> Totals:
    """Add up; `asked` holds the practice code of each open question."""
    codes = {row.code for row in rows}
    theirs = [row.answer.rating for row in rows if row.answer and row.answer.rating]
    own = [row.own for row in rows if row.own]
    gaps = [row.own - row.answer.rating for row in rows if row.own and row.answer and row.answer.rating]
    findings = [row.content.get("finding") for row in rows]
    return Totals(
        len(rows),
        sum(row.answer is not None and not row.answer.blank for row in rows),
        {mark: sum(row.mark is mark for row in rows) for mark in Mark},
        len(own),
        findings.count(FindingKind.STRENGTH),
        findings.count(FindingKind.IMPROVE),
        sum(code in codes for code in asked),
        sum(row.drafted for row in rows),
        sum(row.says_na for row in rows),
        sum(row.decided for row in rows),
        _average(theirs),
        _average(own),
        _average(gaps),
    )


def _average(numbers: list[int]) -> float | None:
    return round(sum(numbers) / len(numbers), 1) if numbers else None


def sections_reviewed(
    sections: Iterable[Section], rows: Iterable[Standing], asked: Collection[str]
) -> list[SectionReview]:
    """Add up section by section."""
    by_code = {row.code: row for row in rows}
    found = []
    for section in sections:
        mine = [by_code[practice.code] for practice in section.practices]
        found.append(SectionReview(section, totals_of(mine, asked), tuple((row.code, row.mark) for row in mine)))
    return found
