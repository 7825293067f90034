"""The cast of what a program asks of its partnership; a module with another one overrides the first fixture."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from portal.programs.models import Program

from .cast import Cast, with_both_sides


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(with_both_sides)


@pytest.fixture
def program(cast: Cast) -> Program:
    return cast[0]


@pytest.fixture
def owner(cast: Cast) -> FlaskClient:
    return cast[1]


@pytest.fixture
def reviewer(cast: Cast) -> FlaskClient:
    return cast[2]
