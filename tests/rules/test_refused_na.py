"""A "not applicable" that the program's kind does not allow counts as a gap, also when the program changed later."""

from __future__ import annotations

from datetime import date

import pytest

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.facts import CycleFacts, ProgramFacts
from rules.rulebook import build_rulebook
from rules.scorecard import evaluate
from rules.tiers import decide

DAY = date(2026, 10, 1)
DONE = CycleFacts(
    today=DAY,
    access_on=DAY,
    submitted_on=DAY,
    contacted_on=DAY,
    visited_on=DAY,
    plan_issued_on=DAY,
    statement_signed_on=DAY,
)


@pytest.mark.parametrize(
    ("model", "applicable", "gaps", "tier"),
    [("one-to-one", 82, [("B.2.4",)], "Dedicated Partner"), ("peer", 81, [], "Expert Partner")],
)
def test_record_checks_not_applicable_counts_only_for_peer_programs(
    model: str, applicable: int, gaps: list[tuple[str, ...]], tier: str
) -> None:
    rulebook = build_rulebook()
    answers = {
        practice.code: Answer(
            practice.code, Status.IN_PRACTICE, 5, sub_items=tuple(s.letter for s in practice.sub_items)
        )
        for practice in rulebook.catalogue.practices
    } | {"B.2.4": Answer("B.2.4", Status.NOT_APPLICABLE, na_reason="Students only.")}
    facts = ProgramFacts("Made up", model, ("school",), date(2015, 1, 1), 8, 14, True, True, True, True)
    assessment = Assessment(answers, facts, DONE)
    card = evaluate(assessment, rulebook)
    assert (card.core.applicable, [gap.practices for gap in card.safety_gaps]) == (applicable, gaps)
    decision = decide(card, assessment, rulebook)
    assert decision.tier is not None
    assert decision.tier.name == tier
