"""Read the TOML files of one edition into a catalogue, and say file and line of everything that is wrong."""

import re
from pathlib import Path
from typing import Any

from rules.catalogue import Area, Catalogue, CatalogueError
from rules.facts import MODELS, SETTINGS
from rules.practice import CONCERNS, NaRule, Practice, PracticeKind, Safety, Section, SubItem, Threshold
from rules.tomlfile import Table, TomlSource

_CODE = re.compile(r"[A-Z](\.[A-Z0-9]+)+")
_TAGS = frozenset({*MODELS, *SETTINGS, "of-age"})


def read_edition(folder: Path) -> Catalogue:
    """Read edition.toml and the files it lists; CatalogueError holds all problems of all files."""
    main = _open(folder / "edition.toml")
    root = main.root
    edition, title, year, link = root.text("edition"), root.text("title"), root.whole("year", 0), root.text("link", "")
    preview, not_found = root.flag("preview", False), root.texts("not_found", ())
    names = root.texts("files")
    areas = [(table.text("key"), table.text("title")) for table in root.tables("areas")]
    root.finish()
    problems = list(main.problems)
    codes: dict[str, str] = {}
    sections: list[Section] = []
    for name in names:
        source = _open(folder / Path(name).name)
        sections += _sections(source, [key for key, _ in areas], codes)
        problems += source.problems
    if problems:
        raise CatalogueError(*problems)
    grouped = (Area(key, title, tuple(s for s in sections if s.area == key)) for key, title in areas)
    return Catalogue(edition, title, tuple(grouped), year, link, preview, not_found)


def _open(path: Path) -> TomlSource:
    try:
        return TomlSource(path.name, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise CatalogueError(f"{path.name}:1: This file cannot be read.") from None


def _sections(source: TomlSource, areas: list[str], codes: dict[str, str]) -> list[Section]:
    if source.problems:
        return []
    sections = []
    for table in source.root.tables("section"):
        key, area = table.text("key"), table.text("area")
        if area not in areas:
            table.complain("area", f"The area “{area}” is not one of: {', '.join(areas)}.")
        title, aim = table.text("title"), table.text("aim")
        found = (
            _practice(part, area, key, number, codes) for number, part in enumerate(table.tables("practice"), start=1)
        )
        sections.append(Section(key, area, title, aim, tuple(practice for practice in found if practice)))
        table.finish()
    return sections


def _practice(table: Table, area: str, section: str, number: int, codes: dict[str, str]) -> Practice | None:
    before = len(table.source.problems)
    code = table.text("code")
    if code and not _CODE.fullmatch(code):
        table.complain("code", f"“{code}” is not a practice code such as B.2.3.")
    if code in codes:
        table.complain("code", f"The code {code} was used before, in {codes[code]}.")
    codes[code] = table.source.name
    concerns = table.texts("concerns")
    for word in concerns:
        if word not in CONCERNS:
            table.complain("concerns", f"{code} cannot concern “{word}”; it is one of: {', '.join(CONCERNS)}.")
    kind, safety = table.choice("kind", PracticeKind), table.choice("safety", Safety)
    texts: dict[str, Any] = {name: table.text(name) for name in ("title", "question", "statement", "help")}
    na, own_minimum, evidence = _na(table), table.text("own_minimum", ""), table.texts("evidence", ())
    thresholds = tuple(
        Threshold(part.text("name"), part.number("at_least"), part.text("unit"))
        for part in table.tables("thresholds", optional=True)
    )
    sub_items = _sub_items(table)
    table.finish()
    if len(table.source.problems) > before:
        return None
    return Practice(
        code, area, section, number, kind, concerns=concerns, safety=safety, na=na, sub_items=sub_items,
        own_minimum=own_minimum, evidence=evidence, thresholds=thresholds, **texts,
    )  # fmt: skip


def _na(table: Table) -> NaRule:
    part = table.table("na")
    allowed, tags, when = part.flag("allowed"), part.texts("tags", ()), part.text("when", "")
    for tag in tags:
        if tag not in _TAGS:
            table.complain("na", f"“{tag}” is not a tag of a program; it is one of: {', '.join(sorted(_TAGS))}.")
    if allowed and not when.strip():
        table.complain("na", "Say in “when” which programs may answer “not applicable”.")
    part.finish()
    return NaRule(allowed, frozenset(tags), when)


def _sub_items(table: Table) -> tuple[SubItem, ...]:
    items = tuple(
        SubItem(part.text("letter"), part.text("text"), part.flag("safety_critical", False))
        for part in table.tables("sub_items", optional=True)
    )
    letters = [item.letter for item in items]
    if len(set(letters)) != len(letters):
        table.complain("sub_items", "A letter comes twice in “sub_items”.")
    return items
