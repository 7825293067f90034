"""`nqms-rules new`: what it writes passes its own test, its own check and the report, and installs as a package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rules.asking import Question
from rules.cli import main
from rules.discovery import discover
from rules.evaluator import Evaluator
from rules.rulebook import PluginChoice
from rules.sampling import sample_assessments
from rules.scorecard import evaluate
from rules.tiers import decide

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    env = dict(os.environ) | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # what our own tests need, such as a browser, a plugin's do not
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_new_plugin_passes_its_test_its_check_and_the_report(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "my-region"]) == 0
    folder = there / "my-region"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "README.md", "conftest.py", "my_region.py", "pyproject.toml", "tests/test_my_region.py",
    ]  # fmt: skip
    assert "4 passed" in run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder)
    capsys.readouterr()
    assert [main([command, str(folder)]) for command in ("check", "report")] == [0, 0]
    assert capsys.readouterr().out.splitlines()[-1] == "It behaves as it should."


def test_new_plugin_without_python_is_one_file_that_passes_its_check(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rules.declarative", reason="TOML plugins are not there yet")
    assert main(["new", "my-region", "--toml"]) == 0
    folder = there / "my-region"
    assert (folder / "my_region.toml").is_file()
    assert "2 passed" in run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder)
    assert main(["check", str(folder)]) == 0


@pytest.mark.walk
def test_new_plugin_installs_with_pip_and_judges(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["new", "my-region"]) == 0
    site = there / "site"
    pip = (sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--root-user-action", "ignore")
    run(*pip, "--no-deps", "--no-index", "--no-build-isolation", "--target", site, ".", cwd=there / "my-region")
    monkeypatch.syspath_prepend(site)
    info = discover().plugin("my_region").info
    assert (info.version, info.title, info.origin) == ("0.1.0", "My Region", "installed")
    evaluator = Evaluator()
    try:
        rules = evaluator.describe([PluginChoice("my_region", {"practice": "B.2.3"})])
        assessment = sample_assessments(rules.catalogue)[0].assessment
        decision = decide(evaluate(assessment, rules), assessment, rules)
        assert decision.sentence == "All conditions of Quality Partner are met."
        said = evaluator.ask(rules, "nqms_tier_conditions", Question(assessment, evaluate(assessment, rules)))
        assert [one.plugin.name for one in said] == ["national", "my_region"]
    finally:
        evaluator.close()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "My Region",
            "A plugin's name has small letters, digits and hyphens, and begins with a letter, such as my-region.",
        ),
        (
            "../up",
            "A plugin's name has small letters, digits and hyphens, and begins with a letter, such as my-region.",
        ),
        ("json", "The name json is taken already."),
        ("national", "The name national is taken already."),
        ("there", "there is there already; nothing was written."),
    ],
)
def test_name_that_cannot_be_is_refused(
    there: Path, capsys: pytest.CaptureFixture[str], name: str, sentence: str
) -> None:
    (there / "there").mkdir()
    assert main(["new", name]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"
    assert [path.name for path in there.iterdir()] == ["there"]
