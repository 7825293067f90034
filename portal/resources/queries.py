"""Reads the library: the national guides of the rules in force, and the partnership's own."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.partnerships.models import Partnership
from portal.partnerships.queries import current_rulebook
from rules.catalogue import Catalogue
from rules.results import Resource
from rules.rulebook import Rulebook

from .models import OwnResource

LANGUAGES = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Item:
    """One resource as pages show it. `key` names it for ever: "n-…" a national one, "o-…" a partnership's own."""

    key: str
    title: str
    publisher: str
    about: str
    address: str  # empty for a file
    practices: tuple[str, ...]
    language: str
    audience: str
    own_id: int | None = None
    file_name: str = ""
    size: int = 0
    retired: bool = False

    @property
    def language_words(self) -> str:
        """Name the language as people do."""
        return LANGUAGES.get(self.language, self.language)

    def sent(self) -> dict[str, str]:
        """Return what is kept where it is attached: its key, and the title and address as they stood."""
        return {"key": self.key, "title": self.title, "address": self.address}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; empty parts let everything through."""

    words: str = ""
    section: str = ""
    practice: str = ""
    language: str = ""


def national(resource: Resource) -> Item:
    """Return a guide of the rules; its key comes from its address, so a better title keeps it."""
    key = f"n-{hashlib.sha256(resource.address.encode()).hexdigest()[:16]}"
    return Item(
        key, resource.title, resource.publisher, resource.about, resource.address, resource.practices,
        resource.language, resource.audience,
    )  # fmt: skip


def own(row: OwnResource) -> Item:
    """Return a partnership's own resource."""
    return Item(
        f"o-{row.id}", row.title, row.publisher, row.about, row.address, tuple(row.practices), row.language,
        row.audience, row.id, row.file_name, row.size, row.retired_at is not None,
    )  # fmt: skip


def own_rows(partnership_id: int) -> list[OwnResource]:
    """Return the partnership's own resources, the retired ones too, by title."""
    mine = select(OwnResource).where(OwnResource.partnership_id == partnership_id)
    return list(db.session.scalars(mine.order_by(OwnResource.title, OwnResource.id)))


def library_of(partnership: Partnership, rulebook: Rulebook | None = None, retired: bool = False) -> list[Item]:
    """Return the partnership's own resources, then the national ones; retired ones only when asked for."""
    rules = rulebook or current_rulebook(partnership)
    mine = [own(row) for row in own_rows(partnership.id) if retired or row.retired_at is None]
    return mine + [national(one) for one in rules.description.resources]


def by_code(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Return resources by practice: a partnership's own first, then what is made for the fewest practices."""
    found: dict[str, list[Item]] = {}
    for one in sorted(items, key=lambda item: (item.own_id is None, len(item.practices))):
        for code in one.practices:
            found.setdefault(code, []).append(one)
    return found


def suggested(items: Iterable[Item], codes: Iterable[str], most: int) -> list[Item]:
    """Return the resources that help with these practices, each once, practice by practice in the order given."""
    at, found = by_code(items), {}
    lists = [at.get(code, []) for code in codes]
    for rank in range(max(map(len, lists), default=0)):  # the best of each practice before the second best of any
        for one in (items_[rank] for items_ in lists if rank < len(items_)):
            found[one.key] = one
    return list(found.values())[:most]


def matching(items: Iterable[Item], wanted: Wanted, catalogue: Catalogue) -> list[Item]:
    """Return the resources somebody looks for; every word has to stand somewhere, accents and case do not count."""
    words = _plain(wanted.words).split()
    section = {
        practice.code
        for one in catalogue.sections if one.key == wanted.section
        for practice in one.practices
    }  # fmt: skip
    return [
        one for one in items
        if (not wanted.language or one.language == wanted.language)
        and (not wanted.section or not section.isdisjoint(one.practices))
        and (not wanted.practice or wanted.practice in one.practices)
        and all(word in _plain(f"{one.title} {one.publisher} {one.about} {one.audience}") for word in words)
    ]  # fmt: skip


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


def languages_in(items: Iterable[Item]) -> dict[str, str]:
    """Return the languages there are, by code."""
    codes = sorted({one.language for one in items})
    return {code: LANGUAGES.get(code, code) for code in codes}


def chosen(keys: Iterable[str], items: Iterable[Item], kept: Iterable[Mapping[str, str]] = ()) -> list[dict[str, str]]:
    """Return what is attached for these keys: as it was attached before, else as it stands in the library now."""
    known = {one.key: one.sent() for one in items} | {one["key"]: dict(one) for one in kept}
    return [known[key] for key in dict.fromkeys(keys) if key in known]


def load_own(partnership_id: int, resource_id: int) -> OwnResource:
    """Return one of the partnership's own resources. Raises Stranger."""
    people = (joinedload(OwnResource.added_by), joinedload(OwnResource.changed_by))
    row = db.session.get(OwnResource, resource_id, options=people)
    if row is None or row.partnership_id != partnership_id:
        raise Stranger
    return row
