"""Finds the bundled plugins by name; refuses one that is misspelt or wraps others, and says why."""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, ModuleType

import pluggy

from rules import hookspecs

BASE = "national"


class UnknownPlugin(LookupError):
    """Raised when no plugin has this name, or when it could not be used."""


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """Say what a plugin is: its name, version, title, and the public source of its facts."""

    name: str
    version: str
    title: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Hold the plugins that work and, by name, why another one does not."""

    manager: pluggy.PluginManager
    infos: MappingProxyType[str, PluginInfo]
    refused: MappingProxyType[str, str]


def refusal(module: object, manager: pluggy.PluginManager) -> str:
    """Say why this plugin cannot be used; empty when it can."""
    for name in dir(module):
        options = manager.parse_hookimpl_opts(module, name)
        if options is None:
            if name.startswith("nqms_") and callable(getattr(module, name)):
                return f"{name} lacks the mark @hookimpl, so it would never be called."
            continue
        if options.get("wrapper") or options.get("hookwrapper"):
            return f"{name} wraps other plugins, which is not allowed."
        if (options.get("specname") or name) not in hookspecs.HOOKS:
            return f"{name} is no hook; see rules/hookspecs.py for their names."
    return ""


def new_manager() -> pluggy.PluginManager:
    """Make a plugin manager that knows the hooks and no plugin."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def add(manager: pluggy.PluginManager, name: str, module: object) -> str:
    """Register a plugin; return why it was refused, or nothing."""
    why = refusal(module, manager)
    if not why:
        try:
            manager.register(module, name)
        except pluggy.PluginValidationError as error:
            why = str(error)
            manager.unregister(name=name)  # the hooks before the bad one were registered already
    return why


def info_of(name: str, module: object) -> PluginInfo:
    """Read what a plugin says about itself: VERSION, TITLE, SOURCE."""
    version, title, source = (str(getattr(module, word, "")) for word in ("VERSION", "TITLE", "SOURCE"))
    return PluginInfo(name, version or "0", title or name, source)


@cache
def found() -> Found:
    """Look for the bundled plugins, once; one that does not import leaves the others alone."""
    manager, infos, refused = new_manager(), {}, {}
    package = importlib.import_module("plugins")
    for entry in pkgutil.iter_modules(package.__path__):
        try:
            module: ModuleType = importlib.import_module(f"plugins.{entry.name}")
        except (Exception, SystemExit) as error:  # whatever a plugin does on import must not stop the others
            refused[entry.name] = f"It could not be read: {type(error).__name__}: {error}"
            continue
        if why := add(manager, entry.name, module):
            refused[entry.name] = why
        else:
            infos[entry.name] = info_of(entry.name, module)
    return Found(manager, MappingProxyType(infos), MappingProxyType(refused))


def available() -> dict[str, PluginInfo]:
    """List the plugins that can be put on a partnership's list, by name."""
    return dict(found().infos)
