"""Addresses as paper shows them."""

from __future__ import annotations

from portal.foundation.outbox import address_of


def typed_address(path: str) -> str:
    """Return the address of a page as somebody types it from paper: without what every browser adds by itself."""
    return address_of(path).removeprefix("https://").removeprefix("http://")
