"""The manual's plugin without Python: its example runs, and its tables name everything there is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.conditions import KINDS
from rules.discovery import discover
from rules.eligibility import judge_eligibility
from rules.policy import GATES, Policy
from rules.rulebook import PluginChoice, Rulebook, build_rulebook
from rules.tiers import propose_priorities
from tests.rules.samples import CATALOGUE, CYCLE, FACTS, SIGNED, TODAY, all_yes, decided, no, scored

MANUAL = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8")
SCREENING = tuple(practice.code for practice in CATALOGUE.section("s-2").practices)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    code = re.search(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
    assert code
    (tmp_path / "lakeside.toml").write_text(code[1], "utf-8")
    return tmp_path


def lakeside(folder: Path, settings: Mapping[str, Any] | None = None) -> Rulebook:
    return build_rulebook([PluginChoice("lakeside", settings or {})], found=discover(folder))


def test_example_sets_its_policy_and_text(folder: Path) -> None:
    rules = lakeside(folder)
    gates = (GATES["needs_assessment"], replace(GATES["mou"], signatories=3))
    assert rules.policy == Policy(
        plan_name="Work Plan", gates=gates, check_in_months=(6, 12), mini_review_months=18
    )  # fmt: skip
    assert rules.text("welcome") == "We are glad that you are here. Call us when you are stuck."


@pytest.mark.parametrize(
    ("missing", "settings", "agreed", "outcome"),
    [
        (2, {}, (), "awarded"),
        (3, {}, (), "not_yet"),
        (3, {"share": 80}, (), "awarded"),
        (3, {}, ("staff-word",), "awarded"),
    ],
)
def test_example_decides(
    folder: Path, missing: int, settings: dict[str, Any], agreed: tuple[str, ...], outcome: str
) -> None:
    answers = all_yes() | {code: no(code) for code in SCREENING[:missing]}
    assert decided(lakeside(folder, settings), answers, replace(SIGNED, staff_agreed=agreed)).outcome == outcome


def test_example_notices_counts_and_proposes(folder: Path) -> None:
    rules = lakeside(folder)
    low = {code: Answer(code, Status.IN_PRACTICE, rating) for code, rating in (("B.2.5", 1), ("B.2.7", 5))}
    card = scored(rules, low)
    assert [one.sentence for one in card.adjustments] == [
        "B.2.5 is only planned or just begun, so we do not count it yet."
    ]
    local = [one.sentence for one in card.findings if one.trace.plugin == "lakeside"]
    title = CATALOGUE.practice("B.2.7").title
    assert local == [f"B.2.7 ({title}) has the highest rating and no notes. Ask how they know."]
    proposed = propose_priorities(card, Assessment(low, FACTS, CYCLE), rules)
    assert [one.title for one in proposed if one.trace.plugin == "lakeside"] == [
        f"Better: {CATALOGUE.practice('B.2.5').title}"
    ]


@pytest.mark.parametrize(("served", "met"), [(10, True), (9, False)])
def test_example_says_who_may_begin(folder: Path, served: int, met: bool) -> None:
    verdict = judge_eligibility(replace(FACTS, youth_served=served), TODAY, lakeside(folder)).verdicts[-1]
    assert (verdict.rule, verdict.met) == ("ten-young-people", met)


def test_manual_names_every_kind_of_condition() -> None:
    table = MANUAL.split("| condition | met when |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*KINDS, "any_of"]


def test_manual_names_every_table() -> None:
    table = MANUAL.split("| table | what it does |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `\[+(\w+)\]+` \|", table, re.MULTILINE) == [
        "policy", "texts", "tier", "benefit", "resource", "change", "condition", "eligibility", "finding", "adjust",
        "priority",
    ]  # fmt: skip
