"""Compares the frozen answers of two cycles of one program, also across editions."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.assessments.models import Submission
from portal.assessments.queries import frozen_answers, is_newest_copy
from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.foundation.errors import DomainError
from portal.partnerships.queries import rulebook_of_record
from rules.answers import Answer
from rules.catalogue import Catalogue, CatalogueError
from rules.comparison import AreaChange, Change, Comparison, PracticeChange, compare
from rules.crosswalk import Crosswalk, CrosswalkError, EditionsDiffer, load_crosswalk

from .models import Award
from .queries import awards_of


class NothingToCompare(DomainError):
    """There are no two submitted cycles, or nothing links their editions."""


@dataclass(frozen=True, slots=True)
class AreaShown:
    """One area: its count, and its practices by what happened to them."""

    area: AreaChange
    groups: tuple[tuple[str, tuple[PracticeChange, ...]], ...]


@dataclass(frozen=True, slots=True)
class CyclesCompared:
    """Two cycles side by side."""

    old: Cycle
    new: Cycle
    old_title: str
    new_title: str
    old_award: Award | None
    new_award: Award | None
    comparison: Comparison
    areas: tuple[AreaShown, ...]
    others: tuple[Cycle, ...]  # earlier submitted cycles that could be chosen instead


GROUPS = (
    (Change.GAINED, "Gained"), (Change.LOST, "Lost"), (Change.STILL, "Still in practice"),
    (Change.STILL_NOT, "Still not in practice"), (Change.NOT_COMPARABLE, "Cannot be compared"),
)  # fmt: skip


def comparison_of(cycle: Cycle, with_id: int | None = None) -> CyclesCompared:
    """Compare a cycle with an earlier one, by default the one before. Raises NothingToCompare."""
    frozen = _submissions(cycle.program_id)
    new = frozen.get(cycle.id)
    earlier = [one for one in frozen.values() if one.cycle.number < cycle.number]
    old = next((one for one in earlier if with_id in (None, one.cycle_id)), None)
    if new is None or old is None:
        raise NothingToCompare("Two submitted cycles are needed, and this program has no earlier one to compare with.")
    (before, old_answers), (after, new_answers) = _read(old), _read(new)
    try:
        found = compare(before, old_answers, after, new_answers, crosswalk_between(before, after))
    except (CrosswalkError, CatalogueError, EditionsDiffer):
        raise NothingToCompare(
            f"Nothing links {before.title} with {after.title}, so these two cycles cannot be compared."
        ) from None
    awards = awards_of([old.cycle_id, cycle.id])
    return CyclesCompared(
        old.cycle, cycle, before.title, after.title, awards.get(old.cycle_id), awards.get(cycle.id), found,
        tuple(_area(area, found) for area in found.areas),
        tuple(one.cycle for one in earlier if one.cycle_id != old.cycle_id),
    )  # fmt: skip


def crosswalk_between(old: Catalogue, new: Catalogue) -> Crosswalk | None:
    """Return the crosswalk, None within one edition. Raises CrosswalkError or CatalogueError."""
    return None if old.edition == new.edition else load_crosswalk(old.edition, new.edition)


def _submissions(program_id: int) -> dict[int, Submission]:
    """Return the newest frozen copy of each of a program's cycles, the newest cycle first."""
    mine = select(Submission).join(Cycle).where(Cycle.program_id == program_id, is_newest_copy())
    found = mine.order_by(Cycle.number.desc())
    return {one.cycle_id: one for one in db.session.scalars(found)}


def _read(submission: Submission) -> tuple[Catalogue, dict[str, Answer]]:
    plain = json.loads(submission.content)
    return rulebook_of_record(plain["rulebook"]).catalogue, frozen_answers(submission)


def _area(area: AreaChange, found: Comparison) -> AreaShown:
    mine = [one for one in found.changes if one.area == area.key]
    groups = ((words, tuple(one for one in mine if one.change is kind)) for kind, words in GROUPS)
    return AreaShown(area, tuple((words, ones) for words, ones in groups if ones))
