"""Counting: what a share holds, what leaves it, and that a scorecard is the same whatever the order."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.answers import Answer, Status
from rules.codec import MalformedRecord
from rules.results import Finding, Scorecard, Trace
from tests.rules import samples
from tests.rules.samples import all_yes, no, rulebook, some_answers, unhurried

NATIONAL = rulebook()


def scored(answers: Mapping[str, Answer]) -> Scorecard:
    return samples.scored(NATIONAL, answers)


@unhurried
@given(some_answers())
def test_shares_stay_within_bounds(answers: dict[str, Answer]) -> None:
    card = scored(answers)
    shares = [*card.sections, *card.areas, card.core, card.enhancements, card.benchmarks, card.total]
    for share in shares:
        assert 0 <= share.in_practice <= share.applicable <= share.practices
        assert 0 <= share.answered <= share.practices
        assert share.share is None or 0 <= share.share <= 1
        assert (share.percent == 100) == (share.applicable > 0 and share.in_practice == share.applicable)
        assert (share.percent == 0) == (share.applicable > 0 and share.in_practice == 0)
        assert share.average_rating is None or 1 <= share.average_rating <= 5
    assert sum(share.applicable for share in card.sections) == card.total.applicable
    assert card.core.practices + card.enhancements.practices == card.total.practices == 116


@unhurried
@given(some_answers())
def test_not_applicable_leaves_the_denominator(answers: dict[str, Answer]) -> None:
    before = scored(answers | {"B.1.5": no("B.1.5")})
    after = scored(answers | {"B.1.5": Answer("B.1.5", Status.NOT_APPLICABLE, na_reason="We choose.")})
    assert after.benchmarks.applicable == before.benchmarks.applicable - 1
    assert after.benchmarks.in_practice == before.benchmarks.in_practice


@unhurried
@given(some_answers(), st.data())
def test_deleting_an_answer_changes_only_results_that_name_it(answers: dict[str, Answer], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(sorted(answers) or ["B.2.3"]))
    before, after = scored(answers), scored({code: answer for code, answer in answers.items() if code != gone})
    pairs = [*zip(before.practices, after.practices, strict=True), *zip(before.sections, after.sections, strict=True)]
    pairs += [*zip(before.areas, after.areas, strict=True), (before.core, after.core)]
    pairs += [(before.enhancements, after.enhancements), (before.benchmarks, after.benchmarks)]
    assert [old for old, new in pairs if old != new and gone not in old.trace.practices] == []
    assert {one for one in before.findings if gone not in one.practices} == set(after.findings)


@unhurried
@given(some_answers(), st.randoms(use_true_random=True))  # a seed; to draw each step would cost more than to count
def test_order_of_answers_does_not_matter(answers: dict[str, Answer], chance: random.Random) -> None:
    codes = list(answers)
    chance.shuffle(codes)
    assert scored({code: answers[code] for code in codes}).to_json() == scored(answers).to_json()


@unhurried
@given(some_answers())
def test_json_comes_back_with_the_same_bytes(answers: dict[str, Answer]) -> None:
    card = scored(answers)
    again = Scorecard.from_json(card.to_json())
    assert again == card
    assert again.to_json() == card.to_json()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"edition": 1}', "null", "NaN"])
def test_record_that_is_no_scorecard_is_refused(text: str) -> None:
    with pytest.raises(MalformedRecord):
        Scorecard.from_json(text)


def test_percent_is_99_while_one_is_missing() -> None:
    card = scored(all_yes() | {"E.1.1": no("E.1.1")})
    assert (card.total.in_practice, card.total.applicable, card.total.percent) == (115, 116, 99)


def test_average_rating_is_rounded_to_two_places() -> None:
    three = {"V.1": 5, "V.2": 4, "V.3": 4}
    card = scored({code: Answer(code, Status.IN_PRACTICE, rating) for code, rating in three.items()})
    assert card.areas[-1].average_rating == 4.33


def test_answer_to_an_unknown_code_is_not_counted() -> None:
    assert scored({"B.99.1": no("B.99.1")}) == scored({})


def test_no_result_without_a_sentence() -> None:
    with pytest.raises(ValueError, match="sentence"):
        Trace("x", "1", "r", (), " ")
    good = Trace("x", "1", "r", (), "It is so.")
    with pytest.raises(ValueError, match="sentence"):
        Finding("r", "note", (), "", good)
    with pytest.raises(ValueError, match="cannot be"):
        Finding("r", "alarm", (), "It is so.", good)
