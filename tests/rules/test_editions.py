"""What holds for the words of every bundled edition: plain, short, complete, in our own vocabulary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.rules.edition_texts import EDITIONS, Texts, read_by_people, read_texts, together
from tests.rules.reading_grade import longest_sentence, reading_grade, words

TEXTS = {name: read_texts(name) for name in ("eepm4", "eepm5")}

AVOID = re.compile(
    r"certif|accredit|at-risk|prot[eé]g|\bfail|\bscore|\byouths\b|stakeholder|utili[sz]e|leverage",
    re.IGNORECASE,
)
REQUIRED = {"code", "kind", "title", "question", "statement", "help", "concerns", "safety", "na", "evidence"}
OPTIONAL = {"own_minimum", "thresholds", "sub_items"}
CONCERNS = ["mentor", "mentee", "parent or guardian", "responsible adult", "staff"]
IN_WORDS = {1: {"one", "once"}, 2: {"two", "twice"}, 3: {"three"}, 4: {"four"}, 6: {"six"}}

each_edition = pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)


def each(parts: str, key: str) -> Callable[[Callable[[dict[str, Any]], None]], Callable[[Texts], None]]:
    """Hold every part of an edition to a test and name all that fail; a test for each would take longer than to look."""

    def hold(test: Callable[[dict[str, Any]], None]) -> Callable[[Texts], None]:
        @each_edition
        def held(texts: Texts) -> None:
            wrong = []
            for part in getattr(texts, parts):
                try:
                    test(part)
                except AssertionError as error:
                    wrong.append(f"{part[key]}: {error}")
            assert wrong == []

        held.__name__ = test.__name__
        return held

    return hold


each_practice, each_section = each("practices", "code"), each("sections", "key")


def test_every_folder_of_editions_is_read_here() -> None:
    assert sorted(TEXTS) == sorted(path.parent.name for path in EDITIONS.glob("*/edition.toml"))


@each_edition
def test_edition_lists_every_file_of_its_folder(texts: Texts) -> None:
    folder = EDITIONS / texts.name
    assert sorted(texts.main["files"]) == sorted(p.name for p in folder.glob("*.toml") if p.name != "edition.toml")


@each_edition
def test_edition_has_the_three_areas_in_order(texts: Texts) -> None:
    areas = ["management", "operations", "evaluation"]
    assert [area["key"] for area in texts.main["areas"]] == areas
    assert list(dict.fromkeys(section["area"] for section in texts.sections)) == areas


@each_edition
def test_codes_and_titles_are_told_apart(texts: Texts) -> None:
    for name in ("code", "title"):
        assert [text for text, n in Counter(p[name] for p in texts.practices).items() if n > 1] == []


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
def test_practice_says_when_it_does_not_apply_and_asks_for_the_own_minimum(practice: dict[str, Any]) -> None:
    assert practice["na"].get("when", "").endswith(".") == practice["na"]["allowed"]
    assert practice.get("own_minimum", "?").endswith("?")


@each_practice
def test_practice_reads_at_grade_eight_or_below(practice: dict[str, Any]) -> None:
    assert reading_grade(together(practice)) <= 8.0
    parts = [practice[name] for name in ("question", "statement", "help")]
    parts += [item["text"] for item in practice.get("sub_items", [])]
    parts += [practice.get("own_minimum", ""), practice["na"].get("when", "")]
    assert [part for part in parts if reading_grade(part) > 8.0] == []
    assert [part for part in parts if longest_sentence(part) > 20] == []


@each_practice
def test_practice_uses_no_word_to_avoid(practice: dict[str, Any]) -> None:
    assert [text for text in read_by_people(practice) if AVOID.search(text)] == []


@each_practice
def test_evidence_is_a_list_of_short_phrases_in_lower_case(practice: dict[str, Any]) -> None:
    assert [e for e in practice["evidence"] if e != e.lower() or e.endswith(".") or len(words(e)) > 7] == []
    assert len(set(practice["evidence"])) == len(practice["evidence"])


@each_practice
def test_threshold_is_said_in_the_words_of_its_practice(practice: dict[str, Any]) -> None:
    said = {word.lower() for word in words(together(practice))}
    thresholds = practice.get("thresholds", [])
    assert [t["at_least"] for t in thresholds if not said & IN_WORDS[t["at_least"]]] == []
    assert [t for t in thresholds if not t["name"]] == []


@each_section
def test_section_has_a_title_and_a_plain_aim(section: dict[str, Any]) -> None:
    assert section["title"]
    assert re.fullmatch(r"[A-Z][^.?!]+\.", section["aim"])
    assert reading_grade(section["aim"]) <= 8.0
    assert longest_sentence(section["aim"]) <= 20
    assert not AVOID.search(section["aim"])
