"""Plugins in force: allow-list, isolation, refusal on load, and a rulebook built again from its record."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType, ModuleType
from typing import Any

import pytest

from rules.discovery import UnknownPlugin, discover
from rules.hookspecs import HOOKS, hookimpl
from rules.loading import Plugins
from rules.plugininfo import PluginInfo, PluginRefused
from rules.results import Tier
from rules.rulebook import PluginChoice, RulebookNotBuilt, build_rulebook, rulebook_from_record
from tests.rules.samples import all_yes, decided, no, nothing, plugin, rulebook, scored

NOTE = {"rule": "two", "kind": "note", "practices": ("B.2.5",), "sentence": "Ask two people."}


def leave() -> object:
    raise SystemExit(3)


def divide() -> object:
    return 1 / 0


BAD: dict[str, Callable[[], object]] = {
    "exception": divide,
    "SystemExit": leave,
    "nothing": lambda: None,
    "text": lambda: "rubbish",
    "one row not in a list": lambda: NOTE,
    "rows of texts": lambda: ["a", "b"],
    "no sentence": lambda: [{**NOTE, "sentence": " "}],
    "sentence missing": lambda: [{key: NOTE[key] for key in ("rule", "kind", "practices")}],
    "sentence NaN": lambda: [{**NOTE, "sentence": float("nan")}],
    "unknown kind": lambda: [{**NOTE, "kind": "alarm"}],
    "unknown practice": lambda: [{**NOTE, "practices": ("B.99",)}],
    "practices a text": lambda: [{**NOTE, "practices": "B.2.5"}],
    "practices a number": lambda: [{**NOTE, "practices": 5}],
    "lone surrogate": lambda: [{**NOTE, "sentence": "\ud800"}],
}


@pytest.mark.parametrize("how", BAD)
def test_bad_plugin_is_named_and_the_others_count(how: str) -> None:
    good = plugin("good", nqms_findings=lambda: [NOTE])
    rules = rulebook(plugin("bad", nqms_findings=BAD[how]), good)
    card = scored(rules, {"B.2.5": no("B.2.5")})
    assert [(one.plugin, one.version) for one in card.undetermined] == [("bad", "2.1")]
    assert card.undetermined[0].what
    assert [(one.trace.plugin, one.rule) for one in card.findings] == [("national", "safety-gap"), ("good", "two")]


def test_plugin_that_is_not_listed_is_never_called() -> None:
    called: list[str] = []
    spy = plugin("spy", **{hook: lambda: called.append("called") for hook in HOOKS})
    scored(rulebook(spy, listed=()), all_yes())
    assert called == []


def test_judge_hook_is_called_once_for_an_assessment() -> None:
    called: list[int] = []

    def nqms_findings(answers: dict[str, Any]) -> list[Any]:
        called.append(len(answers))
        return []

    scored(rulebook(plugin("spy", nqms_findings=nqms_findings)), all_yes())
    assert called == [116]


def test_order_of_registration_does_not_matter() -> None:
    one, two = plugin("one", nqms_findings=lambda: [NOTE]), plugin("two", nqms_findings=lambda: [NOTE])
    cards = [scored(rulebook(*made, listed=("one", "two")), {}).to_json() for made in ((one, two), (two, one))]
    assert cards[0] == cards[1]


def test_answers_given_to_a_plugin_cannot_be_changed() -> None:
    def nqms_findings(answers: dict[str, Any]) -> list[Any]:
        answers.clear()
        return []

    answers = all_yes()
    card = scored(rulebook(plugin("eraser", nqms_findings=nqms_findings)), answers)
    assert len(answers) == 116
    assert [one.plugin for one in card.undetermined] == ["eraser"]


def test_plugin_is_given_its_own_settings_frozen() -> None:
    seen: list[object] = []

    def nqms_findings(settings: object) -> list[Any]:
        seen.append(settings)
        return []

    made = [plugin(name, nqms_findings=nqms_findings) for name in ("one", "two")]
    rules = rulebook(*made, settings={"one": {"least": 3, "of": ["a"]}})
    scored(rules, {})
    assert seen == [MappingProxyType({"least": 3, "of": ("a",)}), MappingProxyType({})]


def why_refused(module: ModuleType) -> str:
    loaded = Plugins()
    with pytest.raises(PluginRefused) as refused:
        loaded.add(PluginInfo(module.__name__, "1.0"), module)
    assert (loaded.infos, loaded.manager.get_plugins()) == ({}, set())
    return str(refused.value)


def test_wrapper_is_refused_on_load() -> None:
    module = plugin("wrapping")
    module.__dict__["nqms_findings"] = hookimpl(wrapper=True)(lambda: (yield))
    assert why_refused(module) == "nqms_findings wraps other plugins, which is not allowed."


def test_misspelt_hook_is_refused_on_load() -> None:
    why = why_refused(plugin("typo", nqms_findngs=nothing))
    assert why == "nqms_findngs is no hook; see rules/hookspecs.py for their names."


def test_hook_without_its_mark_is_refused_on_load() -> None:
    module = plugin("unmarked")
    module.__dict__["nqms_findings"] = lambda answers: []
    assert "lacks the mark" in why_refused(module)


def test_unknown_argument_is_refused_and_leaves_nothing_behind() -> None:
    assert "weather" in why_refused(plugin("odd", nqms_findings=lambda weather: []))


@pytest.mark.parametrize(
    "hooks",
    [
        {"nqms_policy": lambda: {"no_such_value": 1}},
        {"nqms_policy": lambda: {"contact_weeks": float("nan")}},
        {"nqms_policy": leave},
        {"nqms_tiers": lambda: ["gold"]},
        {"nqms_tiers": lambda: [Tier("a", "A", 1, ())]},
        {"nqms_tiers": lambda: [Tier("a", "A", 1, ("x",)), Tier("b", "B", 1, ("x",))]},
    ],
)
def test_describe_hook_that_gives_rubbish_names_the_plugin(hooks: dict[str, Callable[..., object]]) -> None:
    with pytest.raises(RulebookNotBuilt, match="“odd”"):
        rulebook(plugin("odd", **hooks))


def test_unknown_plugin_is_refused_by_name() -> None:
    with pytest.raises(UnknownPlugin, match="“atlantis”"):
        build_rulebook([PluginChoice("atlantis")])


def test_plugin_listed_twice_is_refused() -> None:
    with pytest.raises(RulebookNotBuilt, match="once"):
        build_rulebook([PluginChoice("northlake"), PluginChoice("northlake")])


def test_rulebook_is_read_again_from_its_record() -> None:
    rules = build_rulebook([PluginChoice("northlake", {"least": [1, 2]}), PluginChoice("national", {"a": 1})])
    again = rulebook_from_record(json.loads(json.dumps(rules.record())), rules.catalogue)
    assert again.record() == rules.record()
    assert (again.policy, again.tiers, again.choices) == (rules.policy, rules.tiers, rules.choices)


def test_rulebook_read_from_its_record_judges_nothing_without_its_plugins() -> None:
    rules = build_rulebook()
    again = rulebook_from_record(rules.record(), rules.catalogue)
    decision = decided(again, all_yes())
    assert (decided(rules, all_yes()).outcome, decision.outcome) == ("awarded", "undetermined")
    assert [tier.met for tier in decision.tiers] == [None, None]


def test_bundled_plugins_say_what_they_are() -> None:
    found = discover()
    assert found.quarantined == {}
    assert {"national", "north_carolina", "northlake"} <= set(found.plugins)
    assert all(one.info.version and one.info.title and one.info.source for one in found.plugins.values())
