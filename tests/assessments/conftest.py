"""The cast of a self-assessment under way, and its parts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import Cycle

from .cast import Answering


@pytest.fixture
def answering(staged: Callable[..., Answering]) -> Answering:
    return staged(Answering)


@pytest.fixture
def cycle(answering: Answering) -> Cycle:
    return answering.cycle


@pytest.fixture
def person(answering: Answering) -> Person:
    return answering.person


@pytest.fixture
def signed_in(answering: Answering) -> FlaskClient:
    """Give the contributor's browser."""
    return answering.client
