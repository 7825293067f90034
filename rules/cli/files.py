"""Finds the plugin that a word on the command line means: a name, a file, or the folder that `new` made."""

import tomllib
from pathlib import Path

from rules.discovery import GROUP, discover, read_file
from rules.plugininfo import FoundPlugin


class NotThere(LookupError):
    """Raised when there is no such plugin file; says so in a sentence."""


def plugin_of(word: str, folder: Path | None) -> FoundPlugin:
    """Return the plugin that is meant. Raises UnknownPlugin, PluginRefused or NotThere."""
    if word.isidentifier() and word in {**(known := discover(folder)).plugins, **known.quarantined}:
        return known.plugin(word)
    return read_file(file_of(Path(word)), "drop-in")


def file_of(path: Path) -> Path:
    """Return the file of a plugin, or of the one plugin in a folder. Raises NotThere."""
    path = path.resolve()
    if path.is_file():
        return path
    if not path.is_dir():
        raise NotThere(f"There is no plugin and no file called {path.name}.")
    try:
        project = tomllib.loads((path / "pyproject.toml").read_text("utf-8"))
        (module,) = project["project"]["entry-points"][GROUP].values()
        places = [path / folder / Path(*module.split(".")) for folder in (".", "src")]
        files = [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        files = sorted(one for one in path.glob("*.toml") if one.stem.isidentifier() and one.name != "pyproject.toml")
    found = [file for file in files if file.is_file()]
    if not found:
        raise NotThere(
            f"The folder {path.name} has no plugin: neither a pyproject.toml that names one, nor a TOML plugin."
        )
    return found[0].resolve()
