"""Reads Statements: those of a cycle, the one behind a code, and the whole text that one covers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.assessments.models import Submission
from portal.assessments.queries import frozen_answers, frozen_evidence
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, rulebook_of
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.plans.covering import Covered, covered_now
from portal.plans.models import Statement
from rules.answers import Answer
from rules.catalogue import Section
from rules.practice import Practice
from rules.wording import say_month

from .models import SignedPaper


def load_statement(cycle: Cycle, statement_id: int) -> Statement:
    """Return a Statement of this cycle. Raises Stranger."""
    found = db.session.get(Statement, statement_id)
    if found is None or found.cycle_id != cycle.id:
        raise Stranger
    return found


def statements_of(cycle: Cycle) -> list[Statement]:
    """Return every Statement of the cycle, newest first."""
    people = (joinedload(Statement.sent_by), joinedload(Statement.recorded_by))
    mine = select(Statement).where(Statement.cycle_id == cycle.id).options(*people)
    return list(db.session.scalars(mine.order_by(Statement.id.desc())))


def paper_of(statement: Statement) -> SignedPaper | None:
    """Return the scan of a Statement signed on paper."""
    return db.session.scalar(select(SignedPaper).where(SignedPaper.statement_id == statement.id))


def signed_by_code(code: str) -> Statement | None:
    """Return the signed Statement with this code."""
    mine = select(Statement).where(Statement.code == code, Statement.signed_at.is_not(None))
    return db.session.scalar(mine)


def is_current(statement: Statement) -> bool:
    """Tell whether no newer Statement of the same program is signed."""
    program_id = statement.cycle.program_id
    newer = select(Statement.id).join(Cycle).where(Cycle.program_id == program_id, Statement.signed_at.is_not(None))
    return db.session.scalar(newer.where(Statement.id > statement.id).limit(1)) is None


@dataclass(frozen=True, slots=True)
class Said:
    """One practice as the signed copy answers it."""

    practice: Practice
    answer: Answer | None
    evidence: tuple[str, ...]  # titles


@dataclass(frozen=True, slots=True)
class Text:
    """Everything a Statement covers, to be read."""

    hash: str
    sent_on: date | None  # of the copy of the answers
    number: int
    sections: tuple[tuple[Section, tuple[Said, ...]], ...]
    labels: Mapping[int, str]
    basis: Mapping[str, Any]
    plan: Mapping[str, Any]
    system: str
    signers: str
    own_words: str  # the partnership's own text

    @property
    def answered(self) -> int:
        """Count the practices that have an answer."""
        return sum(one.answer is not None for _, said in self.sections for one in said)


def text_now(cycle: Cycle) -> Text:
    """Return what there is to sign now."""
    return _text(cycle, covered_now(cycle))


def text_signed(statement: Statement) -> Text:
    """Return what the Statement covers, as it was then."""
    covered = Covered(statement.answers_number or 0, "", statement.basis, statement.plan_content, "")
    return _text(statement.cycle, covered, statement.content_hash)


def _text(cycle: Cycle, covered: Covered, digest: str = "") -> Text:
    rulebook = rulebook_of(cycle)
    mine = select(Submission).where(Submission.cycle_id == cycle.id, Submission.number == covered.number)
    copy = db.session.scalar(mine)
    answers, evidence = (frozen_answers(copy), frozen_evidence(copy)) if copy else ({}, {})
    sections = tuple(
        (
            section,
            tuple(
                Said(one, answers.get(one.code), tuple(piece["title"] for piece in evidence.get(one.code, ())))
                for one in section.practices
            ),
        )
        for section in rulebook.catalogue.sections
    )
    return Text(
        digest or covered.hash, copy.submitted_at.date() if copy else None, covered.number, sections,
        labels_of(rulebook), json.loads(covered.basis or "{}"), _plan(cycle, covered.plan_content),
        rulebook.policy.system_name, rulebook.policy.statement_signers, rulebook.text("statement"),
    )  # fmt: skip


def _plan(cycle: Cycle, content: str) -> dict[str, Any]:
    """Return an issued plan as a page shows it: areas and practices by their titles, months in words."""
    plan: dict[str, Any] = json.loads(content or "{}")
    catalogue = rulebook_of(cycle).catalogue
    titles = {one.code: one.title for one in catalogue.practices}
    areas = [
        (area.title, (plan.get("strengths") or {}).get(area.key), (plan.get("improvements") or {}).get(area.key))
        for area in catalogue.areas
    ]
    priorities = [
        {
            "title": one["title"],
            "why": one.get("why", ""),
            "practices": [f"{code} {titles.get(code, '')}".strip() for code in one.get("practices", ())],
            "actions": [step | {"due": _month(step.get("due"))} for step in one.get("actions", ())],
        }
        for one in plan.get("priorities", ())
    ]
    told = [area for area in areas if area[1] or area[2]]
    return {"months": plan.get("months"), "overview": plan.get("overview"), "areas": told, "priorities": priorities}


def _month(due: str | None) -> str:
    return say_month(date.fromisoformat(due)) if due else ""
