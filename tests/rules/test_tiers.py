"""Deciding a tier and proposing priorities when plugins agree, differ, or cannot judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rules.asking import Assessment
from rules.results import Decision, Tier
from rules.rulebook import Rulebook
from rules.tiers import judge_priorities, propose_priorities
from tests.rules import samples
from tests.rules.samples import CYCLE, FACTS, all_yes, no, nothing, plugin, rulebook, scored
from tests.rules.test_rulebook import BAD

CONDITION = {"key": "dance", "title": "A dance", "met": True, "sentence": "They danced.", "practices": ()}
WITH_DANCE = [Tier("dancer", "Dancing Partner", 3, ("submitted", "dance"))]


def decided(rules: Rulebook) -> Decision:
    return samples.decided(rules, all_yes())


def dancing(condition: Callable[[], object]) -> Rulebook:
    return rulebook(plugin("dancing", nqms_tiers=lambda: WITH_DANCE, nqms_tier_conditions=condition))


def test_tier_of_a_plugin_is_awarded() -> None:
    decision = decided(dancing(lambda: [CONDITION]))
    assert (decision.outcome, decision.tier and decision.tier.name) == ("awarded", "Dancing Partner")
    assert decision.sentence == "All conditions of Dancing Partner are met."


def test_tier_is_not_yet_with_the_first_open_condition() -> None:
    decision = decided(dancing(lambda: [{**CONDITION, "met": False, "sentence": "No one danced."}]))
    assert (decision.outcome, decision.tier) == ("not_yet", None)
    assert decision.sentence == "Not yet Dancing Partner. No one danced."


@pytest.mark.parametrize("how", BAD)
def test_condition_that_could_not_be_judged_is_neither_met_nor_not_met(how: str) -> None:
    decision = decided(dancing(BAD[how]))
    assert (decision.outcome, decision.tier) == ("undetermined", None)
    assert [one.met for one in decision.tiers[0].conditions] == [True, None]
    assert "dancing 2.1 could not judge" in decision.sentence


@pytest.mark.parametrize("met", [None, 1, "yes", float("nan")])
def test_condition_that_is_neither_true_nor_false_is_undetermined(met: object) -> None:
    assert decided(dancing(lambda: [{**CONDITION, "met": met}])).outcome == "undetermined"


def test_condition_that_no_plugin_judges_is_undetermined() -> None:
    assert decided(dancing(nothing)).outcome == "undetermined"


def test_condition_of_another_plugin_cannot_be_replaced() -> None:
    decision = decided(rulebook(plugin("bold", nqms_tier_conditions=lambda: [{**CONDITION, "key": "signed"}])))
    assert decision.outcome == "undetermined"
    assert "bold 2.1 could not judge “signed”" in decision.sentence
    assert "judged by national already" in decision.sentence


def test_findings_that_broke_leave_the_tier_undetermined() -> None:
    decision = decided(rulebook(plugin("bad", nqms_findings=BAD["exception"])))
    assert decision.outcome == "undetermined"


def test_decision_comes_back_from_json() -> None:
    decision = decided(rulebook())
    assert Decision.from_json(decision.to_json()) == decision


def test_rules_without_tiers_award_none() -> None:
    assert decided(rulebook(plugin("plain", nqms_tiers=nothing))).sentence == "These rules know no tier."


PRIORITY = {
    "rule": "song",
    "title": "Songs",
    "practices": ("V.1",),
    "why": "They ask for it.",
    "safety": False,
    "rank": 0,
}


def test_safety_comes_before_the_lowest_rank_of_another_plugin() -> None:
    rules = rulebook(plugin("songs", nqms_priorities=lambda: [PRIORITY]))
    answers = all_yes() | {"V.8": no("V.8")}
    proposed = propose_priorities(scored(rules, answers), Assessment(answers, FACTS, CYCLE), rules)
    assert [(one.rule, one.practices) for one in proposed] == [("safety-gap", ("V.8",)), ("song", ("V.1",))]


@pytest.mark.parametrize(
    "change", [{"rank": float("nan")}, {"rank": "1"}, {"safety": None}, {"practices": ()}, {"why": ""}, {"title": 5}]
)
def test_priority_that_cannot_be_read_is_named(change: dict[str, Any]) -> None:
    rules = rulebook(plugin("songs", nqms_priorities=lambda: [{**PRIORITY, **change}, PRIORITY]))
    proposed, wrong = judge_priorities(scored(rules, all_yes()), Assessment(all_yes(), FACTS, CYCLE), rules)
    assert [one.rule for one in proposed] == ["song"]
    assert [(one.plugin, one.version, one.rule) for one in wrong] == [("songs", "2.1", "song")]


def test_rule_that_broke_leaves_undetermined_what_another_condition_would_refuse() -> None:
    open_ = samples.decided(rulebook(plugin("bad", nqms_findings=BAD["exception"])), all_yes(), CYCLE)
    assert open_.outcome == "undetermined"
    assert [[one.met for one in tier.conditions] for tier in open_.tiers] == [[False] * 4, [False] * 4 + [True]]
