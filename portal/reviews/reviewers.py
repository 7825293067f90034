"""Who reviews a cycle: one person decides (Review.reviewer_id), others review with them or give a second opinion."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from portal.accounts.models import Person
from portal.accounts.queries import staff_of_partnership
from portal.cycles.models import Cycle
from portal.foundation.audit import AuditEntry
from portal.foundation.database import Base, UtcDateTime, Word, db

from .models import Review

ASSIGNED = "reviewers assigned"  # the deed in the record of deeds


class Part(enum.StrEnum):
    """What somebody does in a review beside the one who decides."""

    REVIEWER = "reviewer"
    SECOND_OPINION = "second_opinion"

    @property
    def words(self) -> str:
        """Return the part in words."""
        return "reviews" if self is Part.REVIEWER else "gives a second opinion"


class Reviewer(Base):
    """One person who takes part in a review and does not decide; who decides is named by the review itself."""

    __tablename__ = "reviewer"
    __table_args__ = (UniqueConstraint("review_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[Part] = mapped_column(Word(Part))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    review: Mapped[Review] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)


@dataclass(frozen=True, slots=True)
class Team:
    """Who reviews one cycle; `decider` is None while nobody began."""

    decider: Person | None = None
    others: tuple[tuple[Person, Part], ...] = ()

    @property
    def ids(self) -> frozenset[int]:
        """Return the ids of everybody who takes part."""
        first = (self.decider.id,) if self.decider else ()
        return frozenset((*first, *(person.id for person, _ in self.others)))

    @property
    def mark(self) -> str:
        """Return a mark of who takes part as what, so that a form shows what its sender saw."""
        rows = sorted(f"{person.id}:{part.value}" for person, part in self.others)
        return ",".join([str(self.decider.id) if self.decider else "-", *rows])


def teams_of(cycle_ids: Iterable[int]) -> dict[int, Team]:
    """Return who reviews each of these cycles, in two queries."""
    ids = list(cycle_ids)
    mine = select(Review).where(Review.cycle_id.in_(ids)).options(joinedload(Review.reviewer))
    reviews = {one.id: one for one in db.session.scalars(mine)}
    others: dict[int, list[tuple[Person, Part]]] = {}
    for row in db.session.scalars(select(Reviewer).where(Reviewer.review_id.in_(reviews)).order_by(Reviewer.id)):
        others.setdefault(row.review_id, []).append((row.person, row.part))
    return {one.cycle_id: Team(one.reviewer, tuple(others.get(one.id, ()))) for one in reviews.values()}


@dataclass(frozen=True, slots=True)
class TeamChange:
    """One change of who reviews, as it was logged."""

    at: datetime
    by: str
    decider: str
    takes_part: int  # how many, with the one who decides


def changes_of(cycle: Cycle) -> list[TeamChange]:
    """Return every change of who reviews this cycle, the newest first."""
    mine = select(AuditEntry).where(AuditEntry.cycle_id == cycle.id, AuditEntry.deed == ASSIGNED)
    entries = list(db.session.scalars(mine.order_by(AuditEntry.id.desc())))
    ids = {one.person_id for one in entries} | {one.detail.get("decider") for one in entries}
    names = {one.id: one.name for one in db.session.scalars(select(Person).where(Person.id.in_(ids - {None})))}
    return [
        TeamChange(
            one.at, names.get(one.person_id or 0, "somebody"), names.get(one.detail.get("decider") or 0, "nobody"),
            len(one.detail["after"].split(",")),
        )
        for one in entries
    ]  # fmt: skip


def team_of(cycle: Cycle) -> Team:
    """Return who reviews this cycle."""
    return teams_of([cycle.id]).get(cycle.id, Team())


def at_work(cycle: Cycle) -> list[Person]:
    """Return who is told of what a program does: the one who decides and who reviews with them, else everybody there."""
    team, staff = team_of(cycle), staff_of_partnership(cycle.program.partnership_id)
    wanted = {team.decider.id} if team.decider else set()
    wanted |= {person.id for person, part in team.others if part is Part.REVIEWER}
    return [person for person in staff if person.id in wanted] or list(staff)
