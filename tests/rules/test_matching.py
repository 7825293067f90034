"""Findings, adjustments, priorities and eligibility of TOML plugins: which rows match, and what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.eligibility import judge_eligibility
from rules.results import Verdict
from rules.rulebook import Rulebook
from rules.scorecard import evaluate
from rules.tiers import propose_priorities
from tests.rules.samples import CATALOGUE, CYCLE, FACTS, TODAY, no, scored
from tests.rules.toml_plugins import rules_of

FINDING = """
[[finding]]
rule = "look"
practices = ["V.1", "V.2"]
sentence = "{code} ({title}) caught our eye."
when = { WHEN }
"""
V1, V2 = (CATALOGUE.practice(code).title for code in ("V.1", "V.2"))
NOTED = Answer("V.1", Status.IN_PRACTICE, 4, notes="We meet in May.")
BARE = replace(NOTED, notes=" ")


def found(rules: Rulebook, answers: dict[str, Answer], **facts: Any) -> list[str]:
    card = evaluate(Assessment(answers, replace(FACTS, **facts), CYCLE), rules)
    assert card.undetermined == ()
    return [one.practices[0] for one in card.findings if one.trace.plugin == "lakeside"]


@pytest.mark.parametrize(
    ("when", "answers", "facts", "codes"),
    [
        ('status = "not_in_practice"', {"V.1": no("V.1"), "V.2": no("V.2")}, {}, ["V.1", "V.2"]),
        ('status = "not_in_practice"', {"V.1": NOTED}, {}, []),
        ('status = "in_practice"', {"V.1": NOTED}, {}, ["V.1"]),
        ("rating_at_most = 4", {"V.1": NOTED}, {}, ["V.1"]),
        ("rating_at_most = 3", {"V.1": NOTED}, {}, []),
        ("rating_at_most = 5", {"V.1": no("V.1")}, {}, []),
        ("rating_at_least = 4", {"V.1": NOTED}, {}, ["V.1"]),
        ("rating_at_least = 5", {"V.1": NOTED}, {}, []),
        ("rating_at_least = 4, rating_at_most = 4", {"V.1": NOTED}, {}, ["V.1"]),
        ("notes_missing = true", {"V.1": BARE}, {}, ["V.1"]),
        ("notes_missing = true", {"V.1": NOTED}, {}, []),
        ("notes_missing = true", {}, {}, []),
        ("notes_missing = false", {"V.1": NOTED, "V.2": no("V.2")}, {}, ["V.1"]),
        ('model = ["group", "team"]', {}, {"model": "team"}, ["V.1", "V.2"]),
        ('model = ["group", "team"]', {}, {}, []),
        ('setting = ["school"]', {}, {"settings": ("community", "school")}, ["V.1", "V.2"]),
        ('setting = ["school"]', {}, {}, []),
        ('status = "in_practice", model = ["one-to-one"], notes_missing = true', {"V.1": BARE}, {}, ["V.1"]),
        ('status = "in_practice", model = ["peer"], notes_missing = true', {"V.1": BARE}, {}, []),
    ],
)
def test_finding_for_each_practice_that_matches(
    tmp_path: Path, when: str, answers: dict[str, Answer], facts: dict[str, Any], codes: list[str]
) -> None:
    assert found(rules_of(tmp_path, FINDING.replace("WHEN", when)), answers, **facts) == codes


def test_finding_says_code_and_title_and_what_it_rests_on(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, FINDING.replace("WHEN", 'status = "not_in_practice", model = ["one-to-one"]'))
    (one,) = scored(rules, {"V.2": no("V.2")}).findings
    assert (one.rule, one.kind, one.practices, one.sentence) == (
        "look",
        "note",
        ("V.2",),
        f"V.2 ({V2}) caught our eye.",
    )
    assert one.trace.facts == ("model",)


def test_words_put_into_a_blank_are_not_read_as_blanks(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, """
[[change]]
change = "add"
section = "v"
sentence = "We ask for this."
practice = { code = "X.1", title = "The {code} itself", question = "Is it?", statement = "It is.", help = "Look." , \
concerns = ["staff"] }

[[finding]]
rule = "look"
practices = ["X.1"]
sentence = "{title}"
when = { status = "not_in_practice" }
""")  # fmt: skip
    assert [one.sentence for one in scored(rules, {"X.1": no("X.1")}).findings] == ["The {code} itself"]


ADJUST = """
[[adjust]]
rule = "low"
practices = ["V.1", "V.2"]
counts_as = "not_in_practice"
when = { rating_at_most = 2 }
sentence = "{code} is rated 2 or lower."
"""


def test_adjustment_counts_for_shares_and_findings(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, ADJUST + FINDING.replace("WHEN", 'status = "not_in_practice"'))
    card = scored(rules, {"V.1": replace(NOTED, rating=2), "V.2": replace(NOTED, code="V.2", rating=3)})
    assert [(one.practice, one.counts_as, one.sentence) for one in card.adjustments] == [
        ("V.1", Status.NOT_IN_PRACTICE, "V.1 is rated 2 or lower.")
    ]
    assert (card.total.in_practice, [one.practices for one in card.findings]) == (1, [("V.1",)])


def test_priority_is_proposed_by_safety_and_rank(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, """
[[priority]]
rule = "notes"
practices = ["V.1"]
title = "Write down: {title}"
why = "{code} has no notes."
when = { notes_missing = true }

[[priority]]
rule = "first"
practices = ["V.2"]
title = "{title}"
why = "{code} comes first."
safety = true
rank = 0
when = { status = "in_practice" }
""")  # fmt: skip
    answers = {"V.1": BARE, "V.2": replace(BARE, code="V.2")}
    proposed = propose_priorities(scored(rules, answers), Assessment(answers, FACTS, CYCLE), rules)
    assert [(one.rule, one.title, one.why, one.safety) for one in proposed] == [
        ("first", V2, "V.2 comes first.", True), ("notes", f"Write down: {V1}", "V.1 has no notes.", False),
    ]  # fmt: skip


def verdict(folder: Path, test: str, **facts: Any) -> Verdict:
    rules = rules_of(
        folder, f'[[eligibility]]\nrule = "local"\n{test}\nyes = "It is {{value}}."\nno = "Not {{value}}."\n'
    )
    return judge_eligibility(replace(FACTS, **facts), TODAY, rules).verdicts[-1]


@pytest.mark.parametrize(
    ("test", "facts", "met", "value"),
    [
        ('fact = "youth_served"\nat_least = 20', {"youth_served": 20}, True, "20"),
        ('fact = "youth_served"\nat_least = 20', {"youth_served": 19}, False, "19"),
        ('fact = "youth_max_age"\nat_most = 16', {}, True, "14"),
        ('fact = "youth_max_age"\nat_most = 16', {"youth_max_age": 17}, False, "17"),
        ('fact = "youth_min_age"\nat_least = 6\nat_most = 9', {"youth_min_age": 10}, False, "10"),
        ('fact = "full_cycle_done"\nis = true', {"full_cycle_done": True}, True, "yes"),
        ('fact = "full_cycle_done"\nis = true', {}, False, "no"),
        ('fact = "model"\none_of = ["one-to-one", "group"]', {}, True, "one-to-one"),
        ('fact = "model"\nis = "team"', {}, False, "one-to-one"),
        ('fact = "settings"\none_of = ["school"]', {"settings": ("school", "site")}, True, "school and site"),
        ('fact = "settings"\none_of = ["school"]', {}, False, "community"),
        ('fact = "founded"\nat_most = 2015-05-01', {}, True, "May 1, 2015"),
        ('fact = "founded"\nat_most = 2015-05-01', {"founded": date(2015, 5, 2)}, False, "May 2, 2015"),
    ],
)
def test_fact_is_judged(tmp_path: Path, test: str, facts: dict[str, Any], met: bool, value: str) -> None:
    judged = verdict(tmp_path, test, **facts)
    assert (judged.rule, judged.met) == ("local", met)
    assert judged.sentence == (f"It is {value}." if met else f"Not {value}.")
    assert judged.trace.facts == (test.split('"')[1],)
