"""Reads all assessments of a partnership for a dry run, many at a time and in a fixed number of queries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.assessments.models import Judgement, StoredAnswer, Submission
from portal.assessments.queries import is_newest_copy
from portal.cycles.models import Cycle
from portal.cycles.queries import local_today
from portal.foundation.database import db
from portal.programs.models import Program
from portal.programs.queries import facts_of
from portal.recognition.models import Award
from portal.reviews.models import Review, ReviewItem
from rules import wire
from rules.answers import Answer
from rules.asking import Assessment, PreviousCycle


@dataclass(frozen=True)
class Piece:
    """One assessment as the rules are given it, with what is stored about its result."""

    cycle_id: int
    number: int
    program_id: int
    program: str
    state: str
    private: bool  # not submitted yet: the answers are the program's own
    assessment: Assessment
    record: dict[str, Any]  # the rules the cycle has now
    scorecard: str  # Scorecard.to_json() of what they last judged, "" before
    awarded: str  # the tier that was confirmed, "" for none

    @cached_property
    def packed(self) -> dict[str, Any]:
        """Return the assessment as it is sent to the process that judges; both sides of a dry run send the same."""
        return wire.pack_assessment(self.assessment)

    @cached_property
    def rules_key(self) -> str:
        """Return what equal rules have in common."""
        return json.dumps(self.record, sort_keys=True)

    @property
    def size(self) -> int:
        """Estimate the bytes it takes there; a letter outside ASCII takes six."""
        before = self.assessment.previous
        answers = [*self.assessment.answers.values(), *(before.answers.values() if before else ())]
        return sum(80 + 6 * (len(one.notes) + len(one.na_reason)) for one in answers)


def cycle_ids_of(partnership_id: int) -> list[int]:
    """Return every cycle of the partnership, whatever its state, in the order of program and number."""
    mine = select(Cycle.id).join(Program).where(Program.partnership_id == partnership_id)
    return list(db.session.scalars(mine.order_by(Program.name, Program.id, Cycle.number)))


def pieces_of(cycle_ids: Sequence[int]) -> list[Piece]:
    """Return these assessments as the reviewer's decision would see them."""
    cycles = {one.id: one for one in db.session.scalars(select(Cycle).where(Cycle.id.in_(cycle_ids)))}
    submitted = _submitted(cycle_ids)
    stored = _stored([number for number in cycle_ids if number not in submitted])
    before, accepted = _before(cycle_ids), _accepted(cycle_ids)
    cards, awards = _cards(cycle_ids), _awards(cycle_ids)
    pieces = []
    for number in cycle_ids:
        if (cycle := cycles.get(number)) is None:
            continue  # deleted since the list was made
        answers = submitted[number] if number in submitted else stored[number]
        facts = cycle.facts(local_today(cycle), na_accepted=accepted.get(number, ()))
        assessment = Assessment(answers, facts_of(cycle.program), facts, before.get(number))
        pieces.append(
            Piece(
                number, cycle.number, cycle.program_id, cycle.program.name, cycle.state.words,
                cycle.submitted_on is None, assessment, cycle.rulebook, cards.get(number, ""), awards.get(number, ""),
            )
        )  # fmt: skip
    return pieces


def _answers(content: str) -> tuple[dict[str, Any], dict[str, Answer]]:
    plain = json.loads(content)
    return plain, {code: Answer.from_dict(one) for code, one in plain["answers"].items()}


def _submitted(ids: Sequence[int]) -> dict[int, dict[str, Answer]]:
    frozen = select(Submission.cycle_id, Submission.content).where(Submission.cycle_id.in_(ids), is_newest_copy())
    rows = db.session.execute(frozen)
    return {row.cycle_id: _answers(row.content)[1] for row in rows}


def _stored(ids: Sequence[int]) -> dict[int, dict[str, Answer]]:
    found: dict[int, dict[str, Answer]] = defaultdict(dict)
    newest = select(StoredAnswer.cycle_id, StoredAnswer.practice_code, StoredAnswer.content)
    for row in db.session.execute(newest.where(StoredAnswer.cycle_id.in_(ids))):
        found[row.cycle_id][row.practice_code] = Answer.from_dict(row.content)
    return found


def _before(ids: Sequence[int]) -> dict[int, PreviousCycle]:
    """Return the submitted answers of the cycle before each of these."""
    earlier = aliased(Cycle)
    rows = db.session.execute(
        select(Cycle.id, Submission.content)
        .join(earlier, (earlier.program_id == Cycle.program_id) & (earlier.number == Cycle.number - 1))
        .join(Submission, Submission.cycle_id == earlier.id)
        .where(Cycle.id.in_(ids), is_newest_copy())
    )
    found = {}
    for row in rows:
        plain, answers = _answers(row.content)
        found[row.id] = PreviousCycle(plain["rulebook"]["edition"], answers)
    return found


def _accepted(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the “not applicable” answers that the reviewer accepted."""
    items = select(Review.cycle_id, ReviewItem.practice_code, ReviewItem.content).join(
        ReviewItem, ReviewItem.review_id == Review.id
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in db.session.execute(items.where(Review.cycle_id.in_(ids)).order_by(ReviewItem.practice_code)):
        if row.content.get("na_accepted") is True:
            found[row.cycle_id].append(row.practice_code)
    return {number: tuple(codes) for number, codes in found.items()}


def _cards(ids: Sequence[int]) -> dict[int, str]:
    """Return the newest stored scorecard of each."""
    made = select(Judgement.cycle_id, Judgement.scorecard).where(Judgement.cycle_id.in_(ids))
    return {row.cycle_id: row.scorecard for row in db.session.execute(made.order_by(Judgement.id))}


def _awards(ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(select(Award.cycle_id, Award.tier_name).where(Award.cycle_id.in_(ids)))
    return {row.cycle_id: row.tier_name for row in rows}
