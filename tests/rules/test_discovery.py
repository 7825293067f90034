"""Whatever lies in the operator's folder, looking for plugins ends, and the others are found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rules.discovery import discover
from rules.evaluator import Evaluator
from rules.rulebook import PluginChoice
from tests.rules.drop_ins import GOOD, put

OURS = frozenset(discover().plugins)


@pytest.mark.parametrize("name", ["waits.toml", "waits.py"])
def test_pipe_in_the_folder_is_named_and_not_read(tmp_path: Path, name: str) -> None:
    os.mkfifo(put(tmp_path) / name)

    found = discover(tmp_path)

    assert found.quarantined == {"waits": f"{name} is not a file."}
    assert set(found.plugins) == OURS | {"good"}


def test_device_and_folder_are_named_and_not_read(tmp_path: Path) -> None:
    (put(tmp_path) / "endless.py").symlink_to("/dev/zero")
    (tmp_path / "folder.toml").mkdir()

    assert discover(tmp_path).quarantined == {
        "endless": "endless.py is not a file.",
        "folder": "folder.toml is not a file.",
    }


def test_folder_that_cannot_be_looked_into_is_said_and_the_others_are_found() -> None:
    found = discover(Path("/") / ("x" * 300))

    assert found.quarantined == {"(folder)": "The folder for plugins cannot be read: File name too long."}
    assert set(found.plugins) == OURS


def test_file_that_begins_with_a_byte_order_mark_is_read_and_used(tmp_path: Path) -> None:
    (tmp_path / "marked.py").write_text("\ufeff" + GOOD, "utf-8")
    evaluator = Evaluator(tmp_path)
    try:
        rulebook = evaluator.describe([PluginChoice("marked")])
    finally:
        evaluator.close()

    assert [one.name for one in rulebook.plugins] == ["national", "marked"]


def test_bundled_plugin_is_not_replaced_by_a_file_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "national.py").write_text(GOOD, "utf-8")

    found = discover(tmp_path)

    assert found.plugins["national"].info.origin == "bundled"
    assert found.quarantined == {
        "national (second)": "There is already a plugin called national; this one is not used."
    }
