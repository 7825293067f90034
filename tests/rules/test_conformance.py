"""The conformance report: each bad plugin is named with the right sentence, good ones pass, and it comes to an end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rules.conformance import Report, report
from rules.discovery import discover, read_file
from tests.rules.drop_ins import BAD, put

NETWORK, LATE = "it tried to open a network connection", "It did not answer within 0.7 seconds."
ENDED = "It ended the process it runs in, or used more memory than it may."
SAID = {
    "raises": ("answers", "nqms_findings: ZeroDivisionError: division by zero."),
    "hangs_asleep": ("limits", LATE),
    "hangs_busy": ("limits", LATE),
    "exits": ("answers", "nqms_findings: it ended itself (SystemExit)."),
    "exits_at_once": ("limits", ENDED),
    "kills_itself": ("limits", ENDED),
    "kills": ("apart", "nqms_findings: it tried to end a process."),
    "changes_answers": ("keeps", "nqms_findings: it changed the answers or facts it was given."),
    "changes_scorecard": ("keeps", "nqms_findings: it changed the scorecard it was given."),
    "empties_answers": ("answers", "nqms_findings: AttributeError: 'mappingproxy' object has no attribute 'clear'."),
    "rolls_dice": ("same", "Asked twice for the same assessments, it said something else (nqms_findings)."),
    "remembers": ("same", "Asked twice for the same assessments, it said something else (nqms_findings)."),
    "walks_a_set": (
        "same",
        "In a fresh process, with the answers in another order, it said something else (nqms_findings).",
    ),
    "takes_the_first": (
        "same",
        "In a fresh process, with the answers in another order, it said something else (nqms_findings).",
    ),
    "connects": ("apart", f"nqms_findings: {NETWORK}."),
    "writes_a_file": ("apart", "nqms_findings: it tried to write a file."),
    "reads_a_file": ("apart", "nqms_findings: it tried to read a file."),
    "starts_a_program": ("apart", "nqms_findings: it tried to start another program."),
    "keeps_a_thread": ("apart", "nqms_findings: it tried to start a thread."),
    "returns_none": ("answers", "nqms_findings: it did not return a list of results."),
    "returns_text": ("answers", "nqms_findings: it did not return a list of results."),
    "returns_nan": ("answers", "a-rule: TypeError: “sentence” should be a text that says something."),
    "returns_ten_megabytes": ("limits", "nqms_findings: its answer is longer than 1,000,000 characters."),
    "returns_many_rows": ("limits", "nqms_findings: it returned more than 2,000 results."),
    "returns_itself": ("limits", "nqms_findings: it returned lists or tables that lie too deep in each other."),
    "returns_an_object": (
        "answers",
        "nqms_findings: it returned a value of the kind object, which is no plain value.",
    ),
    "returns_unknown_practice": (
        "answers",
        "a-rule: UnknownPractice: There is no practice B.9.99 in Elements of Effective Practice for Mentoring, 4th "
        "edition.",
    ),
    "hides_an_answer": ("names", "nqms_findings, rule a-rule, rests on B.2.4 and does not name it."),
    "eats_memory": ("limits", "nqms_findings: it used more memory than it may."),
    "hangs_on_import": (
        "describes",
        "The plugin “hangs_on_import” does not describe its rules: it did not answer within 0.7 seconds.",
    ),
    "raises_on_import": (
        "describes",
        "The plugin “raises_on_import” cannot be used. It could not be loaded: RuntimeError: not today",
    ),
    "exits_on_import": (
        "describes",
        "The plugin “exits_on_import” does not describe its rules: it ended the process it runs in, or used more "
        "memory than it may.",
    ),
    "connects_on_import": (
        "apart",
        "The plugin “connects_on_import” cannot be used. It tried to open a network connection while it was loaded.",
    ),
    "describes_by_network": (
        "apart",
        "The plugin “describes_by_network” tried to open a network connection while it described its rules.",
    ),
    "hangs_while_describing": (
        "describes",
        "The plugin “hangs_while_describing” does not describe its rules: it did not answer within 0.7 seconds.",
    ),
    "names_a_lost_condition": (
        "answers",
        "nqms_tiers: no plugin judges the condition “no-such-condition” of a tier.",
    ),
}
LEFT = {
    "is_slow": "its sentence holds a time; tested by itself",
    "prints": "what it prints goes nowhere; tested by itself",
    "answers_late": "it is only as late as its settings say; tested by itself",
}


def reported(name: str, **settings: object) -> Report:
    hurried = name in LEFT or any("0.7 seconds" in words for words in SAID[name])  # whoever answers may take its time
    return report(read_file(BAD / f"{name}.py", "drop-in"), settings=settings, seconds=0.7 if hurried else 10)


def test_every_bad_plugin_is_reported_on_here() -> None:
    assert {path.stem for path in BAD.glob("*.py")} == SAID.keys() | LEFT.keys()


@pytest.mark.parametrize("name", SAID)
def test_bad_plugin_is_named_with_the_right_sentence(name: str) -> None:
    found = reported(name)
    assert [(one.key, one.sentence) for one in found.checks if one.passed is False] == [SAID[name]]
    assert (found.plugin, found.conforms) == (name, False)
    assert found.lines()[-1] == "It should not be enabled as it is."


def test_slow_plugin_is_told_its_time() -> None:
    found = reported("is_slow")
    assert [one.key for one in found.checks if one.passed is False] == ["quick"]
    assert found.seconds_per_100 is not None
    assert found.seconds_per_100 >= 5


@pytest.mark.parametrize("name", ["prints", "answers_late"])
def test_plugin_that_does_no_harm_conforms(name: str) -> None:
    assert [one for one in reported(name).checks if not one.passed] == []


def test_settings_count(tmp_path: Path) -> None:
    assert [one.key for one in reported("answers_late", seconds=3).checks if one.passed is False] == ["limits"]


@pytest.mark.parametrize("name", sorted(discover().plugins))
def test_bundled_plugin_conforms(name: str) -> None:
    found = report(discover().plugin(name))
    assert [one for one in found.checks if not one.passed] == []
    assert (found.conforms, found.origin) == (True, "bundled")


def test_report_says_what_is_used_and_touched_and_is_read_again(tmp_path: Path) -> None:
    found = report(read_file(put(tmp_path / "plugins") / "good.py", "drop-in"))
    assert found.hooks == ("nqms_findings", "nqms_priorities")
    assert len(found.practices) == 116
    assert found.practices[0] == "M.A.1"
    assert found.conforms
    assert Report.from_json(found.to_json()) == found
    assert found.lines()[2] == "Hooks: nqms_findings, nqms_priorities"


def test_report_on_a_plugin_that_hangs_comes_to_an_end_in_its_time() -> None:
    start = time.monotonic()
    found = report(read_file(BAD / "hangs_busy.py", "drop-in"), within=4)
    assert time.monotonic() - start < 5
    assert [one.passed for one in found.checks].count(None) == 6
