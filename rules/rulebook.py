"""One partnership's ordered list of plugins, over the national rules: what is in force, and who says what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pluggy

from rules.catalogue import Catalogue, load_edition
from rules.codec import to_plain
from rules.discovery import BASE, PluginInfo, UnknownPlugin, found
from rules.policy import Policy
from rules.results import Tier

RULES_API = 1


@dataclass(frozen=True, slots=True)
class PluginChoice:
    """Name a plugin on a partnership's list, with its settings."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", _frozen(to_plain(self.settings)))


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


class RulebookNotBuilt(ValueError):
    """Raised when a describe hook does not give what it should; names the plugin."""


@dataclass(frozen=True, slots=True)
class Said:
    """Hold what one plugin answered to one judge hook, or what went wrong."""

    plugin: PluginInfo
    rows: tuple[Mapping[str, Any], ...]
    wrong: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Hold the rules in force. Only plugins on the list are ever called, one at a time, in the list's order."""

    catalogue: Catalogue
    policy: Policy
    tiers: tuple[Tier, ...]
    plugins: tuple[PluginInfo, ...]
    choices: tuple[PluginChoice, ...]
    manager: pluggy.PluginManager

    def ask(self, hook: str, **given: object) -> Iterator[Said]:
        """Call a judge hook of each listed plugin; a failure is an answer too, and stops nobody else."""
        listed = _implementations(self.manager, hook)
        for info in self.plugins:
            implementation = listed.get(info.name)
            if implementation is not None:
                yield _one(info, implementation, {**given, "settings": self.settings_of(info.name)})

    def settings_of(self, plugin: str) -> Mapping[str, Any]:
        """Give what the partnership set for one plugin; empty when it set nothing."""
        return _settings(self.choices, plugin)

    def record(self) -> dict[str, Any]:
        """Give what is needed to build this rulebook again and to know it by."""
        return {
            "rules_api": RULES_API,
            "edition": self.catalogue.edition,
            "catalogue_hash": self.catalogue.hash,
            "plugins": [{**asdict(info), "settings": to_plain(self.settings_of(info.name))} for info in self.plugins],
        }


def _implementations(manager: pluggy.PluginManager, hook: str) -> dict[str, pluggy.HookImpl]:
    offered = getattr(manager.hook, hook).get_hookimpls()
    return {one.plugin_name: one for one in offered if not (one.wrapper or one.hookwrapper)}


def _settings(choices: Sequence[PluginChoice], plugin: str) -> Mapping[str, Any]:
    return next((choice.settings for choice in choices if choice.name == plugin), MappingProxyType({}))


def _call(implementation: pluggy.HookImpl, given: Mapping[str, object]) -> Any:
    return implementation.function(*(given[name] for name in implementation.argnames))


def _one(info: PluginInfo, implementation: pluggy.HookImpl, given: Mapping[str, object]) -> Said:
    try:
        answer = _call(implementation, given)
        if not isinstance(answer, (list, tuple)) or not all(isinstance(row, Mapping) for row in answer):
            return Said(info, (), "it did not return a list of results")
        return Said(info, tuple(dict(row) for row in answer))
    except (Exception, SystemExit) as error:  # one bad plugin is named; the others count
        return Said(info, (), f"{type(error).__name__}: {error}"[:300])


def build_rulebook(
    choices: Sequence[PluginChoice] = (),
    edition: str = "eepm4",
    manager: pluggy.PluginManager | None = None,
    infos: Mapping[str, PluginInfo] | None = None,
) -> Rulebook:
    """Build the rules of a partnership; "national" is always the base. Raises UnknownPlugin or RulebookNotBuilt.

    `manager` and `infos` stand in for the bundled plugins, for those who try out a plugin of their own.
    """
    known = found().infos if infos is None else infos
    manager = found().manager if manager is None else manager
    names = [BASE, *(choice.name for choice in choices if choice.name != BASE)]
    for name in names:
        if name not in known:
            why = found().refused.get(name, "There is no plugin with this name.")
            raise UnknownPlugin(f"The plugin “{name}” cannot be used. {why}")
    if len({choice.name for choice in choices}) < len(choices):
        raise RulebookNotBuilt("A plugin may stand on the list only once.")
    policies, tierings = _implementations(manager, "nqms_policy"), _implementations(manager, "nqms_tiers")
    policy = Policy()
    tiers: tuple[Tier, ...] = ()
    for name in names:
        given = {"policy": policy, "settings": _settings(choices, name)}
        try:
            if name in policies:
                policy = replace(policy, **dict(_call(policies[name], given)))
            if name in tierings:
                tiers = _tiers(_call(tierings[name], given))
        except (Exception, SystemExit) as error:
            raise RulebookNotBuilt(f"The plugin “{name}” does not describe its rules: {error}") from None
    return Rulebook(load_edition(edition), policy, tiers, tuple(known[name] for name in names), tuple(choices), manager)


def _tiers(described: Any) -> tuple[Tier, ...]:
    tiers = tuple(described)
    if not all(isinstance(tier, Tier) for tier in tiers):
        raise TypeError("nqms_tiers must return Tier values.")
    if len({tier.key for tier in tiers}) < len(tiers) or len({tier.rank for tier in tiers}) < len(tiers):
        raise ValueError("Two tiers have the same key or the same rank.")
    return tuple(sorted(tiers, key=lambda tier: tier.rank))


def rulebook_from_record(record: Mapping[str, Any]) -> Rulebook:
    """Build the rulebook a record names, with the plugins as they are installed now. Raises UnknownPlugin."""
    chosen = [one for one in record["plugins"] if one["name"] != BASE or one["settings"]]
    return build_rulebook([PluginChoice(one["name"], one["settings"]) for one in chosen], record["edition"])
