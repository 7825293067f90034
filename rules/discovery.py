"""Finds plugins without running them: bundled, installed, and in the operator's folder; and says which cannot be used.

A Python plugin states VERSION, TITLE, SOURCE, RULES_API and, if it has any, SETTINGS as plain values at the top of its
file; they are read from its text. A TOML plugin states the same in its table [plugin].
"""

import ast
import hashlib
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rules.plugininfo import FoundPlugin, PluginInfo, PluginRefused, check_api, check_version, read_settings

if TYPE_CHECKING:
    from importlib import metadata

BASE = "national"
GROUP = "nqms.rules"
STATED = ("VERSION", "TITLE", "SOURCE", "RULES_API", "SETTINGS", "NOT_STATED")
KINDS = (".py", ".toml")
MAX_FILE = 1_000_000  # bytes; a rule is a few pages of text


class UnknownPlugin(LookupError):
    """Raised when no plugin has this name, or when it could not be used."""


@dataclass(frozen=True, slots=True)
class Found:
    """Hold the plugins that can be used, by name, and why others cannot."""

    plugins: Mapping[str, FoundPlugin]
    quarantined: Mapping[str, str]

    def plugin(self, name: str) -> FoundPlugin:
        """Return the plugin of this name; raises UnknownPlugin with the reason."""
        if name in self.plugins:
            return self.plugins[name]
        why = self.quarantined.get(name, "There is no plugin with this name.")
        raise UnknownPlugin(f"The plugin “{name}” cannot be used. {why}")


def discover(folder: Path | None = None) -> Found:
    """Look for plugins; `folder` is the operator's, None for none. Cheap while nothing changed on disk."""
    return _found(folder, _stamp(folder))


def _stamp(folder: Path | None) -> tuple[object, ...]:
    """Mark what is on disk, so that a plugin installed, changed or removed is seen at once."""
    places = [Path(entry) for entry in sys.path if entry]
    marks: list[object] = [(str(place), place.stat().st_mtime_ns) for place in places if place.is_dir()]
    marks += [(str(path), *mark) for path in _files(folder) if (mark := _mark(path))]
    return tuple(marks)


def _mark(path: Path) -> tuple[int, ...]:
    """Mark what a file holds by its time and size; empty when it cannot be looked at."""
    try:
        there = path.stat()
    except OSError:
        return ()
    return there.st_mtime_ns, there.st_size


def _files(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    try:
        there = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError:  # said by _found; a folder that nobody may read must not stop the portal
        return []
    return [path for path in there if path.suffix in KINDS and not path.name.startswith(("_", "."))]


def _folder_problem(folder: Path | None) -> dict[str, str]:
    """Say why the operator's folder cannot be looked into, when it cannot."""
    try:
        if folder is not None and folder.is_dir():
            next(folder.iterdir(), None)
    except OSError as error:
        return {"(folder)": f"The folder for plugins cannot be read: {error.strerror}."}
    return {}


@lru_cache(maxsize=4)
def _found(folder: Path | None, _: tuple[object, ...]) -> Found:
    plugins: dict[str, FoundPlugin] = {}
    quarantined = _folder_problem(folder)
    for name, read in _everything(folder):
        if name in plugins:
            quarantined[f"{name} (second)"] = f"There is already a plugin called {name}; this one is not used."
            continue
        try:
            plugins[name] = read()
        except PluginRefused as refusal:
            quarantined[name] = str(refusal)
        except Exception as error:  # whatever stands in a file must not stop the others
            quarantined[name] = f"It could not be read: {type(error).__name__}: {error}"[:500]
    return Found(MappingProxyType(plugins), MappingProxyType(quarantined))


Reader = Callable[[], FoundPlugin]


def _everything(folder: Path | None) -> Iterator[tuple[str, Reader]]:
    yield from _bundled()
    yield from _installed()
    for path in _files(folder):
        yield path.stem, lambda path=path: read_file(path, "drop-in")  # type: ignore[misc]


def bundled_folder() -> Path:
    """Return the folder of the bundled plugins, which lies beside this package."""
    return Path(__file__).parent.parent / "plugins"


def _bundled() -> Iterator[tuple[str, Reader]]:
    for path in _files(bundled_folder()):
        yield path.stem, lambda path=path: _read_bundled(path, _mark(path))  # type: ignore[misc]


@lru_cache(maxsize=64)
def _read_bundled(path: Path, _: tuple[int, ...]) -> FoundPlugin:
    """Read a bundled plugin once while its file stays as it is, also when other plugins change."""
    return read_file(path, "bundled")


def _installed() -> Iterator[tuple[str, Reader]]:
    from importlib import metadata  # slow to import, and a child process never looks for plugins

    for entry in sorted(metadata.entry_points(group=GROUP), key=lambda one: one.name):
        yield entry.name, lambda entry=entry: _read_entry(entry)  # type: ignore[misc]


def _read_entry(entry: "metadata.EntryPoint") -> FoundPlugin:
    if entry.dist is None:
        raise PluginRefused("The package it comes from is not known.")
    path = _source_of(entry)
    version = entry.dist.version
    read = read_python(entry.name, path.read_text("utf-8"), str(path.name), "installed", version)
    return FoundPlugin(read.info, f"module:{entry.module}", read.settings, read.not_stated)


def _source_of(entry: "metadata.EntryPoint") -> Path:
    """Find the file of an entry point's module without importing it or its package."""
    parts = entry.module.split(".")
    places = [Path(str(entry.dist.locate_file(""))) if entry.dist else Path(), *map(Path, filter(None, sys.path))]
    for place in places:
        for path in (place.joinpath(*parts[:-1], parts[-1] + ".py"), place.joinpath(*parts, "__init__.py")):
            if path.is_file():
                return path
    raise PluginRefused(f"The file of its module {entry.module} was not found.")


def read_file(path: Path, origin: str) -> FoundPlugin:
    """Read what one plugin file says about itself; raises PluginRefused."""
    try:
        there = path.stat()
        if not stat.S_ISREG(there.st_mode):  # reading a pipe or a device would never end
            raise PluginRefused(f"{path.name} is not a file.")
        if there.st_size > MAX_FILE:
            raise PluginRefused(f"{path.name} is larger than {MAX_FILE:,} bytes.")
        raw = path.read_bytes()
        text = raw.decode("utf-8").removeprefix("\ufeff")  # as some editors begin a file
    except (OSError, UnicodeDecodeError) as error:
        raise PluginRefused(f"{path.name} cannot be read as text: {error}"[:300]) from None
    if not path.stem.isidentifier():
        raise PluginRefused(f"{path.name}: a plugin's name has only letters, digits and underscores.")
    mark = hashlib.sha256(raw).hexdigest() if origin == "drop-in" else ""
    if path.suffix == ".toml":
        from rules.declarative import read_toml  # slow to import, and needed for few

        read = read_toml(path.stem, text, path.name, origin, mark)
    else:
        read = read_python(path.stem, text, path.name, origin, fingerprint=mark)
    bundled_code = origin == "bundled" and path.suffix == ".py"
    where = f"module:plugins.{path.stem}" if bundled_code else f"file:{path}"
    return FoundPlugin(read.info, where, read.settings, read.not_stated)


def read_python(name: str, text: str, file: str, origin: str, version: str = "", fingerprint: str = "") -> FoundPlugin:
    """Read the plain values at the top of a plugin's text; a package's own version wins. Raises PluginRefused."""
    stated = _stated(text, file)
    check_api(name, stated.get("RULES_API"))
    info = _info(name, {**stated, "VERSION": version or stated.get("VERSION")}, origin, fingerprint)
    return FoundPlugin(info, "", read_settings(stated.get("SETTINGS", {})), _texts(stated.get("NOT_STATED", ())))


def _stated(text: str, file: str) -> dict[str, Any]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise PluginRefused(f"{file}:{line}: This is not valid Python: {getattr(error, 'msg', error)}.") from None
    found: dict[str, Any] = {}
    for node in tree.body:
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign):
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name) and target.id in STATED and value is not None:
            try:
                found[target.id] = ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                raise PluginRefused(
                    f"{file}:{node.lineno}: {target.id} must be a plain value, because it is read before the plugin runs."
                ) from None
    return found


def _info(name: str, stated: Mapping[str, Any], origin: str, fingerprint: str) -> PluginInfo:
    version = check_version(stated.get("VERSION"))
    title, source = (str(stated.get(word) or "")[:500] for word in ("TITLE", "SOURCE"))
    return PluginInfo(name, version, title or name, source, origin, fingerprint)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise PluginRefused("What its source does not state must be a list of texts.")
    return tuple(value)
