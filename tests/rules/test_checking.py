"""`nqms-rules check`: every mistake in a plugin's file with its line, and what goes away soon as a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.checking import check_plugin
from rules.cli import main
from tests.rules.drop_ins import BAD, GOOD

HEAD = 'from rules import hookimpl\nRULES_API = (1, 1)\nVERSION = "1.0.0"\n'


def told(folder: Path, text: str, name: str = "odd.py", **deprecated: str) -> list[str]:
    path = folder / name
    path.write_text(text, "utf-8")
    return [str(one) for one in check_plugin(path, {key.replace("__", "."): why for key, why in deprecated.items()}, 3)]


def hook(lines: str, arguments: str = "", mark: str = "@hookimpl", name: str = "nqms_findings") -> str:
    return f"{HEAD}{mark}\ndef {name}({arguments}):\n    {lines}\n"


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        (hook("return []", name="nqms_findngs"), ["5: nqms_findngs is no hook. Did you mean nqms_findings?"]),
        (hook("return []", mark="@hookimpl(specname='nqms_tier')", name="ours"),
         ["5: nqms_tier is no hook. Did you mean nqms_tiers?"]),
        (hook("yield", mark="@hookimpl(wrapper=True)"), ["5: nqms_findings wraps other plugins, which is not allowed."]),
        (hook("yield", mark="@hookimpl(hookwrapper=True)"), ["5: nqms_findings wraps other plugins, which is not allowed."]),
        (f"{HEAD}def nqms_findings():\n    return []\n",
         ["4: nqms_findings lacks the mark @hookimpl, so it would never be called."]),
        (hook("return []", "facts, weather"),
         ["5: nqms_findings is not given “weather”; it may take catalogue, answers, facts, scorecard, previous and "
          "settings."]),
        (hook("return ['B.2.55', 'X.1', 'B.2.5', 'see B.2.99 there']"),
         ["6: There is no practice B.2.55 in any edition. Did you mean B.2.5?"]),
        (hook("return [settings['leest']]", "settings") + 'SETTINGS = {"least": {"kind": "whole", "title": "L", "default": 1}}\n',
         ["6: There is no setting “leest” in SETTINGS. Did you mean least?"]),
        (hook("return [settings.get('least', 1)] and []", "settings"),
         ["6: warning: The setting “least” is not described in SETTINGS, so nobody can set it on screen."]),
        (hook("return []", mark="@hookimpl(tryfirst=True)"),
         ["5: warning: tryfirst and trylast change nothing: the partnership's list is the order."]),
        (hook("return []").replace("RULES_API = (1, 1)\n", ""),
         ["1: It does not say which contract it was written for: RULES_API = (1, 1), the first and the last version it "
          "works with."]),
        (hook("return []").replace("(1, 1)", "(7, 9)"), ["2: It works with the contract 7 to 9; this portal has 1."]),
        (hook("return []").replace('"1.0.0"', '"new"'), ["3: Its VERSION must be two or three numbers, such as 1.0.0."]),
        (hook("return []") + "SETTINGS = dict()\n",
         ["7: SETTINGS must be a plain value, because it is read before the plugin runs."]),
        (hook("return ["), ["6: This is not valid Python: '[' was never closed."]),
        (HEAD, ["1: It offers no hook, so it does nothing."]),
        (hook("return {'no_such_value': 1}", name="nqms_policy"),
         ["1: The plugin “odd” does not describe its rules: Policy.__init__() got an unexpected keyword argument "
          "'no_such_value'"]),
        (hook("return {'contact_weeks': 3}", name="nqms_policy"), []),
    ],
)  # fmt: skip
def test_mistake_is_named_with_its_line(tmp_path: Path, text: str, remarks: list[str]) -> None:
    assert told(tmp_path, text) == [f"odd.py:{one}" for one in remarks]


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    text = hook("return ['B.77.1']", "wether", name="nqms_findings") + hook("return []", name="nqms_polcy")[len(HEAD) :]
    assert [one.split(" ")[0] for one in told(tmp_path, text)] == ["odd.py:5:", "odd.py:6:", "odd.py:8:"]


def test_bad_toml_is_named_with_its_line(tmp_path: Path) -> None:
    (found,) = told(tmp_path, '[plugin]\nversion = "1.0.0\n', "odd.toml")
    assert found.startswith("odd.toml:")


def test_what_goes_away_is_warned_of_before_it_does(tmp_path: Path) -> None:
    text = hook("return []", "answers, previous")
    remarks = told(tmp_path, text, nqms_findings__previous="Take “scorecard” instead.", nqms_tiers="Unused here.")
    assert remarks == ["odd.py:5: warning: nqms_findings.previous goes away with contract 2. Take “scorecard” instead."]


@pytest.mark.parametrize("name", ["hangs_on_import", "raises_on_import", "exits_on_import", "hangs_while_describing"])
def test_plugin_that_does_not_load_is_told_and_holds_nobody_up(name: str) -> None:
    (found,) = check_plugin(BAD / f"{name}.py", seconds=0.7)
    assert (found.line, found.warning) == (1, False)


def test_command_tells_mistakes_and_how_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(GOOD, "utf-8")
    bad.write_text(GOOD.replace("nqms_findings", "nqms_findngs"), "utf-8")
    codes = [main(["check", str(path)]) for path in (good, bad, tmp_path / "none.py")]
    said = capsys.readouterr()
    assert codes == [0, 1, 2]
    assert said.out.splitlines() == [
        "No mistakes.", "bad.py:11: nqms_findngs is no hook. Did you mean nqms_findings?", "1 mistake.",
    ]  # fmt: skip
    assert said.err == "There is no plugin and no file called none.py.\n"
