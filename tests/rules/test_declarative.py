"""A plugin of one TOML file: what it may set, its settings, and its way into use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.discovery import discover
from rules.evaluator import Evaluator
from rules.policy import GATES, Gate, Policy
from rules.results import Benefit, Resource, Tier
from rules.rulebook import PluginChoice, build_rulebook
from rules.scorecard import evaluate
from rules.tiers import decide
from tests.rules.samples import FACTS, SIGNED, all_yes, decided, no, scored
from tests.rules.toml_plugins import HEAD, put, rules_of, why_not_built

DESCRIBES = """
not_stated = ["how long a visit takes"]

[policy]
gates = ["approval", { key = "mou", signatories = 3 }]
check_in_months = [6]
plan_name = "Work Plan"

[texts]
welcome = "We are glad that you are here."

[[tier]]
key = "trying"
name = "Trying Partner"
rank = 1
conditions = ["submitted"]

[[tier]]
key = "quality"
name = "Quality Partner"
rank = 2
conditions = ["submitted", "reviewed"]
months = 12
provisional = true
fallback = "trying"
badge = "Quality"

[[benefit]]
tier = "quality"
text = "A place on our list."

[[resource]]
title = "Ten questions"
address = "https://example.org/ten"
practices = ["B.2.5"]

[[change]]
change = "drop"
practices = ["E.1.1"]
sentence = "We do not ask for this one."

[[change]]
change = "adjust"
practices = ["B.2.5"]
set = { needs_notes = true, safety = "critical" }
sentence = "Say whom you asked."

[[change]]
change = "section"
key = "local"
area = "operations"
title = "Local matters"
aim = "Know the neighborhood."
sentence = "We ask for this too."

[[change]]
change = "add"
section = "local"
sentence = "We ask for this too."
practice = { code = "X.1", title = "Neighbors", question = "Do you know them?", statement = "It knows them.", \
help = "Say hello.", concerns = ["staff"] }
"""


def test_file_describes_what_a_python_plugin_can(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, DESCRIBES)
    assert rules.plugins[-1].hooks == (
        "nqms_benefits", "nqms_policy", "nqms_practices", "nqms_resources", "nqms_texts", "nqms_tiers",
    )  # fmt: skip
    mou = Gate("mou", GATES["mou"].title, GATES["mou"].sentence, 3)
    assert rules.policy == Policy(gates=(GATES["approval"], mou), check_in_months=(6,), plan_name="Work Plan")
    assert rules.tiers == (
        Tier("trying", "Trying Partner", 1, ("submitted",)),
        Tier("quality", "Quality Partner", 2, ("submitted", "reviewed"), 12, True, "trying", "Quality"),
    )
    assert rules.description.benefits == (Benefit("quality", "A place on our list."),)
    assert rules.description.resources[-1:] == (Resource("Ten questions", "https://example.org/ten", ("B.2.5",)),)
    assert rules.text("welcome") == "We are glad that you are here."
    assert [(one.change, one.practices) for one in rules.description.changes] == [
        ("drop", ("E.1.1",)), ("adjust", ("B.2.5",)), ("section", ()), ("add", ("X.1",)),
    ]  # fmt: skip
    assert ("E.1.1" in rules.catalogue, rules.catalogue.practice("B.2.5").needs_notes) == (False, True)
    assert [one.code for one in rules.catalogue.section("local").practices] == ["X.1"]


def test_file_says_what_it_is_before_it_is_used(tmp_path: Path) -> None:
    found = discover(put(tmp_path, DESCRIBES)).plugins["lakeside"]
    assert (found.info.version, found.info.title, found.info.origin) == ("1.0.0", "Lakeside (fictional)", "drop-in")
    assert (found.info.source, len(found.info.fingerprint)) == ("Made up for the tests.", 64)
    assert (found.where, found.not_stated) == (f"file:{tmp_path / 'lakeside.toml'}", ("how long a visit takes",))


def test_file_may_name_another_edition(tmp_path: Path) -> None:
    (tmp_path / "fifth.toml").write_text('edition = "eepm5"\n' + HEAD, "utf-8")
    rules = build_rulebook([PluginChoice("fifth")], found=discover(tmp_path))
    assert (rules.catalogue.edition, rules.plugins[-1].hooks) == ("eepm5", ("nqms_catalogue",))


def test_file_with_nothing_but_its_name_changes_nothing(tmp_path: Path) -> None:
    rules, national = rules_of(tmp_path, ""), build_rulebook()
    assert rules.plugins[-1].hooks == ()
    assert (rules.policy, rules.tiers, rules.catalogue) == (national.policy, national.tiers, national.catalogue)


def test_file_as_a_word_processor_saves_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "windows.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    found = discover(tmp_path)
    assert build_rulebook([PluginChoice("windows")], found=found).plugins[-1].title == "Lakeside (fictional)"


SETTINGS = """
[plugin.settings.months]
kind = "whole"
title = "Months"
default = 36
least = 12
most = 60

[plugin.settings.code]
kind = "practice"
title = "Practice"
default = "V.1"

[policy]
recognition_months = "$months"

[[finding]]
rule = "look"
practices = ["$code", "V.2"]
sentence = "It costs $5, or $code."
when = { status = "not_in_practice" }
"""


def test_setting_stands_for_the_value_that_names_it(tmp_path: Path) -> None:
    no_to_all = {code: no(code) for code in ("V.1", "V.2", "V.3")}
    for settings, months, codes in (({}, 36, ["V.1", "V.2"]), ({"months": "24", "code": "V.3"}, 24, ["V.2", "V.3"])):
        rules = rules_of(tmp_path, SETTINGS, settings)
        findings = scored(rules, no_to_all).findings
        assert rules.policy == Policy(recognition_months=months)
        assert [one.practices[0] for one in findings] == codes
        assert {one.sentence for one in findings} == {"It costs $5, or $code."}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"months": 5}, "“Months” is a whole number from 12 to 60."),
        ({"years": 5}, "There is no setting “years”."),
        ({"code": "V.99"}, "lakeside.toml:24: There is no practice V.99 in "),
    ],
)
def test_setting_that_does_not_fit_is_refused_in_words(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    (line,) = why_not_built(tmp_path, SETTINGS, settings)
    assert line.startswith(said)


def test_broken_file_keeps_only_itself_from_being_used(tmp_path: Path) -> None:
    put(put(tmp_path, "[policy"), "[policy]\ncontact_weeks = 3", "riverside")
    found = discover(tmp_path)
    assert list(found.quarantined) == ["lakeside"]
    assert {"national", "minnesota", "northlake", "riverside"} <= set(found.plugins)
    assert build_rulebook([PluginChoice("riverside")], found=found).policy == Policy(contact_weeks=3)


def test_python_and_toml_of_one_name_are_not_mixed(tmp_path: Path) -> None:
    (put(tmp_path, "") / "lakeside.py").write_text('RULES_API = (1, 1)\nVERSION = "2.0"\n', "utf-8")
    found = discover(tmp_path)
    assert (found.plugins["lakeside"].info.version, list(found.quarantined)) == ("2.0", ["lakeside (second)"])


LOCAL = """
[[tier]]
key = "quality"
name = "Quality Partner"
rank = 1
conditions = ["submitted", "references"]

[[condition]]
key = "references"
title = "References"
kind = "rating"
practices = ["B.2.5"]
at_least = 3
yes = "References are checked well."
no = "Open: {open}."
"""


def test_file_judges_in_the_process_that_the_portal_asks(tmp_path: Path) -> None:
    evaluator = Evaluator(folder=put(tmp_path, LOCAL))
    try:
        rules = evaluator.describe([PluginChoice("lakeside")])
        outcomes = []
        for rating in (3, 2):
            answers = all_yes() | {"B.2.5": Answer("B.2.5", Status.IN_PRACTICE, rating)}
            assessment = Assessment(answers, FACTS, SIGNED)
            decision = decide(evaluate(assessment, rules), assessment, rules)
            outcomes.append((decision.outcome, decision.sentence))
        assert outcomes == [
            ("awarded", "All conditions of Quality Partner are met."), ("not_yet", "Not yet Quality Partner. Open: B.2.5."),
        ]  # fmt: skip
        put(tmp_path, LOCAL.replace("at_least = 3", "at_least = 2"))
        changed = decided(rules, all_yes())
        assert "its file was changed since these rules were chosen" in changed.sentence
        again = evaluator.describe([PluginChoice("lakeside")])
        answers = all_yes() | {"B.2.5": replace(all_yes()["B.2.5"], rating=2)}
        assert decided(again, answers).outcome == "awarded"
    finally:
        evaluator.close()
