"""May a program begin: rules that break never say yes or no."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rules.eligibility import judge_eligibility
from tests.rules.samples import FACTS, TODAY, plugin, rulebook
from tests.rules.test_rulebook import BAD


@pytest.mark.parametrize("how", BAD)
def test_rule_that_could_not_judge_leaves_eligibility_undetermined(how: str) -> None:
    judged = judge_eligibility(FACTS, TODAY, rulebook(plugin("bad", nqms_eligibility=BAD[how])))
    assert (judged.eligible, judged.eligible_from) == (None, None)
    assert [one.trace.plugin for one in judged.verdicts if one.met is None] == ["bad"]


@pytest.mark.parametrize("day", ["2027-01-01", 20270101, float("nan")])
def test_day_of_a_wrong_kind_is_undetermined(day: object) -> None:
    row = {"rule": "moon", "met": False, "met_from": day, "sentence": "The moon is new.", "facts": ()}
    judged = judge_eligibility(FACTS, TODAY, rulebook(plugin("odd", nqms_eligibility=lambda: [row])))
    assert judged.eligible is None


def test_program_is_neither_refused_nor_promised_a_day_while_a_rule_could_not_judge() -> None:
    young = replace(FACTS, founded=date(2026, 3, 1))
    judged = judge_eligibility(young, TODAY, rulebook(plugin("bad", nqms_eligibility=BAD["exception"])))
    assert (judged.eligible, judged.eligible_from) == (None, None)
    assert [one.met for one in judged.verdicts if one.rule == "age"] == [False]  # what could be judged is shown
    assert judged.sentence.startswith("Whether the program may begin could not be determined: bad 2.1 could not judge")


def test_last_of_several_days_counts() -> None:
    row = {"rule": "moon", "met": False, "met_from": date(2027, 6, 1), "sentence": "The moon is new.", "facts": ()}
    young = replace(FACTS, founded=date(2026, 3, 1))
    judged = judge_eligibility(young, TODAY, rulebook(plugin("moon", nqms_eligibility=lambda: [row])))
    assert judged.eligible_from == date(2027, 6, 1)
