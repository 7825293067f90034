"""Laws of judging, over random answers: what a result rests on is what it names, and the same record gives the same bytes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.codec import canonical_json, to_plain
from rules.discovery import BASE, discover
from rules.eligibility import judge_eligibility
from rules.evaluator import Evaluator
from rules.rulebook import PluginChoice, Rulebook, build_rulebook
from rules.scorecard import evaluate
from rules.tiers import decide, judge_priorities
from rules.wire import pack_assessment
from tests.rules.samples import CATALOGUE, FACTS, SIGNED, each_plugin, plugin, rulebook, scored, some_answers, unhurried

ROOT = Path(__file__).parents[2]
BUNDLED = sorted(discover().plugins)


def low_is_no(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Count a rating of 1 as not in practice."""
    return [
        {
            "rule": "low",
            "practice": code,
            "counts_as": "not_in_practice",
            "practices": (code,),
            "sentence": "Only begun.",
        }
        for code, answer in answers.items()
        if answer.rating == 1
    ]


def pairs(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Note two practices that are both not in practice."""
    codes = ("B.2.4", "B.2.5")
    both = all(code in answers and answers[code].status is Status.NOT_IN_PRACTICE for code in codes)
    return [{"rule": "both", "kind": "note", "practices": codes, "sentence": "Both are missing."}] if both else []


@cache
def rules_named(name: str) -> Rulebook:
    if name == "made up":
        return rulebook(plugin("made", nqms_adjust_score=low_is_no, nqms_findings=pairs))
    return build_rulebook([PluginChoice(name)] if name != BASE else [])


def judged(answers: Mapping[str, Answer], rules: Rulebook) -> tuple[Any, ...]:
    assessment = Assessment(answers, FACTS, SIGNED)
    card = evaluate(assessment, rules)
    eligible = judge_eligibility(FACTS, SIGNED.today, rules)
    return card, decide(card, assessment, rules), judge_priorities(card, assessment, rules)[0], eligible


def written(answers: Mapping[str, Answer], rules: Rulebook) -> list[str]:
    """Write everything that judging gives."""
    return [canonical_json(part) for part in judged(answers, rules)]


def results(answers: Mapping[str, Answer], rules: Rulebook) -> list[tuple[str, frozenset[str], str]]:
    """List every result: which it is, the practices it names, and what it says."""
    card, decision, priorities, _ = judged(answers, rules)
    shares = (*card.sections, *card.areas, card.core, card.enhancements, card.benchmarks, card.total)
    listed = [
        *((f"{one.trace.plugin} {one.trace.rule}", one) for one in (*shares, *card.findings, *card.practices)),
        *((f"adjust {one.practice}", one) for one in card.adjustments),
        *((f"condition {one.key}", one) for tier in decision.tiers for one in tier.conditions),
        *((f"priority {one.rule}", one) for one in priorities),
    ]
    return [(key, frozenset(one.trace.practices), canonical_json(one)) for key, one in listed]


@pytest.mark.parametrize("name", [*BUNDLED, "made up"])
@given(answers=some_answers(), data=st.data())
@each_plugin
def test_removing_an_answer_moves_only_results_whose_trace_names_it(
    name: str, answers: dict[str, Answer], data: st.DataObject
) -> None:
    if not answers:
        return
    rules = rules_named(name)
    code = data.draw(st.sampled_from(sorted(answers)))
    less = {key: answer for key, answer in answers.items() if key != code}
    before, after = (Counter(one for one in results(some, rules) if code not in one[1]) for some in (answers, less))
    assert before == after


@pytest.mark.parametrize("name", [*BUNDLED, "made up"])
@given(answers=some_answers(), data=st.data())
@each_plugin
def test_order_of_answers_does_not_matter(name: str, answers: dict[str, Answer], data: st.DataObject) -> None:
    mixed = dict(data.draw(st.permutations(list(answers.items()))))
    told, again = (written(some, rules_named(name)) for some in (answers, mixed))
    cards = [json.loads(one[0]) for one in (told, again)]
    for one in cards:
        one["adjustments"].sort(key=lambda row: row["practice"])
    assert cards[0] == cards[1]
    assert told[1:] == again[1:]


@given(
    answers=some_answers(),
    words=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40),
)
@unhurried
def test_score_is_a_function_of_the_visible_applicable_answers(answers: dict[str, Answer], words: str) -> None:
    """What was typed where it does not count, and answers to practices that are not asked, change no number."""
    rules = rules_named(BASE)
    other = {
        code: replace(answer, rating=None, sub_items=(), notes=words)
        if answer.status is Status.NOT_APPLICABLE
        else replace(answer, notes=words)
        for code, answer in answers.items()
    }
    other["X.GONE.1"] = Answer("X.GONE.1", Status.NOT_IN_PRACTICE, notes=words)
    assert written(answers, rules) == written(other, rules)


DROPPED = ("E.1.1", "B.2.4", "B.2.5")


@cache
def short_rules() -> Rulebook:
    change = {"change": "drop", "practices": DROPPED, "sentence": "We do not ask for these."}
    return rulebook(plugin("short", nqms_practices=lambda: [change]))


@given(answers=some_answers())
@unhurried
def test_answers_to_practices_that_are_dropped_change_nothing(answers: dict[str, Answer]) -> None:
    rules = short_rules()
    visible = {code: answer for code, answer in answers.items() if code not in DROPPED}
    hidden = {code: Answer(code, Status.NOT_IN_PRACTICE) for code in DROPPED}
    assert written(answers, rules) == written(visible, rules) == written({**visible, **hidden}, rules)


@cache
def registered(*order: int) -> Rulebook:
    """Register three plugins in this order; the order of the list stays the same."""
    made = [
        plugin("one", nqms_findings=pairs),
        plugin("two", nqms_adjust_score=low_is_no),
        plugin("three", nqms_findings=pairs),
    ]
    return rulebook(*(made[at] for at in order), listed=("one", "two", "three"))


@given(answers=some_answers(), order=st.permutations([0, 1, 2]))
@unhurried
def test_order_of_registration_does_not_matter(answers: dict[str, Answer], order: list[int]) -> None:
    cards = [scored(rules, answers) for rules in (registered(0, 1, 2), registered(*order))]
    assert cards[0].to_json() == cards[1].to_json()


REPLAY = """
import json, sys
from rules.catalogue import load_edition
from rules.codec import canonical_json
from rules.discovery import discover
from rules.eligibility import judge_eligibility
from rules.loading import loaded
from rules.rulebook import rulebook_from_record
from rules.scorecard import evaluate
from rules.tiers import decide, judge_priorities
from rules.wire import unpack_assessment

for stored in json.load(sys.stdin):
    record = stored["record"]
    plugins = loaded(discover(), [one["name"] for one in record["plugins"]])
    rules = rulebook_from_record(record, load_edition(record["edition"]), plugins)
    assessment = unpack_assessment(stored["assessment"])
    card = evaluate(assessment, rules)
    parts = (card, decide(card, assessment, rules), judge_priorities(card, assessment, rules)[0],
             judge_eligibility(assessment.facts, assessment.cycle.today, rules))
    print(json.dumps([canonical_json(one) for one in parts]))
"""


def drawn(seed: int) -> dict[str, Answer]:
    """Draw answers to most practices, the same ones for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    answers = {}
    for practice in CATALOGUE.practices:
        status = dice.choice([Status.IN_PRACTICE, Status.IN_PRACTICE, Status.NOT_IN_PRACTICE, None])
        rating = dice.randint(1, 5) if status is Status.IN_PRACTICE else None
        answers[practice.code] = Answer(practice.code, status, rating, notes=dice.choice(["", "We do “this”."]))
    return answers


def test_replaying_a_record_in_a_fresh_process_gives_the_same_bytes() -> None:
    names = [name for name in BUNDLED if rules_named(name).catalogue.hash == CATALOGUE.hash]
    stored, expected = [], []
    for seed, name in enumerate(names):
        rules, answers = rules_named(name), drawn(seed)
        packed = pack_assessment(Assessment(answers, FACTS, SIGNED))
        stored.append({"record": json.loads(canonical_json(rules.record())), "assessment": packed})
        expected.append(written(answers, rules))
    done = subprocess.run(
        [sys.executable, "-c", REPLAY], input=json.dumps(stored), capture_output=True, text=True, cwd=ROOT, check=True
    )  # fmt: skip
    assert [json.loads(line) for line in done.stdout.splitlines()] == expected


def test_evaluator_gives_the_same_bytes_as_plugins_in_this_process() -> None:
    evaluator = Evaluator()
    try:
        for seed, name in enumerate(BUNDLED):
            rules = evaluator.describe([PluginChoice(name)] if name != BASE else [])
            assert to_plain(rules.record()) == to_plain(rules_named(name).record())
            assert written(drawn(seed), rules) == written(drawn(seed), rules_named(name))
    finally:
        evaluator.close()
