"""The manual for plugin authors: its example runs, and its table of hooks is the truth."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from rules import hookspecs
from rules.cli import parser
from rules.evaluator import MEGABYTES, SECONDS
from rules.hookspecs import DESCRIBE, HOOKS, JUDGE
from rules.loading import MAX_ROWS
from rules.plugininfo import RULES_API
from rules.rulebook import Rulebook
from rules.testing import assess
from rules.tiers import judge_conditions
from rules.wire import MAX_SAID
from tests.rules.samples import all_yes, decided, no, rulebook

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "rules" / "README.md").read_text("utf-8")


def lakeside() -> ModuleType:
    code = re.search(r"```python\n(\"\"\"Lakeside.*?)```", MANUAL, re.DOTALL)
    assert code
    module = ModuleType("lakeside")
    exec(code[1], module.__dict__)  # noqa: S102 - the text of our own manual
    return module


@pytest.mark.parametrize(
    ("code", "practice", "outcome"),
    [("B.2.5", "B.2.5", "not_yet"), ("B.2.3", "B.2.5", "awarded"), ("B.2.3", "B.2.3", "not_yet")],
)
def test_example_of_the_manual_decides(code: str, practice: str, outcome: str) -> None:
    rules = rulebook(lakeside(), settings={"lakeside": {"practice": practice}})
    answers = all_yes() | {code: no(code)}
    assert decided(rules, answers).outcome == outcome


def test_table_of_hooks_names_every_hook_with_its_arguments() -> None:
    written = re.findall(r"^\| `(nqms_\w+)\((.*?)\)` \| (\w+) \|", MANUAL, re.MULTILINE)
    functions = {name: getattr(hookspecs, name) for name in HOOKS}
    assert {name: arguments for name, arguments, _ in written} == {
        name: ", ".join(inspect.signature(function).parameters) for name, function in functions.items()
    }
    assert {name: kind for name, _, kind in written} == {
        name: function.__doc__.split(maxsplit=1)[0].strip(":,").lower() for name, function in functions.items()
    }


def example_of(name: str) -> ModuleType:
    """Make a plugin of the example in a hook's docstring; it takes everything that the hook may take."""
    function = getattr(hookspecs, name)
    said = inspect.getdoc(function) or ""
    assert re.match(r"(Describe|Judge), when .*: ", said)
    found = re.search(r"Example: `return (.*)`", said, re.DOTALL)
    assert found, name
    arguments = ", ".join(inspect.signature(function).parameters)
    module = ModuleType("example")
    code = f"from rules import Tier, hookimpl\n\n@hookimpl\ndef {name}({arguments}):\n    return ({found[1]})\n"
    exec(code, module.__dict__)  # noqa: S102 - the text of our own docstring
    module.__dict__.update(VERSION="1.0.0", TITLE="Example")
    return module


@pytest.mark.parametrize("name", JUDGE)
def test_example_of_a_judge_hook_gives_results(name: str) -> None:
    judged = assess({"B.2.5": 1}, others="yes").with_plugins(example_of(name))
    results = (
        *judged.scorecard.findings, *judged.scorecard.adjustments, *judged.priorities, *judged.eligibility.verdicts,
        *judge_conditions(judged.scorecard, judged.assessment, judged.rulebook)[0].values(),
    )  # fmt: skip
    assert judged.undetermined == ()
    assert len([one for one in results if one.trace.plugin == "example"]) == 1
    assert judged.eligibility.eligible is True


DESCRIBED: dict[str, Callable[[Rulebook], object]] = {
    "nqms_catalogue": lambda rules: rules.catalogue.edition == "eepm4",
    "nqms_practices": lambda rules: "E.1.1" not in rules.catalogue,
    "nqms_policy": lambda rules: rules.policy.review_kind == "meeting",
    "nqms_tiers": lambda rules: [tier.name for tier in rules.tiers] == ["Quality Partner"],
    "nqms_benefits": lambda rules: [one.tier for one in rules.description.benefits] == ["dedicated"],
    "nqms_resources": lambda rules: rules.description.resources[-1].practices == ("B.2.5",),
    "nqms_texts": lambda rules: rules.text("welcome").startswith("We are glad"),
}


@pytest.mark.parametrize("name", DESCRIBE)
def test_example_of_a_describe_hook_is_in_the_rules(name: str) -> None:
    rules = assess().with_plugins(example_of(name)).rulebook
    assert rules.plugins[-1].hooks == (name,)
    assert DESCRIBED[name](rules)


def test_manual_leads_through_every_command() -> None:
    led = re.findall(r"^    nqms-rules (\w+)", MANUAL, re.MULTILINE)
    (commands,) = (one for one in parser()._actions if one.dest == "command")
    assert set(led) == set(commands.choices or ())


def test_manual_has_the_rule_that_new_writes() -> None:
    written = (ROOT / "rules" / "new" / "rule.txt").read_text("utf-8")
    condition = written[written.index("@hookimpl\ndef nqms_tier_conditions") :]
    assert condition.replace("$name", "my-region") in MANUAL


def test_numbers_in_the_manual_are_those_in_force() -> None:
    for number in (f"{SECONDS:g} seconds", f"{MEGABYTES} MB", f"{MAX_ROWS:,} results", f"{MAX_SAID:,} characters"):
        assert number in MANUAL, number
    assert f"contract is version {RULES_API}" in MANUAL
