"""Passwords that somebody would guess: the most common ones, and words of this place. Needs no network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

LIST = Path(__file__).with_name("common_passwords.txt")
PLACE_WORDS = ("NQMS Portal", "mentor", "mentors", "mentoring", "mentoring portal", "EEPM", "quality mentoring")
SHORTEST_WORD = 4

_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_REPEATED = re.compile(r"(.{1,20}?)\1+")  # bounded, so that a long password costs no more than a short one


@cache
def _list() -> str:
    return LIST.read_text("utf-8")


def fingerprint(word: str) -> str:
    """Return how the list of common passwords names a word."""
    return hashlib.sha256(word.encode()).hexdigest()[:10]


def core(password: str) -> str:
    """Return the password in lower case without the figures and signs around it: `Summer` and `summer2026!` alike."""
    return _EDGES.sub("", password.lower())


def is_common(password: str) -> bool:
    """Tell whether the password, its core, or what it repeats is on the list of common passwords."""
    whole = password.lower()
    again = _REPEATED.fullmatch(whole)
    if again and (len(again[1]) < SHORTEST_WORD or is_common(again[1])):
        return True
    inner = core(whole)
    return _listed(whole) or (len(inner) >= SHORTEST_WORD and _listed(inner))


def _listed(word: str) -> bool:
    return f"\n{fingerprint(word)}\n" in _list()


def is_own_word(password: str, names: Iterable[str]) -> bool:
    """Tell whether the core is made of neighboring words of a name: the person, the address, the program, the portal."""
    inner = re.sub(r"[\W\d_]+", "", password.lower())
    return any(inner in _runs(name) for name in (*names, *PLACE_WORDS))


def _runs(name: str) -> set[str]:
    words = [word for word in re.split(r"[\W\d_]+", name.lower()) if word]
    runs = {"".join(words[first:last]) for first in range(len(words)) for last in range(first + 1, len(words) + 1)}
    return {run for run in runs if len(run) >= SHORTEST_WORD}
