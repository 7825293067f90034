"""North Carolina and the fictional Northlake: one tier, a review meeting, and what each sets besides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.policy import GATES, Policy, closed_gates
from rules.rulebook import PluginChoice, Rulebook, build_rulebook
from tests.rules.samples import FACTS, SIGNED, all_yes, decided, no


def rules_of(name: str) -> Rulebook:
    return build_rulebook([PluginChoice(name)])


def test_north_carolina_changes_the_review_and_nothing_else() -> None:
    assert rules_of("north_carolina").policy == Policy(review_kind="meeting", review_title="review meeting")


def test_north_carolina_cites_its_source() -> None:
    assert rules_of("north_carolina").plugins[-1].source == "https://mentornc.org/program-partners/quality-assurance/"


def test_northlake_asks_for_its_memorandum_and_quarterly_reports() -> None:
    policy = rules_of("northlake").policy
    assert policy == Policy(
        review_kind="meeting", review_title="review meeting", gates=(GATES["mou"],), report_every_months=3
    )  # fmt: skip
    assert len(closed_gates(policy, FACTS)) == 1
    assert closed_gates(policy, replace(FACTS, gates_passed=("mou",))) == ()


@pytest.mark.parametrize("name", ["north_carolina", "northlake"])
def test_quality_partner_takes_the_four_steps_and_no_share(name: str) -> None:
    rules = rules_of(name)
    answers = all_yes() | {"M.A.1": no("M.A.1")}
    decision = decided(rules, answers)
    assert [tier.name for tier in decision.tiers] == ["Quality Partner"]
    assert decision.outcome == "awarded"
    assert [one.key for one in decision.tiers[0].conditions] == ["submitted", "reviewed", "plan", "signed"]


@pytest.mark.parametrize("name", ["north_carolina", "northlake"])
def test_quality_partner_waits_for_the_signature(name: str) -> None:
    rules, cycle = rules_of(name), replace(SIGNED, statement_signed_on=None)
    decision = decided(rules, all_yes(), cycle)
    assert decision.sentence == "Not yet Quality Partner: Still open: Statement of Accuracy signed."
