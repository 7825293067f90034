"""E-mail addresses and names as people type them: what mail can carry, and what a database can keep."""

from __future__ import annotations

LONGEST_ADDRESS = 254
FORBIDDEN = frozenset(' <>(),;:"\\[]')


def looks_like_address(text: str) -> bool:
    """Tell whether mail can be sent there, as far as the letters tell: one @, and a host with a dot."""
    local, at, host = text.rpartition("@")
    return (
        bool(at and local)
        and "@" not in local
        and len(text) <= LONGEST_ADDRESS
        and text.isprintable()
        and not FORBIDDEN & set(text)
        and "." in host
        and all(local.split("."))
        and all(part.strip("-") for part in host.split("."))
    )


def looks_like_name(text: str) -> bool:
    """Tell whether this is one line of up to 200 signs that can be printed."""
    return 0 < len(text) <= 200 and text.isprintable()
