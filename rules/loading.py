"""Runs plugins in this process: loads their code, refuses what does not keep the contract, and calls hook by hook."""

import importlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from rules import hookspecs
from rules.asking import Question, Said
from rules.discovery import Found, UnknownPlugin
from rules.plugininfo import FoundPlugin, PluginInfo, PluginRefused

if TYPE_CHECKING:
    from rules.rulebook import Rulebook

MAX_ROWS = 2000  # of one hook of one plugin; people have to read them


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


class Plugins:
    """Hold plugins loaded in this process, and ask them."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager(hookspecs.PROJECT)
        self.manager.add_hookspecs(hookspecs)
        self.infos: dict[str, PluginInfo] = {}
        self.not_loaded: dict[str, str] = {}

    def add(self, info: PluginInfo, module: object) -> PluginInfo:
        """Register a plugin and return what it is, with its hooks. Raises PluginRefused."""
        if why := refusal(module, self.manager):
            raise PluginRefused(why)
        try:
            self.manager.register(module, info.name)
        except pluggy.PluginValidationError as error:
            self.manager.unregister(name=info.name)  # the hooks before the bad one were registered already
            raise PluginRefused(str(error)) from None
        hooks = tuple(sorted(hook for hook in hookspecs.HOOKS if info.name in self._offered(hook)))
        self.infos[info.name] = replace(info, hooks=hooks)
        return self.infos[info.name]

    def load(self, found: FoundPlugin) -> PluginInfo:
        """Import a plugin's code, once. Raises PluginRefused, also for whatever it does on import."""
        name = found.info.name
        if name in self.not_loaded:
            raise PluginRefused(self.not_loaded[name])
        if name not in self.infos:
            try:
                return self.add(found.info, load_code(found))
            except PluginRefused as refused:
                self.not_loaded[name] = str(refused)
                raise
        return self.infos[name]

    def drop(self, name: str, why: str) -> None:
        """Take a plugin out again, and keep why."""
        if self.infos.pop(name, None):
            self.manager.unregister(name=name)
        self.not_loaded.setdefault(name, why)

    def _offered(self, hook: str) -> dict[str, pluggy.HookImpl]:
        return {one.plugin_name: one for one in getattr(self.manager.hook, hook).get_hookimpls()}

    def call(self, hook: str, plugin: str, given: Mapping[str, object]) -> Any:
        """Call one hook of one plugin; raises whatever it raises."""
        implementation = self._offered(hook)[plugin]
        return implementation.function(*(given[name] for name in implementation.argnames))

    def ask(self, rulebook: "Rulebook", hook: str, question: Question) -> Iterator[Said]:
        """Ask every listed plugin that offers the hook; one that raises is named and the others count."""
        for info in rulebook.offering(hook):
            yield self.said(info, hook, question.arguments(rulebook, info.name))

    def said(self, info: PluginInfo, hook: str, given: Mapping[str, object]) -> Said:
        """Call one judge hook and hold what it said or what went wrong."""
        if info.name not in self.infos:
            return Said(info, (), self.not_loaded.get(info.name, "there is no such plugin here"))
        if info.name not in self._offered(hook):
            return Said(info, (), "it no longer offers this hook")
        try:
            answer = self.call(hook, info.name, given)
            if not isinstance(answer, (list, tuple)) or not all(isinstance(row, Mapping) for row in answer):
                return Said(info, (), "it did not return a list of results")
            if len(answer) > MAX_ROWS:
                return Said(info, (), f"it returned more than {MAX_ROWS:,} results")
            return Said(info, tuple(dict(row) for row in answer))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # one bad plugin is named, whatever it raises; the others count
            return Said(info, (), say_raised(error))


def say_raised(error: BaseException) -> str:
    """Say what an exception of a plugin means, short enough for a page."""
    if isinstance(error, SystemExit):
        return "it ended itself (SystemExit)"
    if isinstance(error, MemoryError):
        return "it used more memory than it may"
    try:
        return f"{type(error).__name__}: {str(error)[:250]}"
    except BaseException:  # the words of an exception may raise one themselves
        return type(error).__name__


def load_code(found: FoundPlugin) -> object:
    """Import the code of a plugin, or read its TOML file. Raises PluginRefused."""
    kind, _, where = found.where.partition(":")
    try:
        if kind == "module":
            return importlib.import_module(where)
        if where.endswith(".toml"):
            from rules.declarative import load_toml  # slow to import, and needed for few

            return load_toml(found, Path(where))
        spec = importlib.util.spec_from_file_location(f"nqms_drop_in_{found.info.name}", where)
        if spec is None or spec.loader is None:
            raise PluginRefused("Its file cannot be loaded.")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    except (PluginRefused, KeyboardInterrupt):
        raise
    except BaseException as error:  # a plugin may do anything on import
        raise PluginRefused(f"It could not be loaded: {say_raised(error)}") from None


def loaded(found: Found, names: Iterable[str]) -> Plugins:
    """Load the named plugins; raises UnknownPlugin for the first that cannot be used."""
    plugins = Plugins()
    for name in names:
        try:
            plugins.load(found.plugin(name))
        except PluginRefused as refused:
            raise UnknownPlugin(f"The plugin “{name}” cannot be used. {refused}") from None
    return plugins
