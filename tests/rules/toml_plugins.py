"""A drop-in folder with one TOML plugin, found and loaded as the product does it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rules.discovery import UnknownPlugin, discover
from rules.rulebook import PluginChoice, Rulebook, RulebookNotBuilt, build_rulebook

HEAD = """[plugin]
rules_api = [1, 1]
version = "1.0.0"
title = "Lakeside (fictional)"
source = "Made up for the tests."
"""


def put(folder: Path, text: str, name: str = "lakeside") -> Path:
    """Write a plugin of these tables, below its usual first five lines."""
    path = folder / f"{name}.toml"
    if not path.exists() or path.read_text("utf-8") != HEAD + text:
        path.write_text(HEAD + text, "utf-8")
    return folder


def rules_of(folder: Path, text: str, settings: Mapping[str, Any] | None = None) -> Rulebook:
    """Build the national rules and the plugin of these tables."""
    found = discover(put(folder, text))
    return build_rulebook([PluginChoice("lakeside", settings or {})], found=found)


def why_quarantined(folder: Path, text: str) -> list[str]:
    """Return the lines with which the plugin of these tables is refused before it is used."""
    return discover(put(folder, text)).quarantined["lakeside"].splitlines()


def why_not_built(folder: Path, text: str, settings: Mapping[str, Any] | None = None) -> list[str]:
    """Return the lines with which a rulebook of this plugin is refused, after the words that name the plugin."""
    with pytest.raises((RulebookNotBuilt, UnknownPlugin)) as refused:
        rules_of(folder, text, settings)
    return str(refused.value).removeprefix("The plugin “lakeside” does not describe its rules: ").splitlines()
