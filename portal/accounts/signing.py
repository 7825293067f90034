"""Signing by a mailed link, without an account: the link itself, what is typed under a text, and a button pressed twice.

Each room that lets somebody sign keeps its own rows; only the hash of a link is stored.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import render_template

from portal.foundation.addresses import looks_like_name
from portal.foundation.errors import DomainError, Problem
from portal.foundation.security import NO_REFERRER

from .hashes import digest


class LinkOver(DomainError):
    """The link was used, withdrawn or replaced, or never was."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What somebody typed to sign; names without odd spaces."""

    name: str
    title: str
    confirmed: bool

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> Signature:
        """Read the fields name, title and confirm."""
        name, title = (" ".join(typed.get(key, "").split()) for key in ("name", "title"))
        return cls(name, title, typed.get("confirm") == "yes")

    def problems(self) -> list[Problem]:
        """Return what is missing under it."""
        found = []
        if not looks_like_name(self.name):
            found.append(Problem("name", "Enter your name, in at most 200 characters."))
        if not looks_like_name(self.title):
            found.append(
                Problem("title", "Enter your title, for example executive director, in at most 200 characters.")
            )
        if not self.confirmed:
            found.append(Problem("confirm", "Tick the box to confirm."))
        return found


class Signable(Protocol):
    """A row that waits for a signature, or has it."""

    signed_at: datetime | None
    withdrawn_at: datetime | None
    signer_name: str
    signer_title: str


def pressed_again(row: Signable | None, signature: Signature) -> bool:
    """Tell whether this signature is stored already: the button was pressed twice."""
    if row is None or row.signed_at is None or row.withdrawn_at is not None:
        return False
    return (row.signer_name, row.signer_title) == (signature.name, signature.title)


def new_link() -> tuple[str, str]:
    """Make a link's secret; return it with the hash to store."""
    token = secrets.token_urlsafe(32)
    return token, digest(token)


def same_name(one: str, other: str) -> bool:
    """Tell whether two names can be one person's: the same words, or a further given name in one of them.

    Case, accents and points do not count.
    """
    first, second = _words(one), _words(other)
    if first == second:
        return bool(first)
    return min(len(first), len(second)) > 1 and (first <= second or second <= first)


def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    return frozenset(letters.split())


def over_page(sentence: str, title: str = "This link is over") -> Any:
    """Render what somebody with a link that opens nothing is told."""
    return render_template("error.html", title=title, sentence=sentence), 410, NO_REFERRER
