"""Apply a plugin's changes to the practices: drop, adjust, add; each with its reason, and nothing that makes answers incomparable."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from rules.catalogue import Area, Catalogue
from rules.codec import from_plain, to_plain
from rules.practice import Practice, Section
from rules.wording import say_list

CHANGES = ("drop", "adjust", "section", "add")
ADJUSTABLE = ("help", "evidence", "kind", "safety", "na", "own_minimum", "rated", "needs_notes", "tags")
OWN_CODE = re.compile(r"X(\.[A-Z0-9]{1,6}){1,4}")
KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Change:
    """Hold one change to the practices, who made it, and why."""

    plugin: str
    change: str
    practices: tuple[str, ...]
    sentence: str


def apply_changes(catalogue: Catalogue, plugin: str, rows: object) -> tuple[Catalogue, tuple[Change, ...]]:
    """Return the changed catalogue and what was changed. Raises ValueError for the first change that cannot be."""
    if not isinstance(rows, (list, tuple)) or not all(isinstance(row, Mapping) for row in rows):
        raise ValueError("nqms_practices must return a list of changes")
    changes = []
    for row in rows:
        catalogue, change = apply_change(catalogue, plugin, row)
        changes.append(change)
    return _without_empty(catalogue), tuple(changes)


def apply_change(catalogue: Catalogue, plugin: str, row: Mapping[str, Any]) -> tuple[Catalogue, Change]:
    """Return the catalogue with one change made, and the change. Raises ValueError or UnknownPractice when it cannot be."""
    kind, sentence = row.get("change"), row.get("sentence")
    if kind not in CHANGES:
        raise ValueError(f"A change is one of: {say_list(CHANGES, 'or')}; this one is “{kind}”.")
    if not isinstance(sentence, str) or not sentence.strip():
        raise ValueError(f"The change “{kind}” needs a sentence that says why.")
    if kind == "section":
        return _add_section(catalogue, row), Change(plugin, kind, (), sentence)
    if kind == "add":
        made = _new_practice(catalogue, plugin, row)
        return _with(catalogue, made.section, made), Change(plugin, kind, (made.code,), sentence)
    codes = row.get("practices", ())
    if not isinstance(codes, (list, tuple)) or not codes:
        raise ValueError(f"The change “{kind}” needs the codes of its practices.")
    practices = [catalogue.practice(code) for code in codes]
    changed = {p.code: None if kind == "drop" else _adjusted(p, plugin, row.get("set")) for p in practices}
    return _replaced(catalogue, changed), Change(plugin, kind, tuple(changed), sentence)


def _adjusted(practice: Practice, plugin: str, values: object) -> Practice:
    if not isinstance(values, Mapping) or not values:
        raise ValueError(f"{practice.code}: say in “set” what is different.")
    fixed = sorted(set(values) - set(ADJUSTABLE))
    if fixed:
        raise ValueError(
            f"{practice.code}: {say_list(fixed)} cannot be set, only {say_list(ADJUSTABLE)}. To ask something else, "
            "drop this practice and add one of your own."
        )
    plain = {**to_plain(practice), **to_plain(values), "added_by": plugin}
    return from_plain(Practice, plain)


def _new_practice(catalogue: Catalogue, plugin: str, row: Mapping[str, Any]) -> Practice:
    parts, key = row.get("practice"), row.get("section")
    if not isinstance(parts, Mapping):
        raise ValueError("Say in “practice” what the new practice is.")
    code = parts.get("code")
    if not isinstance(code, str) or not OWN_CODE.fullmatch(code):
        raise ValueError(f"“{code}” cannot be the code of a new practice; it begins with X, such as X.1 or X.LOCAL.2.")
    if code in catalogue:
        raise ValueError(f"The code {code} is used already.")
    section = catalogue.section(str(key))
    filled = {"kind": "core", "safety": "none", "na": {"allowed": False}, **to_plain(parts)}
    place = {"area": section.area, "section": section.key, "number": len(section.practices) + 1, "added_by": plugin}
    return from_plain(Practice, {**filled, **place})


def _add_section(catalogue: Catalogue, row: Mapping[str, Any]) -> Catalogue:
    words = {name: row.get(name) for name in ("key", "area", "title", "aim")}
    if not all(isinstance(word, str) and word.strip() for word in words.values()):
        raise ValueError("A new section needs a key, an area, a title and an aim.")
    if not KEY.fullmatch(str(words["key"])):
        raise ValueError(f"The key of a section has small letters, digits and hyphens, not “{words['key']}”.")
    if words["area"] not in {area.key for area in catalogue.areas}:
        raise ValueError(f"There is no area “{words['area']}”.")
    made = Section(practices=(), **{name: str(word) for name, word in words.items()})
    areas = (replace(a, sections=(*a.sections, made)) if a.key == made.area else a for a in catalogue.areas)
    return _rebuilt(catalogue, areas)


def _with(catalogue: Catalogue, key: str, made: Practice) -> Catalogue:
    def grown(section: Section) -> Section:
        return replace(section, practices=(*section.practices, made)) if section.key == key else section

    return _rebuilt(catalogue, (replace(a, sections=tuple(map(grown, a.sections))) for a in catalogue.areas))


def _replaced(catalogue: Catalogue, changed: Mapping[str, Practice | None]) -> Catalogue:
    def kept(section: Section) -> Section:
        practices = (changed.get(p.code, p) for p in section.practices)
        return replace(section, practices=tuple(p for p in practices if p is not None))

    return _rebuilt(catalogue, (replace(a, sections=tuple(map(kept, a.sections))) for a in catalogue.areas))


def _without_empty(catalogue: Catalogue) -> Catalogue:
    if all(section.practices for section in catalogue.sections):
        return catalogue
    full = (replace(a, sections=tuple(s for s in a.sections if s.practices)) for a in catalogue.areas)
    return _rebuilt(catalogue, (area for area in full if area.sections))


def _rebuilt(catalogue: Catalogue, areas: Iterable[Area]) -> Catalogue:
    rest = {f.name: getattr(catalogue, f.name) for f in fields(Catalogue) if f.init and f.name != "areas"}
    return Catalogue(areas=tuple(areas), **rest)
