from __future__ import annotations

import pytest
from flask import Flask

from .cast import Cast


@pytest.fixture
def cast(app: Flask) -> Cast:
    return Cast(app)
