"""Each kind of condition that a TOML plugin may state: met, not met, in words, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.describing import describe
from rules.discovery import discover
from rules.facts import CycleFacts
from rules.loading import Plugins, loaded
from rules.plugininfo import PluginInfo
from rules.results import ConditionResult, Tier
from rules.rulebook import PluginChoice, Rulebook
from rules.scorecard import evaluate
from rules.tiers import decide
from tests.rules.samples import CATALOGUE, FACTS, SIGNED, all_yes, no, plugin, some_answers, unhurried
from tests.rules.toml_plugins import put, rules_of

TIER = """
[[tier]]
key = "quality"
name = "Quality Partner"
rank = 1
conditions = ["local"]

[[condition]]
key = "local"
title = "Local condition"
yes = "Met: {number}; open: {open}."
no = "Not met: {number}; open: {open}."
"""
SCREENING = tuple(practice.code for practice in CATALOGUE.section("s-2").practices)


def judged(rules: Rulebook, answers: Mapping[str, Answer], cycle: CycleFacts = SIGNED) -> ConditionResult:
    assessment = Assessment(answers, FACTS, cycle)
    return decide(evaluate(assessment, rules), assessment, rules).tiers[0].conditions[0]


def na(code: str) -> Answer:
    return Answer(code, Status.NOT_APPLICABLE, na_reason="It cannot be.")


def rated(code: str, rating: int | None) -> Answer:
    return Answer(code, Status.IN_PRACTICE, rating)


def yes_to(*codes: str) -> dict[str, Answer]:
    return {code: rated(code, 4) for code in codes}


@pytest.mark.parametrize(
    ("kind", "answers", "met", "sentence"),
    [
        ('kind = "share"\nof = "s-2"\nat_least = 90', yes_to(*SCREENING[:18]), True, "90; open: "),
        ('kind = "share"\nof = "s-2"\nat_least = 90.5', yes_to(*SCREENING[:18]), False, "90; open: "),
        ('kind = "share"\nof = "s-2"\nat_least = 100', yes_to(*SCREENING), True, "100; open: none."),
        ('kind = "share"\nof = "evaluation"\nat_least = 1', {}, False, "0; open: V.1, "),
        ('kind = "share"\nof = "core"\nat_least = 100', all_yes(), True, "100; open: none."),
        ('kind = "share"\nof = "enhancements"\nat_least = 1', {"M.A.1": rated("M.A.1", 5)}, False, "0; open: "),
        ('kind = "share"\nof = "benchmarks"\nat_least = 1', yes_to("B.1.1"), True, "2; open: "),
        ('kind = "share"\nof = "total"\nat_least = 100', all_yes() | {"V.1": no("V.1")}, False, "99; open: V.1."),
        ('kind = "average"\nof = "total"\nat_least = 3.5', {"V.1": rated("V.1", 3), "V.2": rated("V.2", 4)}, True,
         "3.50; open: none."),
        ('kind = "average"\nof = "total"\nat_least = 3.51', {"V.1": rated("V.1", 3), "V.2": rated("V.2", 4)}, False,
         "3.50; open: none."),
        ('kind = "average"\nof = "s-2"\nat_least = 1', {"V.1": rated("V.1", 3)}, False, "0; open: none."),
        ('kind = "in_practice"\npractices = ["V.1", "V.2"]', yes_to("V.1", "V.2"), True, "2; open: none."),
        ('kind = "in_practice"\npractices = ["V.1", "V.2"]', yes_to("V.1"), False, "1; open: V.2."),
        ('kind = "in_practice"\npractices = ["V.1", "V.2"]\nat_least = 1', yes_to("V.2"), True, "1; open: V.1."),
        ('kind = "in_practice"\npractices = ["V.1", "V.2"]\nat_least = 1', {"V.1": no("V.1")}, False,
         "0; open: V.1 and V.2."),
        ('kind = "in_practice"\npractices = ["B.1.5", "V.1"]', yes_to("V.1") | {"B.1.5": na("B.1.5")}, True,
         "1; open: none."),
        ('kind = "in_practice"\npractices = ["B.1.5"]', {"B.1.5": na("B.1.5")}, False, "0; open: none."),
        ('kind = "rating"\npractices = ["V.1", "V.2"]\nat_least = 4', {"V.1": rated("V.1", 4), "V.2": rated("V.2", 5)},
         True, "2; open: none."),
        ('kind = "rating"\npractices = ["V.1", "V.2"]\nat_least = 4', {"V.1": rated("V.1", 3), "V.2": rated("V.2", 5)},
         False, "1; open: V.1."),
        ('kind = "rating"\npractices = ["V.1"]\nat_least = 1', {"V.1": no("V.1")}, False, "0; open: V.1."),
        ('kind = "rating"\npractices = ["V.1"]\nat_least = 1', {"V.1": rated("V.1", None)}, False, "0; open: V.1."),
        ('kind = "no_safety_gaps"', all_yes(), True, "0; open: none."),
        ('kind = "no_safety_gaps"', {"B.2.4": no("B.2.4")}, False, "1; open: B.2.4."),
    ],
)  # fmt: skip
def test_condition_on_answers(tmp_path: Path, kind: str, answers: dict[str, Answer], met: bool, sentence: str) -> None:
    found = judged(rules_of(tmp_path, TIER + kind), answers)
    assert found.met is met
    assert found.sentence.startswith(f"{'Met' if met else 'Not met'}: {sentence}")


@pytest.mark.parametrize(
    ("kind", "cycle", "met", "fact"),
    [
        ('kind = "staff"', replace(SIGNED, staff_agreed=("local", "other")), True, "staff_agreed"),
        ('kind = "staff"', replace(SIGNED, staff_agreed=("other",)), False, "staff_agreed"),
        ('kind = "check_ins"\nmonths = [3, 6]', replace(SIGNED, check_ins_done=(3, 6, 9)), True, "check_ins_done"),
        ('kind = "check_ins"\nmonths = [3, 6]', replace(SIGNED, check_ins_done=(3, 9)), False, "check_ins_done"),
    ],
)
def test_condition_on_the_cycle(tmp_path: Path, kind: str, cycle: CycleFacts, met: bool, fact: str) -> None:
    found = judged(rules_of(tmp_path, TIER + kind), {}, cycle)
    assert (found.met, found.practices, found.trace.facts) == (met, (), (fact,))


ANY = (
    TIER
    + """kind = "any_of"
keys = ["one", "two"]

[[condition]]
key = "one"
title = "One"
kind = "in_practice"
practices = ["V.1", "V.2"]
yes = "Yes."
no = "No."

[[condition]]
key = "two"
title = "Two"
kind = "staff"
yes = "Yes."
no = "No."
"""
)


@pytest.mark.parametrize(
    ("answers", "agreed", "met"),
    [({}, (), False), (yes_to("V.1", "V.2"), (), True), ({}, ("two",), True), (yes_to("V.1"), ("local",), False)],
)
def test_any_of_needs_one_of_its_conditions(
    tmp_path: Path, answers: dict[str, Answer], agreed: tuple[str, ...], met: bool
) -> None:
    found = judged(rules_of(tmp_path, ANY), answers, replace(SIGNED, staff_agreed=agreed))
    assert found.met is met
    assert (found.practices, found.trace.facts) == (("V.1", "V.2"), ("staff_agreed",))


def screening(scorecard: Any, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """State the share of the screening section as a Python plugin would."""
    share = next(one for one in scorecard.sections if one.key == "s-2")
    met = share.share is not None and share.in_practice * 100 >= settings["least"] * share.applicable
    return [{"key": "local", "title": "Local", "met": met, "sentence": "Counted.", "practices": SCREENING}]


SHARE = (
    TIER
    + """kind = "share"
of = "s-2"
at_least = "$least"

[plugin.settings.least]
kind = "whole"
title = "Percent"
default = 80
"""
)


@pytest.fixture(scope="module")
def two_ways(tmp_path_factory: pytest.TempPathFactory) -> Plugins:
    """Load the share of the screening section, stated in TOML and in Python, once; its rules are described anew."""
    plugins = loaded(discover(put(tmp_path_factory.mktemp("plugins"), SHARE)), ["national", "lakeside"])
    tiers = [Tier("quality", "Quality Partner", 1, ("local",))]
    python = plugin("python", nqms_tiers=lambda: tiers, nqms_tier_conditions=screening)
    plugins.add(PluginInfo("python", "1.0.0", "Python"), python)
    return plugins


@unhurried
@given(answers=some_answers(), count=st.integers(0, 20), least=st.integers(1, 100))
def test_share_agrees_with_the_same_condition_in_python(
    two_ways: Plugins, answers: dict[str, Answer], count: int, least: int
) -> None:
    answers |= yes_to(*SCREENING[:count])
    both = (describe([PluginChoice(name, {"least": least})], two_ways) for name in ("lakeside", "python"))
    declared, python = (judged(rules, answers) for rules in both)
    assert (declared.met, declared.practices) == (python.met, python.practices)


EVERY = [
    'kind = "share"\nof = "s-2"\nat_least = 30',
    'kind = "average"\nof = "evaluation"\nat_least = 3',
    'kind = "in_practice"\npractices = ["B.2.4", "V.1", "B.1.5"]\nat_least = 2',
    'kind = "rating"\npractices = ["B.2.4", "V.1"]\nat_least = 3',
]
LOWER = """
[[adjust]]
rule = "low"
practices = ["B.2.4", "V.1"]
counts_as = "not_in_practice"
when = { rating_at_most = 2 }
sentence = "{code} is rated too low."
"""


@pytest.fixture(scope="module", params=EVERY)
def lowered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return rules_of(tmp_path_factory.mktemp("plugins"), TIER + request.param + LOWER)


@unhurried
@given(answers=some_answers(), code=st.sampled_from(CATALOGUE.practices))
def test_deleting_an_answer_that_is_not_named_changes_nothing(
    lowered: Rulebook, answers: dict[str, Answer], code: Any
) -> None:
    rules = lowered
    before = judged(rules, answers)
    if code.code not in before.practices:
        assert judged(rules, {key: one for key, one in answers.items() if key != code.code}) == before
