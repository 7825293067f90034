"""What helps to get through: what to have at hand, how long it takes, where a person stopped, who was last where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db
from rules.catalogue import Catalogue, Practice, Section

from .models import AnswerVersion, StoredAnswer

MINUTES = (4, 7)  # for one practice; our estimate, no published figure exists


@dataclass(frozen=True, slots=True)
class LastSave:
    """Who stored the newest answer of a section, and when."""

    name: str
    at: datetime


def hours_for(catalogue: Catalogue) -> tuple[int, int]:
    """Return how many hours of work all practices take, least and most."""
    least, most = (max(1, round(len(catalogue.practices) * minutes / 60)) for minutes in MINUTES)
    return least, most


def at_hand(catalogue: Catalogue) -> list[tuple[Section, list[str]]]:
    """Return what is good to have at hand, section by section, each thing once in its section."""
    found = []
    for section in catalogue.sections:
        things = list(dict.fromkeys(thing for practice in section.practices for thing in practice.evidence))
        if things:
            found.append((section, things))
    return found


def where_left(cycle: Cycle, person_id: int) -> Practice | None:
    """Return the practice this person saved last, None when there is none that is still asked."""
    mine = select(AnswerVersion.practice_code).where(
        AnswerVersion.cycle_id == cycle.id, AnswerVersion.saved_by_id == person_id
    )
    catalogue = rulebook_of(cycle).catalogue
    codes = db.session.scalars(mine.order_by(AnswerVersion.id.desc()).limit(20))
    return next((catalogue.practice(code) for code in codes if code in catalogue), None)


def last_in_sections(cycle: Cycle) -> dict[str, LastSave]:
    """Return the newest save of each section that has one."""
    catalogue = rulebook_of(cycle).catalogue
    rows = db.session.execute(
        select(StoredAnswer.practice_code, StoredAnswer.saved_at, Person.name)
        .join(Person, Person.id == StoredAnswer.saved_by_id, isouter=True)
        .where(StoredAnswer.cycle_id == cycle.id)
        .order_by(StoredAnswer.saved_at, StoredAnswer.id)
    )
    return {
        catalogue.practice(code).section: LastSave(name or "somebody", at)
        for code, at, name in rows
        if code in catalogue
    }
