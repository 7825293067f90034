"""The words and numbers of the fourth edition, read straight from its files and compared with plain lists."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.rules.eepm4_tables import (
    CONCERNED,
    CONCERNS,
    COUNTS,
    CRITICAL,
    CRITICAL_LETTERS,
    IN_WORDS,
    NOT_APPLICABLE,
    RELATED,
    RISK_POLICIES,
    SECTIONS,
    SUB_ITEMS,
    THRESHOLDS,
)
from tests.rules.reading_grade import longest_sentence, reading_grade, words

EDITION = Path(__file__).parents[2] / "rules" / "editions" / "eepm4"

AVOID = re.compile(
    r"certif|accredit|at-risk|prot[eé]g|\bfail|\bscore|\byouths\b|stakeholder|utili[sz]e|leverage",
    re.IGNORECASE,
)
REQUIRED = {"code", "kind", "title", "question", "statement", "help", "concerns", "safety", "na", "evidence"}
OPTIONAL = {"own_minimum", "thresholds", "sub_items"}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((EDITION / name).read_text(encoding="utf-8"))


MAIN = _read("edition.toml")
ALL_SECTIONS: list[dict[str, Any]] = [part for name in MAIN["files"] for part in _read(name)["section"]]
PRACTICES: list[dict[str, Any]] = [practice for part in ALL_SECTIONS for practice in part["practice"]]
BY_CODE = {practice["code"]: practice for practice in PRACTICES}

each_practice = pytest.mark.parametrize("practice", PRACTICES, ids=[practice["code"] for practice in PRACTICES])


def _together(practice: dict[str, Any]) -> str:
    return f"{practice['question']} {practice['statement']} {practice['help']}"


def _read_by_people(practice: dict[str, Any]) -> list[str]:
    items = [item["text"] for item in practice.get("sub_items", [])]
    optional = [practice.get("own_minimum", ""), practice["na"].get("when", "")]
    fixed = [practice[name] for name in ("title", "question", "statement", "help")]
    return fixed + items + practice["evidence"] + [text for text in optional if text]


def test_edition_lists_every_file_of_its_folder() -> None:
    assert sorted(MAIN["files"]) == sorted(p.name for p in EDITION.glob("*.toml") if p.name != "edition.toml")
    assert [area["key"] for area in MAIN["areas"]] == ["management", "operations", "evaluation"]


def test_sections_hold_every_code_once_in_order() -> None:
    found = {s["key"]: (s["area"], " ".join(p["code"] for p in s["practice"])) for s in ALL_SECTIONS}
    assert list(found.items()) == list(SECTIONS.items())
    assert len(PRACTICES) == len(BY_CODE) == 116


def test_counts_of_each_standard_and_of_all() -> None:
    kinds = {s["key"]: Counter(p["kind"] for p in s["practice"]) for s in ALL_SECTIONS}
    assert {key: (kinds[key]["core"], kinds[key]["enhancement"]) for key in COUNTS} == COUNTS
    assert Counter(p["kind"] for p in PRACTICES) == {"core": 82, "enhancement": 34}
    assert Counter(p["code"][0] for p in PRACTICES) == {"M": 24, "B": 48, "E": 34, "V": 10}


def test_kind_is_enhancement_exactly_for_codes_with_e() -> None:
    assert {p["code"] for p in PRACTICES if p["kind"] == "enhancement"} == {
        code for code in BY_CODE if code.startswith("E.")
    }


def test_safety_levels_code_by_code() -> None:
    assert [p["code"] for p in PRACTICES if p["safety"] == "critical"] == CRITICAL.split()
    assert [p["code"] for p in PRACTICES if p["safety"] == "related"] == _in_order(RELATED)
    assert {p["safety"] for p in PRACTICES} == {"critical", "related", "none"}


def _in_order(codes: str) -> list[str]:
    return [code for code in BY_CODE if code in codes.split()]


def test_not_applicable_is_allowed_code_by_code() -> None:
    allowed = {p["code"]: sorted(p["na"].get("tags", [])) for p in PRACTICES if p["na"]["allowed"]}
    assert allowed == {code: sorted(tags) for code, tags in NOT_APPLICABLE.items()}
    assert {p["code"] for p in PRACTICES if p["na"].get("when", "").endswith(".")} == set(NOT_APPLICABLE)


def test_sub_items_letter_by_letter() -> None:
    found = {p["code"]: "".join(i["letter"] for i in p["sub_items"]) for p in PRACTICES if "sub_items" in p}
    assert found == SUB_ITEMS


def test_sub_items_critical_to_safety_are_the_eight_of_the_risk_policies() -> None:
    found = {
        p["code"]: "".join(i["letter"] for i in p["sub_items"] if i["safety_critical"])
        for p in PRACTICES
        if any(i["safety_critical"] for i in p.get("sub_items", []))
    }
    assert found == dict.fromkeys(RISK_POLICIES, CRITICAL_LETTERS)


def test_risk_policies_read_the_same_for_mentors_mentees_and_families() -> None:
    lists = [BY_CODE[code]["sub_items"] for code in RISK_POLICIES]
    assert lists[0] == lists[1] == lists[2]


def test_thresholds_code_by_code() -> None:
    found = {p["code"]: [(t["at_least"], t["unit"]) for t in p["thresholds"]] for p in PRACTICES if "thresholds" in p}
    assert found == THRESHOLDS
    assert all(t["name"] for p in PRACTICES for t in p.get("thresholds", []))


@pytest.mark.parametrize("code", THRESHOLDS)
def test_threshold_is_said_in_the_words_of_its_practice(code: str) -> None:
    said = {word.lower() for word in words(_together(BY_CODE[code]))}
    assert [number for number, _ in THRESHOLDS[code] if not said & IN_WORDS[number]] == []


def test_concerns_name_the_people_code_by_code() -> None:
    letters = dict(zip(CONCERNS, "MYPAS", strict=True))
    found: dict[str, set[str]] = {}
    for practice in PRACTICES:
        found.setdefault("".join(letters[who] for who in practice["concerns"]), set()).add(practice["code"])
    assert found == {who: set(codes.split()) for who, codes in CONCERNED.items()}


def test_own_minimum_is_asked_where_a_program_may_set_one() -> None:
    asked = {p["code"]: p["own_minimum"][-1] for p in PRACTICES if "own_minimum" in p}
    assert asked == {"B.2.6": "?", "B.2.7": "?", "B.2.11": "?", "B.2.12": "?"}
    assert all("minimum" in BY_CODE[code][name] for code in asked for name in ("question", "statement"))


@each_practice
def test_practice_has_all_fields_filled(practice: dict[str, Any]) -> None:
    assert set(practice) - OPTIONAL == REQUIRED
    assert [name for name in practice if not practice[name]] == []
    assert practice["concerns"] == [who for who in CONCERNS if who in practice["concerns"]]
    assert 2 <= len(words(practice["title"])) <= 6


@each_practice
def test_practice_asks_claims_and_helps_in_one_sentence_each(practice: dict[str, Any]) -> None:
    assert re.fullmatch(r"(Do|Does|Is|Are) [^.?!]+\?", practice["question"])
    assert re.fullmatch(r"[A-Z][^.?!]+\.", practice["statement"])
    assert re.fullmatch(r"[A-Z][^.?!]+[.?]", practice["help"])


@each_practice
def test_practice_reads_at_grade_eight_or_below(practice: dict[str, Any]) -> None:
    assert reading_grade(_together(practice)) <= 8.0
    parts = [practice[name] for name in ("question", "statement", "help")]
    parts += [item["text"] for item in practice.get("sub_items", [])]
    parts += [practice.get("own_minimum", ""), practice["na"].get("when", "")]
    assert [part for part in parts if reading_grade(part) > 8.0] == []
    assert [part for part in parts if longest_sentence(part) > 20] == []


@each_practice
def test_practice_uses_no_word_to_avoid(practice: dict[str, Any]) -> None:
    assert [text for text in _read_by_people(practice) if AVOID.search(text)] == []


@each_practice
def test_evidence_is_a_list_of_short_phrases_in_lower_case(practice: dict[str, Any]) -> None:
    assert [e for e in practice["evidence"] if e != e.lower() or e.endswith(".") or len(words(e)) > 7] == []
    assert len(set(practice["evidence"])) == len(practice["evidence"])


@pytest.mark.parametrize("section", ALL_SECTIONS, ids=[section["key"] for section in ALL_SECTIONS])
def test_section_has_a_title_and_a_plain_aim(section: dict[str, Any]) -> None:
    assert section["title"]
    assert re.fullmatch(r"[A-Z][^.?!]+\.", section["aim"])
    assert reading_grade(section["aim"]) <= 8.0
    assert longest_sentence(section["aim"]) <= 20
    assert not AVOID.search(section["aim"])


def test_titles_are_told_apart() -> None:
    assert [title for title, n in Counter(p["title"] for p in PRACTICES).items() if n > 1] == []
