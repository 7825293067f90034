"""The help for authors' own tests: `assess(...).with_plugins(...)`; test_newplugin.py uses the fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.answers import Answer, Status
from rules.catalogue import UnknownPractice
from rules.plugininfo import PluginRefused
from rules.sampling import sample_assessments
from rules.testing import Judged, assess, rules_of
from tests.rules.drop_ins import BAD, put
from tests.rules.samples import plugin


def test_answers_are_said_in_a_word_or_a_rating() -> None:
    said = {"B.2.5": "no", "B.2.3": 2, "B.1.5": "n/a", "B.2.4": "open", "E.1.1": Answer("E.1.1", Status.IN_PRACTICE, 5)}
    judged = assess(said, others="yes").with_plugins()
    found = {one.code: (one.status, one.rating) for one in judged.scorecard.practices}
    assert {code: found[code] for code in (*said, "M.A.1")} == {
        "B.2.5": (Status.NOT_IN_PRACTICE, None),
        "B.2.3": (Status.IN_PRACTICE, 2),
        "B.1.5": (Status.NOT_APPLICABLE, None),
        "B.2.4": (None, None),
        "E.1.1": (Status.IN_PRACTICE, 5),
        "M.A.1": (Status.IN_PRACTICE, 4),
    }


def test_everything_that_can_be_judged_is_given() -> None:
    judged = assess({"B.2.4": "no"}, others="yes").with_plugins()
    assert [gap.practices for gap in judged.scorecard.safety_gaps] == [("B.2.4",)]
    assert judged.decision.tier is not None
    assert judged.decision.tier.name == "Dedicated Partner"
    assert [one.practices for one in judged.priorities] == [("B.2.4",)]
    assert (judged.eligibility.eligible, judged.undetermined) == (True, ())


def test_facts_cycle_and_the_cycle_before_are_set_field_by_field() -> None:
    judged = assess(facts={"in_service_area": False}, cycle={"visited_on": None}, before={"B.2.5": "no"}).with_plugins()
    assert judged.eligibility.eligible is False
    assert judged.decision.sentence == "Not yet Dedicated Partner. Still open: review held."
    assert judged.assessment.previous is not None
    assert judged.assessment.previous.answers["B.2.5"].status is Status.NOT_IN_PRACTICE


def test_plugins_come_as_module_file_or_name(tmp_path: Path) -> None:
    made = plugin("made", nqms_policy=lambda settings: {"contact_weeks": settings.get("weeks", 3)})
    judged = assess(others="yes").with_plugins("northlake", put(tmp_path / "p") / "good.py", made)
    assert [one.name for one in judged.rulebook.plugins] == ["national", "northlake", "good", "made"]
    assert judged.rulebook.policy.contact_weeks == 3
    assert [one.sentence for one in judged.scorecard.findings] == ["116 answers seen."]


def test_settings_are_those_of_the_one_plugin_or_by_name() -> None:
    made, other = (
        plugin(
            name, nqms_policy=lambda policy, settings: {"contact_weeks": settings.get("weeks", policy.contact_weeks)}
        )
        for name in ("made", "other")
    )
    assert assess().with_plugins(made, settings={"weeks": 5}).rulebook.policy.contact_weeks == 5
    assert assess().with_plugins(made, other, settings={"made": {"weeks": 6}}).rulebook.policy.contact_weeks == 6
    with pytest.raises(TypeError, match="by the name of each plugin"):
        assess().with_plugins(made, other, settings={"weeks": 5})


def test_mistakes_are_raised() -> None:
    with pytest.raises(UnknownPractice, match=r"B\.9\.99"):
        assess({"B.9.99": "no"}).with_plugins()
    with pytest.raises(ValueError, match=r"yes, no, n/a, open or a rating"):
        assess({"B.2.5": "maybe"}).with_plugins()
    with pytest.raises(PluginRefused, match="not today"):
        assess().with_plugins(BAD / "raises_on_import.py")


def test_bad_rule_is_in_undetermined() -> None:
    judged = assess(others="yes").with_plugins(BAD / "raises.py")
    assert [(one.plugin, one.what) for one in judged.undetermined] == [
        ("raises", "ZeroDivisionError: division by zero")
    ]


def test_samples_are_judged_by_rules_built_once() -> None:
    rules = rules_of("northlake")
    samples = sample_assessments(rules.catalogue)
    assert [Judged(rules, one.assessment).decision.outcome for one in samples] == ["awarded", "awarded", "not_yet"]
