"""One partnership's ordered list of plugins, over the national rules: what is in force, and who says what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pluggy

from rules.catalogue import Catalogue, load_edition
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
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))


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
                yield _one(info, implementation, given)

    def record(self) -> dict[str, Any]:
        """Give what is needed to build this rulebook again and to know it by."""
        settings = {choice.name: dict(choice.settings) for choice in self.choices}
        return {
            "rules_api": RULES_API,
            "edition": self.catalogue.edition,
            "catalogue_hash": self.catalogue.hash,
            "plugins": [{**asdict(info), "settings": settings.get(info.name, {})} for info in self.plugins],
        }


def _implementations(manager: pluggy.PluginManager, hook: str) -> dict[str, pluggy.HookImpl]:
    return {one.plugin_name: one for one in getattr(manager.hook, hook).get_hookimpls()}


def _one(info: PluginInfo, implementation: pluggy.HookImpl, given: Mapping[str, object]) -> Said:
    try:
        answer: Any = implementation.function(*(given[name] for name in implementation.argnames))
        rows: tuple[Mapping[str, Any], ...] = tuple(answer)
        if not all(isinstance(row, Mapping) for row in rows):
            return Said(info, (), "it did not return a list of results")
        return Said(info, rows)
    except (Exception, SystemExit) as error:  # one bad plugin is named; the others count
        return Said(info, (), f"{type(error).__name__}: {error}"[:300])


def _call(implementation: pluggy.HookImpl, *given: object) -> Any:
    return implementation.function(*given)


def build_rulebook(
    choices: Sequence[PluginChoice] = (),
    edition: str = "eepm4",
    manager: pluggy.PluginManager | None = None,
    infos: Mapping[str, PluginInfo] | None = None,
) -> Rulebook:
    """Build the rules of a partnership; "national" is always the base. Raises UnknownPlugin or RulebookNotBuilt."""
    known = found().infos if infos is None else infos
    manager = manager or found().manager
    names = [BASE, *(choice.name for choice in choices if choice.name != BASE)]
    for name in names:
        if name not in known:
            why = found().refused.get(name, "There is no plugin with this name.")
            raise UnknownPlugin(f"The plugin “{name}” cannot be used. {why}")
    if len(set(names)) < len(names):
        raise RulebookNotBuilt("A plugin may stand on the list only once.")
    policy = Policy()
    tiers: tuple[Tier, ...] = ()
    described = _implementations(manager, "nqms_policy"), _implementations(manager, "nqms_tiers")
    for name in names:
        try:
            if name in described[0]:
                one = described[0][name]
                policy = replace(policy, **dict(_call(one, *(policy for _ in one.argnames))))
            if name in described[1]:
                tiers = tuple(_call(described[1][name]))
                if not all(isinstance(tier, Tier) for tier in tiers):
                    raise TypeError("nqms_tiers must return Tier values")
        except (Exception, SystemExit) as error:
            raise RulebookNotBuilt(f"The plugin “{name}” does not describe its rules: {error}") from None
    ordered = tuple(sorted(tiers, key=lambda tier: tier.rank))
    return Rulebook(
        load_edition(edition), policy, ordered, tuple(known[name] for name in names), tuple(choices), manager
    )


def rulebook_from_record(record: Mapping[str, Any]) -> Rulebook:
    """Build the rulebook a record names, with the plugins as they are installed now. Raises UnknownPlugin."""
    plugins = [one for one in record["plugins"] if one["name"] != BASE]
    return build_rulebook([PluginChoice(one["name"], one["settings"]) for one in plugins], record["edition"])
