"""The practices of one edition of the EEPM, in order, as frozen values read from TOML files."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rules.codec import canonical_json, to_plain
from rules.practice import NaRule, Practice, PracticeKind, Safety, Section, SubItem, Threshold

__all__ = [
    "Area", "Catalogue", "CatalogueError", "NaRule", "Practice", "PracticeKind", "Safety", "Section", "SubItem",
    "Threshold", "UnknownPractice", "UnknownSection", "load_edition",
]  # fmt: skip

EDITIONS = Path(__file__).parent / "editions"


class CatalogueError(ValueError):
    """Raised for a malformed edition; `problems` holds one "file:line: sentence" each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class UnknownPractice(LookupError):
    """Raised when a catalogue has no practice with this code."""


class UnknownSection(LookupError):
    """Raised when a catalogue has no section with this key."""


@dataclass(frozen=True, slots=True)
class Area:
    """Hold the sections of one area: management, operations or evaluation."""

    key: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Hold all practices in order; CatalogueError when a code or a section key comes twice.

    Two catalogues are equal when their hash is: the same words, numbers and order. A preview may be tried out before
    it is complete; `not_found` says in sentences what is missing from it.
    """

    edition: str
    title: str
    areas: tuple[Area, ...]
    year: int = 0
    link: str = ""
    preview: bool = False
    not_found: tuple[str, ...] = ()
    sections: tuple[Section, ...] = field(init=False, repr=False)
    practices: tuple[Practice, ...] = field(init=False, repr=False)
    hash: str = field(init=False)
    _by_code: MappingProxyType[str, Practice] = field(init=False, repr=False)
    _by_key: MappingProxyType[str, Section] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        sections = tuple(section for area in self.areas for section in area.sections)
        practices = tuple(practice for section in sections for practice in section.practices)
        twice = [f"The code {code} comes {n} times." for code, n in _repeated(p.code for p in practices)]
        twice += [f"The section {key} comes {n} times." for key, n in _repeated(s.key for s in sections)]
        if twice:
            raise CatalogueError(*twice)
        derived = {
            "sections": sections,
            "practices": practices,
            "_by_code": MappingProxyType({practice.code: practice for practice in practices}),
            "_by_key": MappingProxyType({section.key: section for section in sections}),
            "hash": _hash_of(self),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Catalogue) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def practice(self, code: str) -> Practice:
        """Find a practice by its code; raises UnknownPractice."""
        try:
            return self._by_code[code]
        except (KeyError, TypeError):
            raise UnknownPractice(f"There is no practice {code} in {self.title}.") from None

    def section(self, key: str) -> Section:
        """Find a section by its key; raises UnknownSection."""
        try:
            return self._by_key[key]
        except (KeyError, TypeError):
            raise UnknownSection(f"There is no section {key} in {self.title}.") from None


def _hash_of(catalogue: Catalogue) -> str:
    """Hash the words; newer fields count only when they say something else than before, so that kept hashes stay true."""
    plain = _without_defaults(to_plain(catalogue), {"preview": False, "not_found": []})
    for area in plain["areas"]:
        for section in area["sections"]:
            section["practices"] = [_without_defaults(one, NEWER) for one in section["practices"]]
    return hashlib.sha256(canonical_json(plain).encode()).hexdigest()


NEWER = {"rated": True, "needs_notes": False, "tags": [], "added_by": ""}  # fields that practices got later


def _without_defaults(plain: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name not in defaults or value != defaults[name]}


def _repeated(keys: "object") -> list[tuple[str, int]]:
    return [(key, n) for key, n in Counter(keys).items() if n > 1]  # type: ignore[call-overload]


@cache
def load_edition(edition: str) -> Catalogue:
    """Load one bundled edition, once; raises CatalogueError with file and line of every problem."""
    from rules.editionfiles import read_edition  # it builds our types, so it cannot be imported before them

    if not edition.replace("_", "").isalnum() or not (EDITIONS / edition / "edition.toml").is_file():
        raise CatalogueError(f"There is no edition “{edition}”.")
    return read_edition(EDITIONS / edition)
