"""The cast of a review, and its parts; a module with another cast overrides the first fixture."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.programs.models import Program

from .cast import Cast


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast)


@pytest.fixture
def program(cast: Cast) -> Program:
    return cast.program


@pytest.fixture
def owner(cast: Cast) -> Person:
    return cast.owner


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cast.cycle


@pytest.fixture
def reviewer(cast: Cast) -> Person:
    return cast.reviewer


@pytest.fixture
def staff(cast: Cast) -> FlaskClient:
    return cast.staff
