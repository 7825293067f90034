"""The codes and numbers of the fifth edition's preview, compared with plain lists, and its answers read and judged."""

from __future__ import annotations

from collections import Counter

from rules.answers import Status, missing, parse_answer
from rules.catalogue import load_edition
from rules.crosswalk import COMPARABLE, Relation, load_crosswalk
from rules.rulebook import build_rulebook
from tests.rules.edition_texts import read_texts
from tests.rules.eepm5_tables import (
    CRITICAL,
    CRITICAL_SUB_ITEMS,
    NOT_APPLICABLE,
    OWN_MINIMUMS,
    RELATED,
    SECTIONS,
    SUB_ITEMS,
    THRESHOLDS,
    TITLES,
)
from tests.rules.samples import decided, no, scored, yes

TEXTS = read_texts("eepm5")
OLD, NEW = load_edition("eepm4"), load_edition("eepm5")


def test_sections_hold_every_code_once_in_order() -> None:
    assert TEXTS.layout == list(SECTIONS.items())
    assert len(TEXTS.practices) == len(TEXTS.by_code) == 73


def test_loaded_catalogue_keeps_the_order_of_the_files() -> None:
    assert [practice.code for practice in NEW.practices] == list(TEXTS.by_code)


def test_titles_of_the_elements_are_the_published_ones() -> None:
    assert {section["key"]: section["title"] for section in TEXTS.sections} == TITLES


def test_edition_is_a_preview_that_says_what_was_not_found() -> None:
    assert (NEW.preview, OLD.preview, OLD.not_found) == (True, False, ())
    assert NEW.not_found[:3] == tuple(f"Element {n}: its page was not found." for n in (3, 5, 10))
    assert not {"f-3", "f-5", "f-10"} & set(SECTIONS)
    assert [sentence for sentence in NEW.not_found if not sentence.endswith(".")] == []


def test_every_practice_is_core_since_the_edition_has_no_enhancements() -> None:
    assert Counter(p["kind"] for p in TEXTS.practices) == {"core": 73}


def test_safety_levels_code_by_code() -> None:
    assert TEXTS.having("critical") == list(CRITICAL)
    assert TEXTS.having("related") == RELATED.split()


def test_critical_practices_have_a_critical_equal_in_the_fourth_edition() -> None:
    links = {code: link for link in load_crosswalk("eepm4", "eepm5").links for code in link.new}
    assert {code: " ".join(links[code].old) for code in CRITICAL} == CRITICAL
    assert [old for olds in CRITICAL.values() for old in olds.split() if not OLD.practice(old).is_critical] == []


def test_no_safety_critical_practice_of_the_fourth_edition_is_lowered_where_it_was_found() -> None:
    links = load_crosswalk("eepm4", "eepm5").links
    found = [link for link in links if link.relation in (*COMPARABLE, Relation.MERGED, Relation.SPLIT)]
    lowered = [
        (old, new)
        for link in found
        for old in link.old
        for new in link.new
        if OLD.practice(old).is_critical and not NEW.practice(new).is_critical
    ]
    assert lowered == []


def test_not_applicable_is_allowed_code_by_code() -> None:
    assert TEXTS.not_applicable == NOT_APPLICABLE


def test_sub_items_letter_by_letter() -> None:
    assert (TEXTS.sub_items, TEXTS.critical_sub_items) == (SUB_ITEMS, CRITICAL_SUB_ITEMS)


def test_thresholds_code_by_code() -> None:
    assert TEXTS.thresholds == THRESHOLDS


def test_own_minimum_is_asked_where_the_rhythm_is_up_to_the_program() -> None:
    assert TEXTS.own_minimums == OWN_MINIMUMS


def test_answers_to_every_practice_are_read_and_complete() -> None:
    raw = {"status": "in_practice", "rating": "4"}
    answers = [parse_answer(practice, (), raw) for practice in NEW.practices]
    assert {answer.status for answer in answers} == {Status.IN_PRACTICE}
    assert [p.code for p, answer in zip(NEW.practices, answers, strict=True) if missing(p, answer)] == []


def test_preview_is_judged_by_the_national_rules() -> None:
    rules = build_rulebook(edition="eepm5")
    answers = {practice.code: yes(practice) for practice in NEW.practices}
    whole = scored(rules, answers)
    assert (whole.total.in_practice, whole.core.practices, whole.enhancements.practices) == (73, 73, 0)
    assert (whole.edition, whole.catalogue_hash, whole.safety_gaps, whole.undetermined) == ("eepm5", NEW.hash, (), ())
    assert [area.practices for area in whole.areas] == [29, 36, 8]
    decision = decided(rules, answers)
    assert decision.tier
    assert decision.tier.key == "expert"
    gap = scored(rules, answers | {"F.6.4": no("F.6.4")})
    assert [finding.practices for finding in gap.safety_gaps] == [("F.6.4",)]
