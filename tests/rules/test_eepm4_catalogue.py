"""The codes and numbers of the fourth edition, read straight from its files and compared with plain lists."""

from __future__ import annotations

from collections import Counter

from rules.catalogue import load_edition
from tests.rules.edition_texts import read_texts
from tests.rules.eepm4_tables import (
    CONCERNED,
    CONCERNS,
    COUNTS,
    CRITICAL,
    CRITICAL_LETTERS,
    NOT_APPLICABLE,
    RELATED,
    RISK_POLICIES,
    SECTIONS,
    SUB_ITEMS,
    THRESHOLDS,
)

TEXTS = read_texts("eepm4")
PRACTICES = TEXTS.practices
BY_CODE = TEXTS.by_code


def test_sections_hold_every_code_once_in_order() -> None:
    assert TEXTS.layout == list(SECTIONS.items())
    assert len(PRACTICES) == len(BY_CODE) == 116


def test_counts_of_each_standard_and_of_all() -> None:
    kinds = {s["key"]: Counter(p["kind"] for p in s["practice"]) for s in TEXTS.sections}
    assert {key: (kinds[key]["core"], kinds[key]["enhancement"]) for key in COUNTS} == COUNTS
    assert Counter(p["kind"] for p in PRACTICES) == {"core": 82, "enhancement": 34}
    assert Counter(p["code"][0] for p in PRACTICES) == {"M": 24, "B": 48, "E": 34, "V": 10}


def test_kind_is_enhancement_exactly_for_codes_with_e() -> None:
    assert {p["code"] for p in PRACTICES if p["kind"] == "enhancement"} == {
        code for code in BY_CODE if code.startswith("E.")
    }


def test_safety_levels_code_by_code() -> None:
    assert TEXTS.having("critical") == CRITICAL.split()
    assert TEXTS.having("related") == _in_order(RELATED)
    assert {p["safety"] for p in PRACTICES} == {"critical", "related", "none"}


def _in_order(codes: str) -> list[str]:
    return [code for code in BY_CODE if code in codes.split()]


def test_not_applicable_is_allowed_code_by_code() -> None:
    assert TEXTS.not_applicable == {code: sorted(tags) for code, tags in NOT_APPLICABLE.items()}


def test_sub_items_letter_by_letter() -> None:
    assert TEXTS.sub_items == SUB_ITEMS


def test_sub_items_critical_to_safety_are_the_eight_of_the_risk_policies() -> None:
    assert TEXTS.critical_sub_items == dict.fromkeys(RISK_POLICIES, CRITICAL_LETTERS)


def test_risk_policies_read_the_same_for_mentors_mentees_and_families() -> None:
    lists = [BY_CODE[code]["sub_items"] for code in RISK_POLICIES]
    assert lists[0] == lists[1] == lists[2]


def test_thresholds_code_by_code() -> None:
    assert TEXTS.thresholds == THRESHOLDS


def test_concerns_name_the_people_code_by_code() -> None:
    letters = dict(zip(CONCERNS, "MYPAS", strict=True))
    found: dict[str, set[str]] = {}
    for practice in PRACTICES:
        found.setdefault("".join(letters[who] for who in practice["concerns"]), set()).add(practice["code"])
    assert found == {who: set(codes.split()) for who, codes in CONCERNED.items()}


def test_own_minimum_is_asked_where_a_program_may_set_one() -> None:
    assert TEXTS.own_minimums == ["B.2.6", "B.2.7", "B.2.11", "B.2.12"]
    assert all("minimum" in BY_CODE[code][name] for code in TEXTS.own_minimums for name in ("question", "statement"))


def test_hash_stays_what_assessments_have_on_record() -> None:
    assert load_edition("eepm4").hash == "789cf88c95f61a84e62a56a24b491de00cf45e10ec216fef1f57862d6b5c76ae"
