"""The rules in force for one partnership: what its plugins describe, frozen, and the way to ask them for judgements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rules.asking import Asker, NobodyAsks, Question, Said
from rules.catalogue import Catalogue
from rules.changes import Change
from rules.codec import canonical_json, from_plain, frozen, to_plain
from rules.discovery import BASE, Found, discover
from rules.plugininfo import RULES_API, PluginInfo
from rules.policy import Policy
from rules.results import Benefit, Resource, Tier

EDITION = "eepm4"
NOTHING: Mapping[str, Any] = MappingProxyType({})


class RulebookNotBuilt(ValueError):
    """Raised when a describe hook does not give what it should; names the plugin."""


@dataclass(frozen=True, slots=True)
class PluginChoice:
    """Name a plugin on a partnership's list, with its settings."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", frozen(to_plain(self.settings)))


@dataclass(frozen=True, slots=True)
class Description:
    """Hold everything that describe hooks said, in a form that can be kept and read again."""

    plugins: tuple[PluginInfo, ...]
    settings: Mapping[str, Mapping[str, Any]]
    policy: Policy
    tiers: tuple[Tier, ...]
    benefits: tuple[Benefit, ...] = ()
    resources: tuple[Resource, ...] = ()
    texts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Hold the rules in force. Only plugins on the list are ever asked, one at a time, in the list's order."""

    catalogue: Catalogue
    description: Description
    asker: Asker = field(default_factory=NobodyAsks, repr=False)
    key: str = field(init=False, repr=False)  # the record as canonical JSON; equal keys are equal rules

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", canonical_json(self.record()))

    @property
    def policy(self) -> Policy:
        """Give the policy values in force."""
        return self.description.policy

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """Give the tiers, the lowest first."""
        return self.description.tiers

    @property
    def plugins(self) -> tuple[PluginInfo, ...]:
        """Give the plugins in force: the national rules, then the list."""
        return self.description.plugins

    @property
    def choices(self) -> tuple[PluginChoice, ...]:
        """Give the partnership's list with its settings, as it would be chosen again."""
        chosen = (PluginChoice(info.name, self.settings_of(info.name)) for info in self.plugins)
        return tuple(one for one in chosen if one.name != BASE or one.settings)

    def text(self, name: str) -> str:
        """Give a text of the partnership, empty where it sets none."""
        return self.description.texts.get(name, "")

    def settings_of(self, plugin: str) -> Mapping[str, Any]:
        """Give what the partnership set for one plugin; empty when it set nothing."""
        return self.description.settings.get(plugin, NOTHING)

    def offering(self, hook: str) -> Iterator[PluginInfo]:
        """List the plugins in force that offer a hook, in the list's order."""
        return (info for info in self.plugins if hook in info.hooks)

    def ask(self, hook: str, question: Question) -> Iterable[Said]:
        """Ask a judge hook of each listed plugin that offers it; a failure is an answer too, and stops nobody else."""
        return self.asker.ask(self, hook, question)

    def record(self) -> dict[str, Any]:
        """Give what is needed to know these rules by and to read their results later, also without the plugins."""
        return {
            "rules_api": RULES_API,
            "edition": self.catalogue.edition,
            "catalogue_hash": self.catalogue.hash,
            **to_plain(self.description),
        }


def rulebook_from_record(record: Mapping[str, Any], catalogue: Catalogue, asker: Asker | None = None) -> Rulebook:
    """Read a rulebook as it was recorded; no plugin is needed for that. Raises MalformedRecord."""
    plain = {key: value for key, value in record.items() if key not in ("rules_api", "edition", "catalogue_hash")}
    return Rulebook(catalogue, from_plain(Description, plain), asker or NobodyAsks())


def listed(choices: Sequence[PluginChoice]) -> tuple[str, ...]:
    """List the names of the plugins in force: the base, then the choices. Raises RulebookNotBuilt for a repeated one."""
    if len({choice.name for choice in choices}) < len(choices):
        raise RulebookNotBuilt("A plugin may stand on the list only once.")
    return (BASE, *(choice.name for choice in choices if choice.name != BASE))


def build_rulebook(
    choices: Sequence[PluginChoice] = (), edition: str = EDITION, found: Found | None = None
) -> Rulebook:
    """Build the rules of a partnership with plugins loaded in this process; "national" is always the base.

    For the command line and for tests; the portal asks a process of its own (rules.evaluator). `found` stands in for
    the plugins on this machine. Raises UnknownPlugin or RulebookNotBuilt.
    """
    from rules.describing import describe  # these run plugins, which import this package
    from rules.loading import loaded

    names = listed(choices)
    return describe(choices, loaded(found or discover(), names), edition)
