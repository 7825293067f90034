"""The manual for plugin authors: its example runs, and its table of hooks is the truth."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from rules import hookspecs
from rules.hookspecs import HOOKS
from tests.rules.samples import all_yes, decided, no, rulebook

MANUAL = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8")


def lakeside() -> ModuleType:
    code = re.search(r"```python\n(.*?)```", MANUAL, re.DOTALL)
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


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_is_specified_with_an_example(name: str) -> None:
    said = inspect.getdoc(getattr(hookspecs, name)) or ""
    assert re.match(r"(Describe|Judge), when .*: ", said)
    assert "Example: `return " in said
