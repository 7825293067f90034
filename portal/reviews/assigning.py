"""Assigning the people of a review: exactly one decides, and whoever is new is told by mail."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.queries import staff_of_partnership
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change
from portal.foundation import audit, clock, outbox
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused, StaleVersion

from .models import Review
from .reviewers import ASSIGNED, Part, Reviewer, team_of


class TeamChanged(StaleVersion):
    """A colleague assigned other people after this page was loaded; nothing was overwritten."""

    def __init__(self) -> None:
        super().__init__("A colleague changed who reviews while you chose. Nothing of yours is stored yet.")


def assign(
    cycle_id: int, decider_id: int | None, parts: Mapping[int, Part], seen: str, by_id: int, base_url: str
) -> None:
    """Store who decides and who else takes part. Raises OutOfOrder, Refused or TeamChanged.

    `parts` names the others; the one who decides has no part beside that. `seen` is the mark of the team the sender saw.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if cycle.submitted_on is None:
            raise OutOfOrder("The program has not submitted its self-assessment yet, so there is nothing to review.")
        before = team_of(cycle)
        wanted = {person_id: part for person_id, part in parts.items() if person_id != decider_id}
        if decider_id is None:
            raise Refused([Problem("decider", "Choose the one person who decides.")])
        if decider_id == (before.decider.id if before.decider else None) and wanted == {
            person.id: part for person, part in before.others
        }:
            return  # the same form sent twice
        if before.mark != seen:
            raise TeamChanged
        staff = {person.id: person for person in staff_of_partnership(cycle.program.partnership_id)}
        known = staff.keys() | before.ids  # somebody who left the staff may keep what they had
        if not wanted.keys() | {decider_id} <= known:
            raise Refused([Problem("decider", "Choose people of your partnership's staff.")])
        _store(cycle, decider_id, wanted, by_id)
        after = team_of(cycle)
        people = {person.id: person for person, _ in after.others} | staff
        for person_id in after.ids - before.ids - {by_id}:
            _tell(cycle, people[person_id], base_url)
        audit.record(
            ASSIGNED, person_id=by_id, cycle_id=cycle.id, before=before.mark, after=after.mark,
            decider=decider_id, decider_before=before.decider.id if before.decider else None,
        )  # fmt: skip


def _store(cycle: Cycle, decider_id: int, wanted: Mapping[int, Part], by_id: int) -> None:
    review = db.session.scalar(select(Review).where(Review.cycle_id == cycle.id))
    if review is None:
        review = Review(cycle_id=cycle.id)
        db.session.add(review)
    review.reviewer_id = decider_id
    db.session.flush()
    db.session.expire(review, ["reviewer"])
    rows = {row.person_id: row for row in db.session.scalars(select(Reviewer).where(Reviewer.review_id == review.id))}
    for person_id, row in rows.items():
        if person_id not in wanted:
            db.session.delete(row)
    for person_id, part in wanted.items():
        if person_id in rows:
            rows[person_id].part = part
        else:
            db.session.add(
                Reviewer(
                    review_id=review.id, person_id=person_id, part=part, assigned_at=clock.now(), assigned_by_id=by_id
                )
            )
    db.session.flush()


def _tell(cycle: Cycle, person: Person, base_url: str) -> None:
    """Mail somebody who is new in the review; taken off and assigned again, they are told again."""
    program = cycle.program
    key = f"assigned:{cycle.id}:{person.id}:{clock.now():%Y%m%d%H%M%S%f}"
    fields = {
        "program": program.name, "partnership": program.partnership.name,
        "link": f"{base_url}/cycles/{cycle.id}/reviewers",
    }  # fmt: skip
    outbox.write("assigned", key, person, fields, program.partnership_id)
