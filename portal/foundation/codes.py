"""Short codes to print on paper and type again: no letters that look alike, and one that tells a slip of the pen."""

from __future__ import annotations

import secrets

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXY"  # 29, a prime: then one wrong letter or two in each other's place always show
LENGTH = 8  # and one to check


def new_code() -> str:
    """Make a code nobody can guess."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return letters + _check(letters)


def _check(letters: str) -> str:
    return LETTERS[sum(place * LETTERS.index(one) for place, one in enumerate(letters, start=1)) % len(LETTERS)]


def shown_code(code: str) -> str:
    """Return a code in groups of three, as paper shows it."""
    return "-".join(code[at : at + 3] for at in range(0, len(code), 3))


def read_code(typed: str) -> str | None:
    """Return the code somebody typed, in any case and with any gaps; None when it cannot be one of ours."""
    code = "".join(one for one in typed[:80].upper() if one.isalnum())
    whole = len(code) == LENGTH + 1 and all(one in LETTERS for one in code)
    return code if whole and _check(code[:-1]) == code[-1] else None
