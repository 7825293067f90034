"""Reads what staff type about a resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.evidence.forms import address_problem
from portal.foundation.errors import Problem
from portal.foundation.typed import text_of, text_problems
from rules.catalogue import Catalogue

from .models import ABOUT_LENGTH, TITLE_LENGTH
from .queries import LANGUAGES

FIELDS = ("title", "publisher", "about", "audience", "language", "practices", "address")


@dataclass(frozen=True, slots=True)
class Words:
    """What is stored about a resource."""

    title: str
    publisher: str
    about: str
    audience: str
    language: str
    practices: tuple[str, ...]
    address: str

    def as_dict(self) -> dict[str, object]:
        """Return plain values, as its row keeps them."""
        return {name: list(v) if isinstance(v := getattr(self, name), tuple) else v for name in self.__slots__}


def typed_in(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return {name: text_of(form, name) for name in FIELDS}


def read_words(typed: Mapping[str, str], catalogue: Catalogue, has_file: bool) -> tuple[Words, list[Problem]]:
    """Return what was typed as it would be stored, with every problem at once. No address is ever fetched."""
    one_line = {name: " ".join(typed[name].split()) for name in ("title", "publisher", "audience")}
    address = with_scheme(typed["address"])
    codes = tuple(
        dict.fromkeys(code.upper() for code in typed["practices"].replace(",", " ").replace(";", " ").split())
    )
    problems = text_problems(one_line["title"], "title", "title", TITLE_LENGTH, needed="Give it a title.")
    problems += _place_problems(address, has_file)
    problems += text_problems(one_line["publisher"], "publisher", "name", TITLE_LENGTH)
    problems += text_problems(typed["about"], "about", "text", ABOUT_LENGTH)
    problems += _practice_problems(codes, catalogue)
    if typed["language"] not in LANGUAGES:
        problems.append(Problem("language", "Choose a language."))
    problems += text_problems(one_line["audience"], "audience", "text", TITLE_LENGTH)
    words = Words(
        one_line["title"],
        one_line["publisher"],
        typed["about"],
        one_line["audience"],
        typed["language"],
        codes,
        address,
    )
    return words, problems


def with_scheme(address: str) -> str:
    """Return a web address with https:// before it when nobody typed how to reach it."""
    address = address.strip()
    return address if not address or "://" in address else f"https://{address}"


def _place_problems(address: str, has_file: bool) -> list[Problem]:
    if address and has_file:
        return [Problem("address", "Give either an address or a file, not both.")]
    if not address and not has_file:
        return [Problem("address", "Give the address of a page, or choose a file.")]
    sentence = address_problem(address) if address else ""
    return [Problem("address", sentence)] if sentence else []


def _practice_problems(codes: tuple[str, ...], catalogue: Catalogue) -> list[Problem]:
    if not codes:
        return [
            Problem("practices", "Name at least one practice, like B.2.5, so that people find it at the right place.")
        ]
    unknown = [code for code in codes if code not in catalogue]
    return [Problem("practices", f"There is no practice {unknown[0][:20]}. Codes look like B.2.5.")] if unknown else []
