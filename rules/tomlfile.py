"""Read a TOML file so that every complaint about it can name the file and the line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

Path = tuple[str | int, ...]
Choice = TypeVar("Choice", bound=StrEnum)

_HEADER = re.compile(r"^\s*(\[\[?.+\]\]?)\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


DEEPEST = 20  # tables and lists in each other; the rules know five


class TomlSource:
    """Hold one parsed TOML text and where each of its keys stands."""

    def __init__(self, name: str, text: str) -> None:
        """Parse the text; what is wrong with its syntax is the first entry of `problems`."""
        self.name = name
        self.problems: list[str] = []
        self.data: dict[str, Any] = {}
        self._lines = dict(_locate(text))
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+)", str(error))
            line = int(found[1]) if found else text.count("\n") + 1
            what = str(error).split(" (at ")[0]
            self.problems.append(f"{name}:{line}: This is not valid TOML: {what}.")
        except (ValueError, RecursionError):  # a number of thousands of digits, brackets by the thousand
            self.problems.append(f"{name}:1: It has a number that is too long, or tables too deep in each other.")
        if _deeper(self.data, DEEPEST):
            self.data = {}
            self.problems.append(f"{name}:1: Its tables lie too deep in each other; at most {DEEPEST} are read.")

    def complain(self, path: Path, sentence: str) -> None:
        """Note one problem at the line of `path`, or of the nearest table around it."""
        self.problems.append(f"{self.at(path)}: {sentence}")

    def at(self, path: Path) -> str:
        """Say where `path` stands, or the nearest table around it: "file:line"."""
        around = (path[:n] + first for n in range(len(path), 0, -1) for first in ((), (0,)))  # a list's first table
        line = next((self._lines[one] for one in around if one in self._lines), 1)
        return f"{self.name}:{line}"

    @property
    def root(self) -> "Table":
        """Give the whole file as one table."""
        return Table(self, (), self.data)


def _deeper(data: object, most: int) -> bool:
    """Tell whether tables and lists lie in each other more than `most` times."""
    level = [data]
    for _ in range(most + 1):
        tables = [one for one in level if isinstance(one, (dict, list))]
        level = [inner for one in tables for inner in (one.values() if isinstance(one, dict) else one)]
    return bool(level)


def _locate(text: str) -> Iterator[tuple[Path, int]]:
    """Yield the path and line of each header and key; a later duplicate of a path overwrites nothing."""
    counts: dict[Path, int] = {}
    here: Path = ()
    seen: set[Path] = set()
    in_long_text = False
    for number, line in enumerate(text.splitlines(), start=1):
        quotes = line.count('"""') + line.count("'''")
        was_inside, in_long_text = in_long_text, in_long_text ^ (quotes % 2 == 1)
        if was_inside:
            continue
        header, key = _HEADER.match(line), _KEY.match(line)
        path: Path
        if header and (names := _names(header[1])):
            path = here = _place(names, header[1].startswith("[["), counts)
        elif key and (names := _names(f"{key[1]} = 0")):
            path = here + names
        else:
            continue
        if path not in seen:
            seen.add(path)
            yield path, number


@lru_cache(maxsize=512)
def _names(line: str) -> tuple[str, ...]:
    """Name the tables and the key of a line; kept, since files say the same few keys again and again."""
    try:
        inner: Any = tomllib.loads(line)
    except (ValueError, RecursionError):
        return ()
    names = []
    while isinstance(inner, (dict, list)) and inner:
        if isinstance(inner, list):
            inner = inner[0]
            continue
        name, inner = next(iter(inner.items()))
        names.append(name)
    return tuple(names)


def _place(names: tuple[str, ...], repeated: bool, counts: dict[Path, int]) -> Path:
    """Give the path of a header, with the running number of every repeated table on the way."""
    path: Path = ()
    for name in names[:-1]:
        path += (name,)
        if path in counts:
            path += (counts[path],)
    path += (names[-1],)
    if repeated:
        counts[path] = counts.get(path, -1) + 1
        path += (counts[path],)
    return path


class Table:
    """Read one table field by field; every wrong, missing or unknown field becomes a problem of the source."""

    def __init__(self, source: TomlSource, path: Path, data: Mapping[str, Any]) -> None:
        self.source = source
        self.path = path
        self.data = data
        self._read: set[str] = set()

    def complain(self, key: str, sentence: str) -> None:
        """Note a problem at the line of one of this table's keys."""
        self.source.complain((*self.path, key), sentence)

    def at(self, key: str = "") -> str:
        """Say where this table, or one of its keys, stands: "file:line"."""
        return self.source.at((*self.path, key) if key else self.path)

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self.data

    def any(self, key: str) -> Any:
        """Read a value of whatever kind; None when it is not there."""
        self._read.add(key)
        return self.data.get(key)

    def _get(self, key: str, wanted: str, kinds: tuple[type, ...], default: Any) -> Any:
        self._read.add(key)
        if key not in self.data:
            if default is None:
                self.complain(key, f"“{key}” is missing.")
            return default
        value = self.data[key]
        if type(value) not in kinds:
            self.complain(key, f"“{key}” should be {wanted}.")
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text; without a default it must be there and say something."""
        value = self._get(key, "a text in quotes", (str,), default)
        if default is None and isinstance(value, str) and not value.strip():
            self.complain(key, f"“{key}” is empty.")
        return value or ""

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Read true or false."""
        return bool(self._get(key, "true or false", (bool,), default))

    def whole(self, key: str, default: int | None = None) -> int:
        """Read a whole number."""
        return int(self._get(key, "a whole number", (int,), default) or 0)

    def number(self, key: str) -> float:
        """Read a number."""
        return float(self._get(key, "a number", (int, float), None) or 0)

    def bounded(self, key: str, least: float, most: float, whole: bool = False) -> float:
        """Read a number between two bounds; `least` stands in for one that does not fit."""
        wanted = f"a {'whole ' if whole else ''}number from {least:g} to {most:g}"
        value = self._get(key, wanted, (int,) if whole else (int, float), None)
        if value is None or least <= value <= most:
            return least if value is None else value
        self.complain(key, f"“{key}” should be {wanted}.")
        return least

    def wholes(self, key: str) -> tuple[int, ...]:
        """Read a list of whole numbers; it must hold at least one."""
        value = self._get(key, "a list of whole numbers", (list,), None)
        if value is None:
            return ()
        if not value or any(type(item) is not int for item in value):
            self.complain(key, f"“{key}” should be a list of whole numbers.")
            return ()
        return tuple(value)

    def day(self, key: str, optional: bool = False) -> date | None:
        """Read a date such as 2026-10-01."""
        if optional and key not in self.data:
            self._read.add(key)
            return None
        value = self._get(key, "a date such as 2026-10-01", (date, datetime), None)
        return value.date() if isinstance(value, datetime) else value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Read a list of texts."""
        value = self._get(key, "a list of texts", (list,), default)
        if value is None or isinstance(value, tuple):
            return value or ()
        if not all(isinstance(item, str) and item.strip() for item in value):
            self.complain(key, f"“{key}” should be a list of texts.")
            return ()
        return tuple(value)

    def listed(self, key: str) -> list[Any]:
        """Read a list of anything; one that is missing reads as empty."""
        return list(self._get(key, "a list", (list,), []))

    def choice(self, key: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        """Read one of the words of an enumeration."""
        value = self._get(key, "a text in quotes", (str,), default)
        try:
            return kind(value)
        except ValueError:
            if isinstance(value, str):
                self.complain(key, f"“{key}” cannot be “{value}”; it is one of: {', '.join(kind)}.")
            return default or next(iter(kind))

    def table(self, key: str) -> "Table":
        """Read a table inside this one; one that is missing reads as empty."""
        value = self._get(key, "a table", (dict,), None)
        return Table(self.source, (*self.path, key), value or {})

    def tables(self, key: str, optional: bool = False) -> list["Table"]:
        """Read a list of tables."""
        value = self._get(key, "a list of tables", (list,), [] if optional else None) or []
        if not all(isinstance(item, dict) for item in value):
            self.complain(key, f"“{key}” should be a list of tables.")
            return []
        return [Table(self.source, (*self.path, key, index), item) for index, item in enumerate(value)]

    def finish(self) -> None:
        """Complain about every key that nobody asked for, since it is most likely misspelled."""
        for key in self.data:
            if key not in self._read:
                self.complain(key, f"“{key}” is not known here; is it misspelled?")
