from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.papers.cast import SHORT, Cast, drop_in_short


@pytest.fixture(scope="session")
def short_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an operator's folder with the short list; the same for all tests, so that it is read once."""
    folder = tmp_path_factory.mktemp("rules")
    drop_in_short(folder)
    return folder


@pytest.fixture
def app(make_app: Callable[..., Flask], short_rules: Path) -> Iterator[Flask]:
    """Give an app that knows the rules with few practices."""
    built = make_app(RULES_FOLDER=str(short_rules))
    with built.app_context():
        yield built


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast, SHORT)
