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
            continue
        if options.get("wrapper") or options.get("hookwrapper"):
            return f"{name} wraps other plugins, which is not allowed."
        if not hasattr(hookspecs, options.get("specname") or name):
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
    return why


@cache
def found() -> Found:
    """Look for the bundled plugins, once; one that does not import leaves the others alone."""
    manager, infos, refused = new_manager(), {}, {}
    package = importlib.import_module("plugins")
    for entry in pkgutil.iter_modules(package.__path__):
        try:
            module: ModuleType = importlib.import_module(f"plugins.{entry.name}")
        except Exception as error:  # whatever a plugin does on import must not stop the others
            refused[entry.name] = f"It could not be read: {type(error).__name__}: {error}"
            continue
        if why := add(manager, entry.name, module):
            refused[entry.name] = why
        else:
            infos[entry.name] = PluginInfo(
                entry.name,
                str(getattr(module, "VERSION", "0")),
                getattr(module, "TITLE", ""),
                getattr(module, "SOURCE", ""),
            )
    return Found(manager, MappingProxyType(infos), MappingProxyType(refused))


def available() -> dict[str, PluginInfo]:
    """List the plugins that can be put on a partnership's list, by name."""
    return dict(found().infos)
