"""Build a rulebook from what its plugins describe, in the process where their code runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from rules.catalogue import Catalogue, load_edition
from rules.changes import Change, apply_changes
from rules.codec import from_plain, to_plain
from rules.loading import MAX_ROWS, Plugins
from rules.policy import Policy
from rules.practice import NaRule
from rules.results import Benefit, Resource, Tier
from rules.rulebook import EDITION, Description, PluginChoice, Rulebook, RulebookNotBuilt, listed
from rules.texts import check_texts

MAX_WORDS = 4000  # characters of a refusal; a file may have several mistakes, each with its line


@dataclass
class _Draft:
    """Collect what the plugins say, one after the other."""

    catalogue: Catalogue
    policy: Policy = field(default_factory=Policy)
    tiers: tuple[Tier, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    resources: tuple[Resource, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


def describe(
    choices: Sequence[PluginChoice], plugins: Plugins, edition: str = EDITION,
    before: Callable[[str], None] = lambda name: None,
) -> Rulebook:  # fmt: skip
    """Ask every describe hook in the list's order. `before` is told each plugin's name before its code runs.

    Raises RulebookNotBuilt with the plugin's name.
    """
    names = listed(choices)
    settings = {choice.name: choice.settings for choice in choices if choice.settings}

    def ask(name: str, hook: str, **given: object) -> Any:
        return plugins.call(hook, name, {**given, "settings": settings.get(name, MappingProxyType({}))})

    for name in names:
        if "nqms_catalogue" in plugins.infos[name].hooks:
            before(name)
            edition = _named(name, lambda: _edition(ask(name, "nqms_catalogue")))  # noqa: B023 - called at once
    draft = _Draft(load_edition(edition))
    for name in names:
        before(name)
        _named(name, lambda: _add(draft, name, plugins.infos[name].hooks, ask))  # noqa: B023 - called at once
    _together(draft)
    infos = tuple(plugins.infos[name] for name in names)
    parts = {f.name: getattr(draft, f.name) for f in fields(_Draft) if f.name != "catalogue"}
    return Rulebook(draft.catalogue, Description(infos, MappingProxyType(settings), **parts), plugins)


def _named(name: str, do: Callable[[], Any]) -> Any:
    try:
        return do()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything; whoever lists it is told which one it was
        words = str(error.args[0] if error.args else error)[:MAX_WORDS] or type(error).__name__
        raise RulebookNotBuilt(f"The plugin “{name}” does not describe its rules: {words}") from None


def _edition(said: object) -> str:
    if not isinstance(said, str):
        raise TypeError("nqms_catalogue must return the key of an edition.")
    return load_edition(said).edition


def _add(draft: _Draft, name: str, hooks: tuple[str, ...], ask: Callable[..., Any]) -> None:
    if "nqms_practices" in hooks:
        rows = ask(name, "nqms_practices", catalogue=draft.catalogue)
        draft.catalogue, changes = apply_changes(draft.catalogue, name, rows)
        draft.changes += changes
    if "nqms_policy" in hooks:
        draft.policy = replace(draft.policy, **dict(ask(name, "nqms_policy", policy=draft.policy)))
    if "nqms_tiers" in hooks:
        draft.tiers = _tiers(ask(name, "nqms_tiers", tiers=draft.tiers))
        kept = {tier.key for tier in draft.tiers}
        draft.benefits = tuple(one for one in draft.benefits if one.tier in kept)
    if "nqms_benefits" in hooks:
        draft.benefits += _benefits(ask(name, "nqms_benefits", tiers=draft.tiers), draft.tiers)
    if "nqms_resources" in hooks:
        draft.resources += _resources(ask(name, "nqms_resources", catalogue=draft.catalogue), draft.catalogue)
    if "nqms_texts" in hooks:
        draft.texts |= check_texts(ask(name, "nqms_texts"))


def _tiers(described: Any) -> tuple[Tier, ...]:
    tiers = tuple(described)
    if not all(isinstance(tier, Tier) for tier in tiers):
        raise TypeError("nqms_tiers must return Tier values.")
    if len({tier.key for tier in tiers}) < len(tiers) or len({tier.rank for tier in tiers}) < len(tiers):
        raise ValueError("Two tiers have the same key or the same rank.")
    for tier in tiers:
        if tier.fallback and tier.fallback not in {other.key for other in tiers if other.rank < tier.rank}:
            raise ValueError(f"The tier {tier.key} falls back to “{tier.fallback}”, which is no lower tier.")
    return tuple(sorted(tiers, key=lambda tier: tier.rank))


def _rows(hook: str, said: object) -> list[Mapping[str, Any]]:
    if not isinstance(said, (list, tuple)) or not all(isinstance(row, Mapping) for row in said):
        raise TypeError(f"{hook} must return a list.")
    if len(said) > MAX_ROWS:
        raise ValueError(f"{hook} returned more than {MAX_ROWS:,} rows.")
    return list(said)


def _benefits(said: object, tiers: tuple[Tier, ...]) -> tuple[Benefit, ...]:
    benefits = tuple(from_plain(Benefit, to_plain(row)) for row in _rows("nqms_benefits", said))
    for one in benefits:
        if one.tier not in {tier.key for tier in tiers}:
            raise ValueError(f"A benefit names the tier “{one.tier}”, which is not there.")
    return benefits


def _resources(said: object, catalogue: Catalogue) -> tuple[Resource, ...]:
    resources = tuple(from_plain(Resource, to_plain(row)) for row in _rows("nqms_resources", said))
    for one in resources:
        for code in one.practices:
            catalogue.practice(code)  # refuses an unknown code
    return resources


def _together(draft: _Draft) -> None:
    """Let the policy on ratings and "not applicable" reach every practice, so that one place tells what is asked."""
    policy = draft.policy
    if policy.asks_rating and policy.na_allowed:
        return

    def changed(practice: Any) -> Any:
        na = practice.na if policy.na_allowed else NaRule(False)
        return replace(practice, rated=practice.rated and policy.asks_rating, na=na)

    areas = tuple(
        replace(area, sections=tuple(replace(s, practices=tuple(map(changed, s.practices))) for s in area.sections))
        for area in draft.catalogue.areas
    )
    draft.catalogue = replace(draft.catalogue, areas=areas)
