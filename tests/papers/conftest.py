from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.papers.cast import SHORT, Cast, drop_in_short


@pytest.fixture
def app(make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Flask]:
    """Give an app that knows the rules with few practices."""
    folder = tmp_path / "rules"
    folder.mkdir()
    drop_in_short(folder)
    built = make_app(RULES_FOLDER=str(folder))
    with built.app_context():
        yield built


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast, SHORT)
