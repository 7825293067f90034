"""When another copy of a plugin may judge in place of the recorded one."""

from __future__ import annotations

import pytest

from rules.plugininfo import PluginInfo


@pytest.mark.parametrize(
    ("version", "mark", "alike"),
    [("1.2.0", "a", True), ("1.2.5", "b", True), ("1.2.0", "b", False), ("1.3.0", "a", False), ("2.2.0", "b", False)],
)
def test_third_number_mends_and_anything_else_is_another_plugin(version: str, mark: str, alike: bool) -> None:
    recorded = PluginInfo("lakeside", "1.2.0", origin="drop-in", fingerprint="a")
    assert PluginInfo("lakeside", version, origin="drop-in", fingerprint=mark).judges_like(recorded) is alike
