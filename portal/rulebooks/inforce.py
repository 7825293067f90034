"""What adopted rules say, plugin by plugin, told from their record alone: no plugin runs to show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from rules.changes import Change
from rules.discovery import BASE, Found
from rules.plugininfo import FoundPlugin, PluginInfo
from rules.policy import Policy
from rules.results import Benefit, Tier
from rules.rows import JUDGES
from rules.rulebook import Rulebook
from rules.texts import TEXTS

from .words import label_of, say_policy, say_value

NATIONAL = Policy()
CONDITIONS = {
    "submitted": "self-assessment submitted", "reviewed": "review held", "plan": "plan issued",
    "signed": "Statement of Accuracy signed", "all-core": "all core practices in practice",
    "no-safety-gaps": "no safety gap", "na-accepted": "every “not applicable” accepted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One policy value in words; `who` is the plugin that sets it, "" for the national default."""

    name: str
    label: str
    value: str
    national: str
    differs: bool
    who: str
    not_stated_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TierLine:
    """One tier with what it asks for and brings."""

    tier: Tier
    conditions: tuple[str, ...]
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One plugin of a list with everything it is known to set, and how it stands on this machine."""

    info: PluginInfo
    settings: tuple[tuple[str, str], ...]
    standing: str
    policy: tuple[PolicyLine, ...]
    changes: tuple[Change, ...]
    tiers: bool
    texts: tuple[tuple[str, str], ...]
    not_stated: tuple[str, ...]

    @property
    def judges(self) -> tuple[str, ...]:
        """Name what the plugin judges, in words."""
        return tuple(words for hook, words in JUDGES.items() if hook in self.info.hooks)


def titled(names: Iterable[str], found: Found) -> list[str]:
    """Call plugins by the titles people know; one that is no longer on this machine keeps its name."""
    return [found.plugins[name].info.title or name if name in found.plugins else name for name in names]


def standing(info: PluginInfo, found: Found) -> str:
    """Say how a plugin as adopted stands on this machine; empty when it is there and judges alike."""
    here = found.plugins.get(info.name)
    if here is None:
        why = found.quarantined.get(info.name)
        return f"It cannot be used now. {why}" if why else "It is no longer on this machine."
    if here.info.judges_like(info):
        return ""
    if here.info.version == info.version:
        return "Its file was changed since it was adopted. Preview and adopt the list again to use it as it is now."
    return (
        f"Version {here.info.version} is on this machine; version {info.version} was adopted. "
        "Preview and adopt the list again to use it."
    )


def listed(rulebook: Rulebook, set_by: Mapping[str, Any], found: Found) -> tuple[Listed, ...]:
    """Tell plugin by plugin what the rules set, in the list's order."""
    lines = policy_lines(rulebook, set_by, found)
    texts, tiers = _texts_by(rulebook, set_by), tiers_by(rulebook, set_by)
    return tuple(
        Listed(
            info, _settings(rulebook, info, found.plugins.get(info.name)), standing(info, found),
            tuple(line for line in lines if line.who == info.name),
            tuple(change for change in rulebook.description.changes if change.plugin == info.name),
            tiers == info.name, tuple(texts.get(info.name, ())), _not_stated(info, found),
        )
        for info in rulebook.plugins
    )  # fmt: skip


def _not_stated(info: PluginInfo, found: Found) -> tuple[str, ...]:
    here = found.plugins.get(info.name)
    return here.not_stated if here is not None and here.info.judges_like(info) else ()


def _settings(rulebook: Rulebook, info: PluginInfo, here: FoundPlugin | None) -> tuple[tuple[str, str], ...]:
    titles = {one.key: one.title for one in here.settings} if here else {}
    return tuple((titles.get(key, key), say_value(value)) for key, value in rulebook.settings_of(info.name).items())


def policy_lines(rulebook: Rulebook, set_by: Mapping[str, Any], found: Found) -> tuple[PolicyLine, ...]:
    """List every policy value, with who set it where that is known."""
    who = dict(set_by.get("policy", {}))
    alone = only_setter(rulebook, "nqms_policy")
    silent = {info.name: _not_stated(info, found) for info in rulebook.plugins}
    lines = []
    for field in fields(Policy):
        now, national = (getattr(side, field.name) for side in (rulebook.policy, NATIONAL))
        setter = who.get(field.name, "") or (alone if now != national else "")
        not_stated = tuple(name for name, names in silent.items() if field.name in names)
        said, usual = say_policy(field.name, now), say_policy(field.name, national)
        lines.append(PolicyLine(field.name, label_of(field.name), said, usual, now != national, setter, not_stated))
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class Differing:
    """What other rules set otherwise than those in force: values as they are and would be, and whether the tiers differ."""

    values: tuple[tuple[str, str, str], ...]
    tiers: bool
    texts: tuple[str, ...]
    edition: str  # the other edition the practices come from; empty when it is the same


def differing(before: Rulebook, after: Rulebook) -> Differing:
    """Compare what two rulebooks set, apart from how they judge."""
    said = (
        (label_of(one.name), *(say_policy(one.name, getattr(side.policy, one.name)) for side in (before, after)))
        for one in fields(Policy)
    )
    texts = (before.description.texts, after.description.texts)
    return Differing(
        tuple((label, was, now) for label, was, now in said if was != now),
        tier_lines(before) != tier_lines(after),
        tuple(TEXTS.get(name, name) for name in (*texts[1], *(set(texts[0]) - set(texts[1])))
              if texts[0].get(name) != texts[1].get(name)),
        after.catalogue.title if after.catalogue.edition != before.catalogue.edition else "",
    )  # fmt: skip


def only_setter(rulebook: Rulebook, hook: str) -> str:
    """Return the plugin that must have set a value because no other offers the hook; empty when several do."""
    offering = [info.name for info in rulebook.offering(hook) if info.name != BASE]
    return offering[0] if len(offering) == 1 else ""


def tiers_by(rulebook: Rulebook, set_by: Mapping[str, Any]) -> str:
    """Name the plugin whose tiers are in force; empty when that is not known."""
    if "tiers" in set_by:
        return str(set_by["tiers"])
    offering = [info.name for info in rulebook.offering("nqms_tiers")]
    return offering[-1] if offering else ""


def _texts_by(rulebook: Rulebook, set_by: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    who, alone = dict(set_by.get("texts", {})), only_setter(rulebook, "nqms_texts")
    found: dict[str, list[tuple[str, str]]] = {}
    for name, text in rulebook.description.texts.items():
        found.setdefault(who.get(name, alone), []).append((TEXTS.get(name, name), text))
    return found


def tier_lines(rulebook: Rulebook) -> tuple[TierLine, ...]:
    """List the tiers with their conditions in words and their benefits."""
    return tuple(
        TierLine(
            tier,
            tuple(CONDITIONS.get(key, key.replace("-", " ").replace("_", " ")) for key in tier.conditions),
            tuple(one for one in rulebook.description.benefits if one.tier == tier.key),
        )
        for tier in rulebook.tiers
    )
