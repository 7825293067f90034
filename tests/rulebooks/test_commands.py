"""`nqms rules`: the plugins on this machine, and a preview without a browser."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import pytest
from flask import Flask

from portal.cli import commands
from portal.foundation.judging import evaluator
from portal.rulebooks import warn_of_quarantined
from portal.rulebooks.commands import plugin_lines, preview_lines

from .conftest import Lake
from .plugins import MARK, STRICT, write
from .test_previews import dump


def test_plugins_are_listed_with_the_reason_where_one_cannot_be_used(app: Flask, folder: Path) -> None:
    write(folder, "marker", MARK, title="A marker")
    (folder / "broken.py").write_text('VERSION = "1.0.0"\ndef (:\n', "utf-8")
    lines = plugin_lines()
    assert "marker 1.0.0  A marker  (drop-in)" in lines
    assert lines[-1] == "NOT USED broken: broken.py:2: This is not valid Python: invalid syntax."
    assert sorted(commands.commands["rules"].commands) == ["plugins", "preview"]  # type: ignore[attr-defined]


def test_start_logs_what_cannot_be_used(app: Flask, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "broken.py").write_text("def (:\n", "utf-8")
    with caplog.at_level(logging.WARNING, "portal.rulebooks"):
        warn_of_quarantined(evaluator().found())
    assert [one.getMessage() for one in caplog.records] == [
        "the rule plugin “broken” cannot be used: broken.py:1: This is not valid Python: invalid syntax."
    ]


def test_preview_prints_the_table_and_stores_nothing(lake: Lake, folder: Path) -> None:
    write(folder, "strict", STRICT)
    before = dump()
    lines = preview_lines("lake", ("strict",))
    assert dump() == before
    assert (
        "Birch, cycle 1: no tier yet -> no tier yet; in practice 115 of 116 -> 114 of 115; safety gaps 1 -> 1" in lines
    )
    assert any(
        line.startswith("Cedar, cycle 1: stays as awarded (Expert Partner); today it would be") for line in lines
    )
    assert (
        "    References: not asked for -> not met (rule lake-references of strict 1.0.0: B.2.5 is rated None.)" in lines
    )
    assert lines[-1] == (
        "3 assessments: 2 would move, 0 cannot be judged, 0 come to the same result for other reasons, "
        "1 are not submitted, so nothing of them is shown; 0 do not differ."
    )
    assert preview_lines("lake", ()) == ["Nothing moves.", (
        "3 assessments: 0 would move, 0 cannot be judged, 0 come to the same result for other reasons, "
        "1 are not submitted, so nothing of them is shown; 2 do not differ."
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "plugin", "why"),
    [("nowhere", "northlake", "There is no partnership called nowhere."),
     ("lake", "no_such", "The plugin “no_such” cannot be used. There is no plugin with this name.")],
)  # fmt: skip
def test_preview_of_what_is_not_there_is_refused(lake: Lake, key: str, plugin: str, why: str) -> None:
    with pytest.raises(click.ClickException) as refused:
        preview_lines(key, (plugin,))
    assert refused.value.message == why
