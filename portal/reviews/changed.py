"""What the program changed after submitting, as its reviewer needs it: before and after, and what to look at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.assessments.amendments import changes_of, copies_of, sent_in
from portal.assessments.changes import FieldChange
from portal.assessments.models import Submission
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from rules.practice import Practice

from .models import Review, ReviewLook
from .queries import items_of, review_of
from .services import begin

FIRST = 1  # the copy a review begins with


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """One answer changed after submitting.

    While `again` is true, `changes` tell what is different since the reviewer last looked; else, since submitting.
    """

    practice: Practice
    changes: tuple[FieldChange, ...]
    copy: Submission  # in which it changed last
    newest: int  # the copy that counts now
    look: ReviewLook | None
    again: bool
    reviewed: bool  # there are notes from before or after


def changed_answers(cycle: Cycle) -> list[ChangedAnswer]:
    """Return every answer that is different from what was first submitted or last looked at, in the catalogue's order."""
    copies = copies_of(cycle)
    if len(copies) < 2:
        return []
    review, rulebook = review_of(cycle), rulebook_of(cycle)
    looks, items = _looks_of(review), items_of(review)
    sent = {copy.number: sent_in(copy) for copy in copies}
    newest, found = copies[-1].number, []
    for practice in rulebook.catalogue.practices:
        code = practice.code
        said = {number: one.of(code) for number, one in sent.items()}
        moved = [one for before, one in pairwise(copies) if said[before.number] != said[one.number]]
        if not moved:
            continue
        look = looks.get(code)
        seen = look.number if look else FIRST
        again = said[seen] != said[newest]
        changes = changes_of(practice, sent[seen if again else FIRST], sent[newest], rulebook)
        found.append(ChangedAnswer(practice, changes, moved[-1], newest, look, again, code in items))
    return found


def _looks_of(review: Review | None) -> dict[str, ReviewLook]:
    if review is None:
        return {}
    mine = select(ReviewLook).where(ReviewLook.review_id == review.id).options(joinedload(ReviewLook.looked_by))
    return {one.practice_code: one for one in db.session.scalars(mine)}


def look(cycle_id: int, codes: Sequence[str], number: int, by_id: int) -> int:
    """Note that the reviewer looked at these answers as the copy `number` has them; return how many. Raises OutOfOrder.

    The copy is the one the page showed: what changed while it was open is still to be looked at.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        review = begin(cycle, by_id)
        looks, known = _looks_of(review), {one.number for one in copies_of(cycle)}
        marked = [one.practice.code for one in changed_answers(cycle) if one.practice.code in codes and number in known]
        for code in marked:
            row = looks.get(code)
            if row is None:
                row = ReviewLook(review_id=review.id, practice_code=code)
                db.session.add(row)
            row.number, row.looked_at, row.looked_by_id = number, clock.now(), by_id
        if marked:
            audit.record("changes looked at", person_id=by_id, cycle_id=cycle.id, practices=marked, number=number)
    return len(marked)
