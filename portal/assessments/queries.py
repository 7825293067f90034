"""Reads answers, progress and the submitted copy."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import local_today, rulebook_of
from portal.evidence.queries import Record
from portal.foundation.database import db
from portal.programs.queries import facts_of
from rules.answers import Answer, Problem, missing
from rules.asking import Assessment, PreviousCycle
from rules.catalogue import Catalogue, Practice, Section
from rules.scorecard import Scorecard, evaluate

from .models import AnswerVersion, Judgement, StoredAnswer, Submission


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """How far one section is; complete answers of all its practices."""

    section: Section
    complete: int
    begun: int
    total: int
    first_open: str = ""  # the code of the first practice that still lacks something
    confirmed: bool = False  # somebody said that it is completed, and no answer was opened since

    @property
    def state(self) -> str:
        """Return the state in the words of the task list."""
        if self.complete == self.total:
            return "Completed" if self.confirmed else "All answered, please confirm"
        return "In progress" if self.begun else "Not started"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the whole assessment is."""

    sections: tuple[SectionProgress, ...]
    complete: int
    total: int

    @property
    def percent(self) -> int:
        """Return the share of complete answers, rounded; 100 only when all are."""
        if self.complete == self.total:
            return 100
        return min(99, round(100 * self.complete / self.total))

    def of(self, key: str) -> SectionProgress:
        """Return one section's progress."""
        return next(one for one in self.sections if one.section.key == key)


@dataclass(frozen=True, slots=True)
class Gap:
    """One answer that still lacks something, with the first thing it lacks."""

    practice: Practice
    problem: Problem


def stored_answers(cycle_id: int) -> dict[str, StoredAnswer]:
    """Return the newest stored answer of each practice that has one."""
    rows = db.session.scalars(select(StoredAnswer).where(StoredAnswer.cycle_id == cycle_id))
    return {row.practice_code: row for row in rows}


def submission_of(cycle: Cycle) -> Submission | None:
    """Return the newest frozen copy, once there is one."""
    mine = select(Submission).where(Submission.cycle_id == cycle.id)
    return db.session.scalar(mine.order_by(Submission.number.desc()).limit(1))


def is_newest_copy() -> ColumnElement[bool]:
    """Return the condition that leaves each cycle's newest frozen copy, for queries over many cycles."""
    return Submission.id.in_(select(func.max(Submission.id)).group_by(Submission.cycle_id))


def frozen_answers(submission: Submission) -> dict[str, Answer]:
    """Return the answers a frozen copy holds."""
    return {code: Answer.from_dict(plain) for code, plain in json.loads(submission.content)["answers"].items()}


def frozen_evidence(submission: Submission) -> Record:
    """Return the files and links a frozen copy names, by practice."""
    found: Record = json.loads(submission.content).get("evidence", {})
    return found


def answers_of(cycle: Cycle) -> dict[str, Answer]:
    """Return the answers: those of the newest frozen copy after submitting, else the newest stored."""
    submission = submission_of(cycle)
    if submission is not None:
        return frozen_answers(submission)
    return {code: Answer.from_dict(row.content) for code, row in stored_answers(cycle.id).items()}


def judgement_of(cycle: Cycle) -> Judgement | None:
    """Return what the rules last judged, which may be an earlier copy while they are asked about the newest."""
    newest = select(Judgement).where(Judgement.cycle_id == cycle.id).order_by(Judgement.id.desc()).limit(1)
    return db.session.scalar(newest)


def scorecards_of(cycle_ids: Iterable[int]) -> dict[int, Scorecard]:
    """Return the stored scorecards of these cycles in one query."""
    found = select(Judgement.cycle_id, Judgement.scorecard).where(Judgement.cycle_id.in_(list(cycle_ids)))
    return {
        row.cycle_id: Scorecard.from_json(row.scorecard) for row in db.session.execute(found.order_by(Judgement.id))
    }


def scorecard_of(cycle: Cycle) -> Scorecard:
    """Return the scorecard: the stored one once the newest frozen copy was judged, else one of this moment."""
    newest = select(func.max(Submission.id)).where(Submission.cycle_id == cycle.id).scalar_subquery()
    judged = select(Judgement.scorecard).where(Judgement.submission_id == newest).order_by(Judgement.id.desc())
    if (stored := db.session.scalar(judged.limit(1))) is not None:
        return Scorecard.from_json(stored)
    return evaluate(assessment_of(cycle), rulebook_of(cycle))


def assessment_of(cycle: Cycle, na_accepted: tuple[str, ...] = ()) -> Assessment:
    """Return what the rules are given: answers, facts, dates, and the answers of the cycle before."""
    facts = cycle.facts(local_today(cycle), na_accepted=na_accepted)
    return Assessment(answers_of(cycle), facts_of(cycle.program), facts, previous_of(cycle))


def submission_before(cycle: Cycle) -> Submission | None:
    """Return the newest frozen copy of the cycle before this one, with that cycle."""
    if cycle.number == 1:
        return None
    return db.session.scalar(
        select(Submission)
        .join(Cycle)
        .where(Cycle.program_id == cycle.program_id, Cycle.number == cycle.number - 1)
        .options(joinedload(Submission.cycle))
        .order_by(Submission.number.desc())
        .limit(1)
    )


def previous_of(cycle: Cycle) -> PreviousCycle | None:
    """Return the submitted answers of the cycle before this one."""
    before = submission_before(cycle)
    if before is None:
        return None
    return PreviousCycle(json.loads(before.content)["rulebook"]["edition"], frozen_answers(before))


def progress_of(catalogue: Catalogue, answers: Mapping[str, Answer], confirmed: Collection[str] = ()) -> Progress:
    """Count complete answers per section; `confirmed` names the sections that somebody called completed."""
    sections = []
    for section in catalogue.sections:
        mine = [(practice, answers.get(practice.code)) for practice in section.practices]
        lacking = [practice.code for practice, answer in mine if missing(practice, answer)]
        begun = sum(answer is not None and not answer.blank for _, answer in mine)
        sections.append(
            SectionProgress(
                section, len(mine) - len(lacking), begun, len(mine), lacking[0] if lacking else "",
                section.key in confirmed,
            )
        )  # fmt: skip
    return Progress(tuple(sections), sum(s.complete for s in sections), sum(s.total for s in sections))


def gaps_in(catalogue: Catalogue, answers: Mapping[str, Answer]) -> tuple[Gap, ...]:
    """Return what still has to be answered before submitting, in order."""
    return tuple(
        Gap(practice, problems[0])
        for practice in catalogue.practices
        if (problems := missing(practice, answers.get(practice.code)))
    )


def versions_of(cycle_id: int, practice_code: str, most: int | None = None) -> list[AnswerVersion]:
    """Return every text that arrived for a practice, or the `most` newest, newest first, the refused ones too."""
    found = select(AnswerVersion).where(
        AnswerVersion.cycle_id == cycle_id, AnswerVersion.practice_code == practice_code
    )
    newest_first = found.order_by(AnswerVersion.saved_at.desc(), AnswerVersion.id.desc())
    return list(db.session.scalars(newest_first.limit(most)))


def content_at(cycle_id: int, practice_code: str, version: int) -> dict[str, object] | None:
    """Return what the practice said at a version; version 0 said nothing."""
    if version == 0:
        return Answer(practice_code).as_dict()
    return db.session.scalar(
        select(AnswerVersion.content).where(
            AnswerVersion.cycle_id == cycle_id,
            AnswerVersion.practice_code == practice_code,
            AnswerVersion.version == version,
            AnswerVersion.refused.is_(False),
        )
    )
