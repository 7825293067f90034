"""Names and addresses as people type them, and as attackers do."""

from __future__ import annotations

import pytest

from portal.foundation.addresses import looks_like_address, looks_like_name


@pytest.mark.parametrize(
    "text", ["ana@example.org", "a.b+c@sub.example.org", "o'neil@example.org", "ana@españa.example"]
)
def test_address_that_mail_can_carry_is_taken(text: str) -> None:
    assert looks_like_address(text) is True


@pytest.mark.parametrize(
    "text",
    ["", "@", "ana", "ana@", "@example.org", "ana@host", "a@b.", "a@.b", "a..b@c.org", "a b@c.org", "a@b@c.org",
     "<a@c.org>", "a,b@c.org", "a\r\nBcc: b@c.org", "a\x00@c.org", "\u202ea@c.org", "a@c.org\u2028", "x" * 250 + "@c.org"],
)  # fmt: skip
def test_address_that_mail_cannot_carry_is_refused(text: str) -> None:
    assert looks_like_address(text) is False


@pytest.mark.parametrize(
    ("text", "taken"),
    [("Ana Núñez", True), ("李", True), ("", False), ("A\x00", False), ("A\u2028B", False), ("x" * 201, False)],
)
def test_name_is_one_printable_line(text: str, taken: bool) -> None:
    assert looks_like_name(text) is taken
