"""What would move a program up: the proposed sets are enough, smallest, and honest about what was not searched."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.codec import from_plain
from rules.evaluator import Evaluator
from rules.moveup import MoveUp, move_up, move_up_lines
from rules.results import Tier, TierResult
from rules.rulebook import PluginChoice, Rulebook
from rules.scorecard import evaluate
from rules.tiers import decide
from rules.whatif import at_best, steps_done
from rules.wire import pack_assessment
from tests.rules.samples import (
    CATALOGUE,
    CYCLE,
    FACTS,
    SIGNED,
    all_yes,
    no,
    nothing,
    plugin,
    rulebook,
    some_answers,
    yes,
)

FIVE = ("B.1.1", "B.1.2", "B.2.4", "E.1.1", "V.1")
EIGHT = (*FIVE, "M.A.1", "V.8", "B.6.1")
patient = settings(deadline=None, max_examples=4)  # of each of eight rule sets


def tier(*conditions: str) -> list[Tier]:
    return [
        Tier("first", "First Partner", 1, ("submitted",)),
        Tier("next", "Next Partner", 2, ("submitted", *conditions)),
    ]


def row(key: str, met: bool, practices: Iterable[str], sentence: str = "It is asked for.") -> dict[str, Any]:
    return {"key": key, "title": key.title(), "met": met, "practices": tuple(practices), "sentence": sentence}


def share(scorecard: Any) -> list[dict[str, Any]]:
    return [row("share", (scorecard.core.share or 0) >= 0.9, scorecard.core.trace.practices)]


def required(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    lacking = [code for code in FIVE if answers.get(code, no(code)).status is not Status.IN_PRACTICE]
    return [row("required", not lacking, lacking)]  # names only what is lacking: nothing once it is met


def average(scorecard: Any) -> list[dict[str, Any]]:
    return [row("average", (scorecard.total.average_rating or 0) >= 4, scorecard.total.trace.practices)]


def two_of_five(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    there = [code for code in FIVE if answers.get(code, no(code)).status is Status.IN_PRACTICE]
    return [row("two", len(there) >= 2, FIVE)]


def points(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Ask for 25 points of eight practices, the rating of those in practice."""
    return [row("points", sum(answers[code].rating or 0 for code in EIGHT if code in answers) >= 25, EIGHT)]


def both(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    return [*points(answers), *two_of_five(answers)]


@cache
def rules_with(name: str) -> Rulebook:
    made: dict[str, ModuleType] = {
        "share": plugin("share", nqms_tiers=lambda: tier("share"), nqms_tier_conditions=share),
        "required": plugin("required", nqms_tiers=lambda: tier("required"), nqms_tier_conditions=required),
        "average": plugin("average", nqms_tiers=lambda: tier("average"), nqms_tier_conditions=average),
        "two": plugin("two", nqms_tiers=lambda: tier("two"), nqms_tier_conditions=two_of_five),
        "safety": plugin("safety", nqms_tiers=lambda: tier("no-safety-gaps", "na-accepted")),
        "points": plugin("points", nqms_tiers=lambda: tier("points")  , nqms_tier_conditions=points),
        "both": plugin("both", nqms_tiers=lambda: tier("points", "two"), nqms_tier_conditions=both),
    }  # fmt: skip
    return rulebook(*([made[name]] if name in made else []))


def asked(rules: Rulebook, answers: Mapping[str, Answer], **more: Any) -> MoveUp:
    return move_up(Assessment(answers, FACTS, SIGNED), rules, **more)


def reached(rules: Rulebook, answers: Mapping[str, Answer], codes: Iterable[str], key: str) -> bool | None:
    """Tell whether a tier is met in a sandbox: these practices improved, the steps done."""
    then = {**answers, **{code: at_best(CATALOGUE.practice(code), answers.get(code)) for code in codes}}
    plain = Assessment(then, FACTS, SIGNED)
    sandbox = replace(plain, cycle=steps_done(plain, rules))
    tiers: dict[str, TierResult] = {
        one.key: one for one in decide(evaluate(sandbox, rules), sandbox, rules).tiers
    }  # fmt: skip
    return tiers[key].met


@pytest.mark.parametrize("name", ["national", "share", "required", "average", "two", "safety", "points", "both"])
@given(answers=some_answers())
@patient
def test_every_set_reaches_the_tier_and_none_of_it_can_be_left_out(name: str, answers: dict[str, Answer]) -> None:
    rules = rules_with(name)
    found = asked(rules, answers, seconds=60)
    if found.outcome != "improve":
        open_ = ["na-accepted"] if found.outcome == "enough" else []
        assert (found.sets, [one.key for one in found.also_needed]) == ((), open_)
        assert reached(rules, answers, (), found.tier) is True
        return
    assert reached(rules, answers, (), found.tier) is False
    assert (1 <= len(found.sets) <= 5, found.irreducible) == (True, True)
    for made in found.sets:
        codes = [one.practice for one in made.practices]
        assert codes == [one.code for one in CATALOGUE.practices if one.code in codes]
        assert reached(rules, answers, codes, found.tier) is True
        for code in codes[:12]:
            assert reached(rules, answers, set(codes) - {code}, found.tier) is False


@pytest.mark.parametrize("name", ["required", "two", "points", "both"])
@given(data=st.data())
@patient
def test_exact_sets_are_the_smallest_by_trying_all(name: str, data: st.DataObject) -> None:
    rules, answers = rules_with(name), dict[str, Answer]()
    for code in EIGHT:
        answers[code] = data.draw(st.sampled_from([no(code), *(yes(CATALOGUE.practice(code), n) for n in range(1, 6))]))
    found = asked(rules, answers, seconds=60)
    size = next(n for n in range(9) for codes in combinations(EIGHT, n) if reached(rules, answers, codes, "next"))
    assert found.exact
    assert {len(made.practices) for made in found.sets} == ({size} if size else set())
    if found.sets and not found.more:
        smallest = {codes for codes in combinations(EIGHT, size) if reached(rules, answers, codes, "next")}
        assert {frozenset(one.practice for one in made.practices) for made in found.sets} == set(
            map(frozenset, smallest)
        )


@given(answers=some_answers(), most=st.integers(0, 120))
@patient
def test_search_keeps_to_its_number_of_evaluations(answers: dict[str, Answer], most: int) -> None:
    rules = rules_with("share")
    found = asked(rules, answers, most=most, seconds=60)
    assert found.evaluations <= max(most, 5)  # looking at what is, and at everything improved, comes before any search
    assert found == asked(rules, answers, most=most, seconds=60)
    assert all(reached(rules, answers, [one.practice for one in made.practices], found.tier) for made in found.sets)


def test_search_without_time_says_that_less_may_be_enough() -> None:
    found = asked(rules_with("share"), {}, seconds=0)
    assert (found.exact, found.irreducible, found.late, len(found.sets[0].practices)) == (False, False, True, 82)
    assert found.caution == "Some of them may not be needed; there was no time to try leaving out each of them."


def test_large_search_is_not_called_exact_and_says_so() -> None:
    answers = all_yes() | {one.code: no(one.code) for one in CATALOGUE.practices if one.section == "s-5"}
    found = asked(rules_with("share"), answers, seconds=60)
    assert (found.exact, found.irreducible, found.late, len(found.sets)) == (False, True, False, 1)
    assert found.caution == "A smaller set may exist; there are too many combinations to try them all."


def test_sentence_begins_with_safety_and_gives_a_reason_for_each() -> None:
    answers = all_yes() | {"B.1.2": no("B.1.2"), "B.2.4": no("B.2.4")}
    del answers["M.A.1"]
    found = asked(rules_with("national"), answers)
    assert (found.outcome, found.name, found.exact) == ("improve", "Expert Partner", True)
    assert found.sentence == (
        "To reach Expert Partner, improve B.2.4 (not in practice), M.A.1 (not answered yet) and B.1.2 (not in practice)."
    )
    assert [(one.practice, one.safety) for one in found.sets[0].practices] == [
        ("M.A.1", False), ("B.1.2", False), ("B.2.4", True)
    ]  # fmt: skip


def test_ratings_are_the_reason_where_the_rules_look_at_ratings() -> None:
    found = asked(rules_with("points"), {code: yes(CATALOGUE.practice(code), 3) for code in EIGHT})
    assert {one.reason for made in found.sets for one in made.practices} == {"rated 3"}


def test_choices_are_counted_and_the_tier_is_named() -> None:
    found = asked(rules_with("two"), {})
    assert (len(found.sets), found.more, found.exact) == (5, True, True)
    assert found.sentence == (
        "To reach Next Partner, improve 2 practices. Each of these 5 choices is enough; there may be more."
    )
    assert all("B.2.4" in made.sentence for made in found.sets[:4])  # safety is taken up first


def test_steps_that_are_open_are_listed_apart() -> None:
    found = move_up(Assessment(all_yes() | {"B.2.4": no("B.2.4")}, FACTS, CYCLE), rules_with("national"))
    assert [one.key for one in found.also_needed] == ["submitted", "reviewed", "plan", "signed"]
    assert [one.practice for one in found.sets[0].practices] == ["B.2.4"]


def test_answers_that_are_enough_leave_only_the_steps() -> None:
    found = move_up(Assessment(all_yes(), FACTS, CYCLE), rules_with("national"))
    assert (found.outcome, found.sentence, len(found.also_needed)) == (
        "enough",
        "No practice is left to improve for Expert Partner.",
        4,
    )


def test_acceptance_of_what_does_not_apply_is_needed_apart_and_such_practices_are_left_alone() -> None:
    code = next(one.code for one in CATALOGUE.practices if one.is_core and one.na.allows(FACTS.tags))
    answers = all_yes() | {code: Answer(code, Status.NOT_APPLICABLE, na_reason="It cannot be.")}
    found = asked(rules_with("safety"), answers)
    assert (found.outcome, [one.key for one in found.also_needed]) == ("enough", ["na-accepted"])
    assert code not in asked(rules_with("national"), answers | {"B.2.4": no("B.2.4")}).practices


def test_highest_tier_leaves_nothing_to_do() -> None:
    found = asked(rules_with("national"), all_yes())
    assert (found.outcome, found.sets, found.also_needed) == ("highest", (), ())
    assert found.sentence == "Expert Partner is the highest tier, and all its conditions are met."


def test_condition_that_no_practice_meets_is_named_with_its_sentence() -> None:
    def never(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
        return [row("never", False, FIVE, "The council has not met.")]

    found = asked(rulebook(plugin("never", nqms_tiers=lambda: tier("never"), nqms_tier_conditions=never)), {})
    assert (found.outcome, [one.sentence for one in found.unreachable]) == ("unreachable", ["The council has not met."])
    assert found.sentence == (
        "No improvement of practices is enough for Next Partner. It stays open: The council has not met."
    )


def test_condition_that_names_its_practices_one_after_the_other_is_followed() -> None:
    def staged(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
        open_ = [code for code in FIVE[:3] if answers.get(code, no(code)).status is not Status.IN_PRACTICE]
        return [row("staged", not open_, open_[:1])]

    found = asked(rulebook(plugin("staged", nqms_tiers=lambda: tier("staged"), nqms_tier_conditions=staged)), {})
    assert [[one.practice for one in made.practices] for made in found.sets] == [["B.1.1", "B.1.2", "B.2.4"]]


def test_rule_that_cannot_judge_leaves_it_undetermined_and_is_named() -> None:
    def breaks(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
        raise ZeroDivisionError("no mentors")

    found = asked(rulebook(plugin("bad", nqms_tier_conditions=breaks)), all_yes() | {"B.2.4": no("B.2.4")})
    assert (found.outcome, found.sets) == ("undetermined", ())
    assert "bad 2.1 could not judge conditions of tiers (ZeroDivisionError: no mentors)" in found.sentence


def test_rule_that_breaks_only_on_improved_answers_leaves_it_undetermined() -> None:
    def breaks_later(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
        if answers["B.2.4"].status is Status.IN_PRACTICE:
            raise ValueError("never seen")
        return []

    found = asked(rulebook(plugin("bad", nqms_tier_conditions=breaks_later)), all_yes() | {"B.2.4": no("B.2.4")})
    assert (found.outcome, "bad 2.1" in found.sentence) == ("undetermined", True)


def test_rules_without_tiers_have_no_next_one() -> None:
    assert asked(rulebook(plugin("plain", nqms_tiers=nothing)), {}).outcome == "none"


def test_lines_name_what_to_improve_and_what_else_is_needed() -> None:
    lines = move_up_lines(Assessment(all_yes() | {"B.2.4": no("B.2.4")}, FACTS, CYCLE), rules_with("national"))
    assert lines[:2] == ["What would move it up", "  To reach Expert Partner, improve B.2.4 (not in practice)."]
    assert [line.split(":")[0].strip() for line in lines[2:]] == ["also needed"] * 4


def test_process_that_judges_gives_the_same_as_this_one() -> None:
    answers = all_yes() | {"B.2.4": no("B.2.4"), "V.1": no("V.1")}
    assessment, evaluator = Assessment(answers, FACTS, CYCLE), Evaluator()
    try:
        rules = evaluator.describe([PluginChoice("north_carolina")]), evaluator.describe([])
        for one, name in zip(rules, ("north_carolina", "national"), strict=True):
            plain = evaluator.work("move_up", one, 20.0, assessment=pack_assessment(assessment))
            direct = move_up(assessment, rulebook() if name == "national" else _north_carolina())
            assert from_plain(MoveUp, plain) == direct
    finally:
        evaluator.close()


def _north_carolina() -> Rulebook:
    from rules.rulebook import build_rulebook

    return build_rulebook([PluginChoice("north_carolina")])


def test_all_core_practices_open_are_found_in_no_time() -> None:
    answers = {one.code: no(one.code) for one in CATALOGUE.practices}
    rules = rules_with("national")
    took = []
    for _ in range(3):  # the quietest counts, and of it the time of this process
        start = time.process_time()
        found = asked(rules, answers)
        took.append(time.process_time() - start)
    assert (len(found.practices), found.exact, found.evaluations) == (82, True, 85)
    assert min(took) < 0.3
