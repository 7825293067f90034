from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.statements.statements import Asked, make_asked


@pytest.fixture
def asked(staged: Callable[..., Asked]) -> Asked:
    return staged(make_asked)
