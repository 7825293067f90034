"""What the priorities of a plan rest on: the answers as they stood in the copy that counts, each with its version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from portal.assessments.changes import STATUS
from portal.assessments.models import AnswerVersion, StoredAnswer
from portal.assessments.queries import frozen_answers, submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, rulebook_of
from portal.foundation.database import db
from rules.answers import Answer, Status

from .contents import ActionContent, PlanContent, PriorityContent, RestsOn
from .models import Plan


def rests_of(cycle: Cycle, plan: Plan) -> dict[str, RestsOn]:
    """Return, by code, the answers that the priorities of a plan rest on."""
    return resting_on(cycle, {code for one in plan.priorities for code in one.practice_codes})


def resting_on(cycle: Cycle, codes: Iterable[str]) -> dict[str, RestsOn]:
    """Return these practices' answers as they stand in the newest frozen copy; nothing before there is one."""
    wanted, copy = sorted(set(codes)), submission_of(cycle)
    if copy is None or not wanted:
        return {}
    rulebook, answers = rulebook_of(cycle), frozen_answers(copy)
    labels, versions = labels_of(rulebook), _versions(cycle.id, answers, wanted)
    titles = {practice.code: practice.title for practice in rulebook.catalogue.practices}
    return {
        code: RestsOn(
            code, titles.get(code, code), copy.number, versions.get(code, 0), say_answer(answers.get(code), labels),
            answers[code].notes if code in answers else "",
        )
        for code in wanted
    }  # fmt: skip


def _versions(cycle_id: int, answers: Mapping[str, Answer], codes: list[str]) -> dict[str, int]:
    """Return which version of each answer is the one in the frozen copy: the newest stored one that says the same."""
    found: dict[str, int] = {}
    kept = select(AnswerVersion.practice_code, AnswerVersion.version, AnswerVersion.content).where(
        AnswerVersion.cycle_id == cycle_id, AnswerVersion.practice_code.in_(codes), AnswerVersion.refused.is_(False)
    )
    newest = select(StoredAnswer.practice_code, StoredAnswer.version, StoredAnswer.content).where(
        StoredAnswer.cycle_id == cycle_id, StoredAnswer.practice_code.in_(codes)
    )
    for row in (*db.session.execute(kept.order_by(AnswerVersion.id)), *db.session.execute(newest)):
        if row.practice_code in answers and Answer.from_dict(row.content) == answers[row.practice_code]:
            found[row.practice_code] = row.version
    return found


def say_answer(answer: Answer | None, labels: Mapping[int, str]) -> str:
    """Say in a few words what an answer says."""
    if answer is None or answer.status is None:
        return STATUS[None]
    said = STATUS[answer.status]
    if answer.status is Status.IN_PRACTICE and answer.rating is not None:
        label = f" ({labels[answer.rating]})" if answer.rating in labels else ""
        return f"{said}, rated {answer.rating}{label}"
    if answer.status is Status.NOT_APPLICABLE and answer.na_reason:
        return f"{said}: {answer.na_reason}"
    return said


def content_of(plan: Plan, rests: Mapping[str, RestsOn]) -> PlanContent:
    """Return what the rows of a plan say, with what each priority rests on."""
    return PlanContent(
        plan.months,
        plan.overview,
        dict(plan.strengths or {}),
        dict(plan.improvements or {}),
        tuple(
            PriorityContent(
                one.title,
                one.why,
                tuple(one.practice_codes),
                tuple(
                    ActionContent(a.text, a.owner, a.due_month.isoformat() if a.due_month else None, a.resource, a.key)
                    for a in one.actions
                ),
                tuple(rests[code] for code in one.practice_codes if code in rests),
                one.key,
            )
            for one in plan.priorities
        ),
    )
