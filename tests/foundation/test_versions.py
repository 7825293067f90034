"""What covers another text, so that a form sent as a whole may replace what its own page stored a moment before."""

from __future__ import annotations

import pytest

from portal.foundation.versions import covers


@pytest.mark.parametrize(
    ("typed", "stored", "covered"),
    [
        ({"text": "Typed and pressed", "rating": 3}, {"text": "Typed", "rating": None}, True),
        ({"text": "Something else", "rating": None}, {"text": "Typed", "rating": None}, False),
        ({"text": "", "rating": None}, {"text": "", "rating": None, "question": "Who?"}, False),  # it would vanish
        ({"text": "", "rating": None, "question": "Who?"}, {"text": "", "rating": None}, True),
    ],
)
def test_typed_covers_stored_only_when_nothing_stored_since_would_vanish(
    typed: dict[str, object], stored: dict[str, object], covered: bool
) -> None:
    assert covers(typed, stored, {"text": "", "rating": None}) is covered
