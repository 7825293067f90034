"""The national rules: who may begin, what is a safety gap, and what Dedicated and Expert Partner ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.eligibility import judge_eligibility
from rules.facts import CycleFacts
from rules.rulebook import build_rulebook
from rules.tiers import Decision, propose_priorities
from tests.rules import samples
from tests.rules.samples import CATALOGUE, CYCLE, FACTS, SIGNED, TODAY, all_yes, no, scored

NATIONAL = build_rulebook()


def decided(answers: dict[str, Answer], cycle: CycleFacts = SIGNED) -> Decision:
    return samples.decided(NATIONAL, answers, cycle)


def name_of(decision: Decision) -> str:
    return decision.tier.name if decision.tier else decision.outcome


def test_program_that_meets_everything_may_begin() -> None:
    judged = judge_eligibility(FACTS, TODAY, NATIONAL)
    assert (judged.eligible, judged.eligible_from) == (True, None)


@pytest.mark.parametrize(
    ("founded", "day"), [(date(2026, 3, 1), date(2027, 3, 1)), (date(2026, 3, 17), date(2027, 3, 17))]
)
def test_young_program_is_told_the_day(founded: date, day: date) -> None:
    judged = judge_eligibility(replace(FACTS, founded=founded), TODAY, NATIONAL)
    assert (judged.eligible, judged.eligible_from) == (False, day)
    assert judged.sentence.startswith("Not yet: eligible from March 2027.")
    assert judge_eligibility(replace(FACTS, founded=founded), day, NATIONAL).eligible is True


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"youth_max_age": 19}, "youth-age"),
        ({"in_service_area": False}, "area"),
        ({"registered": False}, "registered"),
        ({"capacity_confirmed": False}, "capacity"),
        ({"pairs_volunteers": False}, "model"),
    ],
)
def test_fact_that_time_does_not_mend_gives_no_day(change: dict[str, Any], rule: str) -> None:
    judged = judge_eligibility(replace(FACTS, founded=date(2026, 3, 1), **change), TODAY, NATIONAL)
    assert (judged.eligible, judged.eligible_from) == (False, None)
    assert [one.rule for one in judged.verdicts if not one.met] == ["age", rule]


def test_other_model_is_asked_to_talk_to_us() -> None:
    judged = judge_eligibility(replace(FACTS, pairs_volunteers=False), TODAY, NATIONAL)
    assert judged.verdicts[-1].sentence.endswith("please talk to us.")


def test_expert_when_all_core_is_in_practice_whatever_the_ratings() -> None:
    answers = all_yes(1) | {p.code: no(p.code) for p in CATALOGUE.practices if not p.is_core}
    assert name_of(decided(answers)) == "Expert Partner"


def test_dedicated_when_one_core_practice_is_open() -> None:
    decision = decided(all_yes() | {"M.A.1": no("M.A.1")})
    assert name_of(decision) == "Dedicated Partner"
    assert decision.tiers[1].conditions[-1].sentence == (
        "81 of 82 core practices that apply are in practice; all are needed. Open: M.A.1."
    )


def test_not_applicable_is_not_asked_of_an_expert() -> None:
    decision = decided(all_yes() | {"B.1.5": Answer("B.1.5", Status.NOT_APPLICABLE, na_reason="We choose.")})
    assert name_of(decision) == "Expert Partner"
    assert decision.tiers[1].conditions[-1].sentence == "81 of 81 core practices that apply are in practice."


@pytest.mark.parametrize("step", ["submitted_on", "visited_on", "plan_issued_on", "statement_signed_on"])
def test_no_tier_while_a_step_is_open(step: str) -> None:
    decision = decided(all_yes(), replace(SIGNED, **{step: None}))
    assert name_of(decision) == "not_yet"
    assert decision.sentence.startswith("Not yet Dedicated Partner. Still open: ")


@pytest.mark.parametrize("code", [p.code for p in CATALOGUE.practices if p.is_critical])
def test_critical_practice_not_in_practice_is_a_safety_gap(code: str) -> None:
    card = scored(NATIONAL, all_yes() | {code: no(code)})
    assert [(one.kind, one.practices) for one in card.safety_gaps] == [("safety_gap", (code,))]
    assert [one.code for one in card.practices if one.safety_gap] == [code]


def test_other_practice_not_in_practice_is_no_safety_gap() -> None:
    others = {p.code: no(p.code) for p in CATALOGUE.practices if not p.is_critical}
    assert scored(NATIONAL, all_yes() | others).findings == ()


def test_safety_part_not_ticked_is_a_note_and_no_gap() -> None:
    answer = replace(all_yes()["B.3.3"], sub_items=tuple("bcdefghijklmnopqrst"))
    card = scored(NATIONAL, all_yes() | {"B.3.3": answer})
    assert [(one.kind, one.sentence[-2:]) for one in card.findings] == [("safety_note", "a.")]
    assert card.safety_gaps == ()


def test_priorities_are_safety_then_core_then_low_ratings() -> None:
    answers = all_yes() | {code: no(code) for code in ("M.A.1", "V.8", "B.2.3", "E.1.1")}
    answers |= {"B.5.4": replace(answers["B.5.4"], rating=3), "V.1": replace(answers["V.1"], rating=1)}
    card = scored(NATIONAL, answers)
    proposed = propose_priorities(card, Assessment(answers, FACTS, CYCLE), NATIONAL)
    assert [one.practices[0] for one in proposed] == ["B.2.3", "V.8", "M.A.1", "V.1", "B.5.4", "E.1.1"]
    assert [one.safety for one in proposed] == [True, True, False, False, False, False]


def test_library_has_something_for_each_standard_and_each_practice_that_protects_children() -> None:
    rules = build_rulebook()
    helped = {code for one in rules.description.resources for code in one.practices}
    critical = {one.code for one in rules.catalogue.practices if one.is_critical}
    assert (len(critical), critical - helped) == (20, set())
    assert [section.title for section in rules.catalogue.sections
            if helped.isdisjoint(one.code for one in section.practices)] == []  # fmt: skip
    assert [
        one.title for one in rules.description.resources if not (one.publisher and one.about and one.audience)
    ] == []
    assert len({one.address for one in rules.description.resources}) == len(rules.description.resources) == 17
    assert [one.language for one in rules.description.resources].count("es") == 1
