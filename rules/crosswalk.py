"""How the practices of two editions relate, as frozen links read from one TOML file that names every code once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from rules.catalogue import EDITIONS, Catalogue, load_edition
from rules.tomlfile import Table, TomlSource
from rules.wording import say_list


class Relation(StrEnum):
    """Say what became of a practice; only SAME and REWORDED let two answers be compared."""

    SAME = "same"
    REWORDED = "reworded"  # the same subject, in other words or with another bar
    SPLIT = "split"  # asked in several practices now, or only in part
    MERGED = "merged"  # gone into a practice that holds more
    NEW = "new"
    RETIRED = "retired"
    NOT_KNOWN = "not_known"  # its counterpart may stand in a part of the new edition that was not found


COMPARABLE = frozenset({Relation.SAME, Relation.REWORDED})
_ONE, _SOME, _NONE = "exactly one code", "one or more codes", "no code"
_SHAPES = {  # what "old" and "new" hold
    Relation.SAME: (_ONE, _ONE),
    Relation.REWORDED: (_ONE, _ONE),
    Relation.SPLIT: (_ONE, _SOME),
    Relation.MERGED: (_SOME, _ONE),
    Relation.NEW: (_NONE, _SOME),
    Relation.RETIRED: (_SOME, _NONE),
    Relation.NOT_KNOWN: (_SOME, _NONE),
}
_SPEAK_FOR_THEMSELVES = frozenset({Relation.SAME, Relation.NEW})


class CrosswalkError(ValueError):
    """Raised for links that cannot be; `problems` holds one sentence each, with file and line when read from a file."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class EditionsDiffer(ValueError):
    """Raised when two catalogues cannot be compared by the crosswalk given, or without one."""


@dataclass(frozen=True, slots=True)
class Link:
    """Relate old codes to new ones; CrosswalkError when the relation does not allow these codes or lacks its note."""

    relation: Relation
    old: tuple[str, ...]
    new: tuple[str, ...]
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "relation", Relation(self.relation))
        object.__setattr__(self, "old", tuple(self.old))
        object.__setattr__(self, "new", tuple(self.new))
        wrong = [sentence for _, sentence in _misshapen(self.relation, self.old, self.new, self.note)]
        if wrong:
            raise CrosswalkError(*wrong)


def _misshapen(relation: Relation, old: tuple[str, ...], new: tuple[str, ...], note: str) -> Iterator[tuple[str, str]]:
    """Yield the field and the sentence of each thing that does not fit the relation."""
    for field, codes, shape in zip(("old", "new"), (old, new), _SHAPES[relation], strict=True):
        fits = {_ONE: len(codes) == 1, _SOME: len(codes) >= 1, _NONE: not codes}
        if not fits[shape]:
            yield field, f"A “{relation}” link needs {shape} in “{field}”; this one has {len(codes)}."
    if relation not in _SPEAK_FOR_THEMSELVES and not note.strip():
        yield "note", f"A “{relation}” link needs a “note” that says why, or what is different."


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Hold the links from one edition to another; CrosswalkError when a code stands in two of them."""

    old_edition: str
    new_edition: str
    links: tuple[Link, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "links", tuple(self.links))
        twice = [
            f"The code {code} stands in the links more than once."
            for side in ("old", "new")
            for code, n in Counter(code for link in self.links for code in getattr(link, side)).items()
            if n > 1
        ]
        if twice:
            raise CrosswalkError(*twice)


@cache
def load_crosswalk(old: str, new: str) -> Crosswalk:
    """Load the bundled crosswalk between two editions, once.

    Raises CrosswalkError with file and line of every problem, CatalogueError for an unknown edition.
    """
    old_catalogue, new_catalogue = load_edition(old), load_edition(new)
    path = EDITIONS / f"crosswalk-{old}-{new}.toml"
    if not path.is_file():
        raise CrosswalkError(f"There is no crosswalk from “{old}” to “{new}”.")
    return read_crosswalk(path, old_catalogue, new_catalogue)


def read_crosswalk(path: Path, old: Catalogue, new: Catalogue) -> Crosswalk:
    """Read a crosswalk in which every code of both catalogues stands once; CrosswalkError holds all problems."""
    try:
        source = TomlSource(path.name, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise CrosswalkError(f"{path.name}:1: This file cannot be read.") from None
    if source.problems:
        raise CrosswalkError(*source.problems)
    root, sides = source.root, {"old": old, "new": new}
    for side, catalogue in sides.items():
        if root.text(side) != catalogue.edition:
            root.complain(side, f"“{side}” should be “{catalogue.edition}”.")
    places: dict[str, dict[str, int]] = {"old": {}, "new": {}}
    links = [_link(table, number, sides, places) for number, table in enumerate(root.tables("link"), start=1)]
    root.finish()
    for side, catalogue in sides.items():
        left = [practice.code for practice in catalogue.practices if practice.code not in places[side]]
        if left:
            root.complain(side, f"No link names {say_list(left)} of “{catalogue.edition}”.")
    if source.problems:
        raise CrosswalkError(*source.problems)
    return Crosswalk(old.edition, new.edition, tuple(link for link in links if link))


def _link(table: Table, number: int, sides: dict[str, Catalogue], places: dict[str, dict[str, int]]) -> Link | None:
    before = len(table.source.problems)
    relation, note = table.choice("relation", Relation), table.text("note", "")
    codes = {side: table.texts(side, ()) for side in sides}
    if len(table.source.problems) == before:
        for field, sentence in _misshapen(relation, codes["old"], codes["new"], note):
            table.complain(field, sentence)
    for side, catalogue in sides.items():
        for code in codes[side]:
            if code not in catalogue:
                table.complain(side, f"There is no practice {code} in “{catalogue.edition}”.")
            elif code in places[side]:
                table.complain(side, f"The code {code} was used before, in link {places[side][code]}.")
            else:
                places[side][code] = number
    table.finish()
    return Link(relation, codes["old"], codes["new"], note) if len(table.source.problems) == before else None


def _check(old: Catalogue, new: Catalogue, crosswalk: Crosswalk | None) -> None:
    editions = (old.edition, new.edition)
    if crosswalk is None:
        if old.edition != new.edition:
            raise EditionsDiffer(f"A crosswalk is needed to compare “{old.edition}” with “{new.edition}”.")
    elif (crosswalk.old_edition, crosswalk.new_edition) != editions:
        raise EditionsDiffer(
            f"The crosswalk leads from “{crosswalk.old_edition}” to “{crosswalk.new_edition}”, "
            f"but the answers are from “{old.edition}” and “{new.edition}”."
        )


def links_between(old: Catalogue, new: Catalogue, crosswalk: Crosswalk | None) -> list[Link]:
    """Link every code of two catalogues once, in their order; raises EditionsDiffer.

    Within one edition (no crosswalk), and for codes that no link names, the same code is the same practice. A link
    keeps the codes that are held, since a partnership may drop a practice or add its own.
    """
    _check(old, new, crosswalk)
    links: list[Link] = []
    for link in crosswalk.links if crosswalk else ():
        links += _held(link, old, new)
    named = {code for link in links for code in link.old}, {code for link in links for code in link.new}
    left = [p.code for p in old.practices if p.code not in named[0]]
    shared = {code for code in left if code in new and code not in named[1]}
    links += (Link(Relation.SAME, (code,), (code,)) for code in shared)
    links += (_retired(code) for code in left if code not in shared)
    links += (
        Link(Relation.NEW, (), (p.code,)) for p in new.practices if p.code not in named[1] and p.code not in shared
    )
    places = [{practice.code: n for n, practice in enumerate(side.practices)} for side in (old, new)]

    def place(link: Link) -> tuple[int, int]:
        by_new = min((places[1][code] for code in link.new), default=len(places[1]))
        return by_new, min((places[0][code] for code in link.old), default=0)

    return sorted(links, key=place)


def _retired(code: str) -> Link:
    return Link(Relation.RETIRED, (code,), (), "The later catalogue does not hold it.")


def _in_order(codes: tuple[str, ...], catalogue: Catalogue) -> tuple[str, ...]:
    """Return the codes that a catalogue holds, in its order."""
    held = tuple(code for code in codes if code in catalogue)
    return held if len(held) < 2 else tuple(p.code for p in catalogue.practices if p.code in held)


def _held(link: Link, old: Catalogue, new: Catalogue) -> list[Link]:
    olds, news = _in_order(link.old, old), _in_order(link.new, new)
    if link.relation in (Relation.RETIRED, Relation.NOT_KNOWN):
        return [Link(link.relation, (code,), (), link.note) for code in olds]
    if link.relation is Relation.NEW:
        return [Link(Relation.NEW, (), (code,), link.note) for code in news]
    return [Link(link.relation, olds, news, link.note)] if olds and news else []
