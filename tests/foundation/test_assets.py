"""Scripts are sent without what only their readers need."""

from __future__ import annotations

import pytest

from portal.foundation.assets import lean


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        ("/* Why it is there.\n   On two lines. */\nlet a = 1;\n", "let a = 1;\n"),
        ("  // Above a line.\n  let a = 1; // after it\n\n", "let a = 1; // after it\n"),
        (
            "let a = '//no comment';\nlet b = `/* nor this */`;\n",
            "let a = '//no comment';\nlet b = `/* nor this */`;\n",
        ),
    ],
)
def test_script_loses_leading_and_whole_line_comments_and_nothing_else(source: str, sent: str) -> None:
    assert lean(source) == sent
