from __future__ import annotations

from collections.abc import Callable

import pytest

from .cast import Cast


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast)
