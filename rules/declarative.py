"""A plugin written as one TOML file, without Python: read whole before it is used, then offering the hooks it needs."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rules.answers import Answer
from rules.catalogue import Catalogue
from rules.codec import canonical_json, to_plain
from rules.declared import Declared, read_declared
from rules.facts import CycleFacts, ProgramFacts
from rules.hookspecs import hookimpl
from rules.matching import Matching
from rules.plugininfo import (
    VERSION,
    FoundPlugin,
    PluginInfo,
    PluginRefused,
    Setting,
    check_api,
    read_settings,
    settle,
)
from rules.policy import Policy
from rules.results import Scorecard, Tier
from rules.tomlfile import Table, TomlSource

MOST = 20  # mistakes told at once; more than that is no help
KEPT = 50  # of one file, with different settings
Answers = Mapping[str, Answer]
MEANT = re.compile(r"\$([A-Za-z_]\w*)")


def read_toml(name: str, text: str, file: str, origin: str, fingerprint: str = "") -> FoundPlugin:
    """Read what a file says about itself, and try all of it with the settings' defaults. Raises PluginRefused."""
    source = TomlSource(file, text.removeprefix("\ufeff"))
    _stop(source)
    table = source.root.table("plugin")
    _check_api(table)
    version = table.text("version")
    if version and not VERSION.fullmatch(version):
        table.complain("version", "“version” should be two or three numbers, such as 1.0.0.")
    words = (table.text("title")[:500], table.text("source")[:500])
    settings, not_stated = _settings(table), table.texts("not_stated", ())
    table.finish()
    _declared(source, {one.key: one.default for one in settings})
    _stop(source)
    return FoundPlugin(PluginInfo(name, version, *words, origin, fingerprint), "", settings, not_stated)


class Offered:
    """Hold the hooks that one file uses, and no others, where the plugin manager looks for them."""


def load_toml(found: FoundPlugin, path: Path) -> object:
    """Return a plugin that offers the hooks its file uses. Raises PluginRefused."""
    text = path.read_text("utf-8").removeprefix("\ufeff")
    settings = read_toml(found.info.name, text, path.name, found.info.origin).settings
    rules, offered = TomlRules(found.info.name, text, path.name, settings), Offered()
    for hook, what in rules.used().items():
        if what:
            setattr(offered, hook, getattr(rules, hook))
    return offered


def _check_api(table: Table) -> None:
    stated = table.any("rules_api")
    if not isinstance(stated, list) or len(stated) != 2 or not all(type(number) is int for number in stated):
        table.complain(
            "rules_api", "“rules_api” should be [1, 1]: the first and last version of the contract it works with."
        )
        return
    try:
        check_api("", stated)
    except PluginRefused as refused:  # the rest may use what only another contract knows
        raise PluginRefused(f"{table.at('rules_api')}: {refused}") from None


def _settings(table: Table) -> tuple[Setting, ...]:
    if not table.has("settings"):
        return ()
    inner = table.table("settings")
    made: list[Setting] = []
    for key in inner.data:
        try:
            made += read_settings({key: inner.any(key)})
        except PluginRefused as refused:
            inner.complain(key, str(refused))
    return tuple(made)


def _declared(source: TomlSource, settings: Mapping[str, Any]) -> Declared:
    """Read the rules of a file with these settings in place of every “$name”."""

    def put(value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, dict):
            return {key: put(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [put(item, (*path, index)) for index, item in enumerate(value)]
        meant = MEANT.fullmatch(value) if isinstance(value, str) else None
        if meant is None:
            return value
        if meant[1] not in settings:
            source.complain(path, f"There is no setting “{meant[1]}”; settings stand in [plugin.settings.{meant[1]}].")
        return settings.get(meant[1], value)

    rules = {key: put(value, (key,)) for key, value in source.data.items() if key != "plugin"}
    return read_declared(Table(source, (), rules))


def _stop(source: TomlSource) -> None:
    """Raise PluginRefused with everything that is wrong, in the order of the lines."""
    if not source.problems:
        return
    told = sorted(
        dict.fromkeys(source.problems), key=lambda one: int(one.removeprefix(f"{source.name}:").split(":")[0])
    )
    more = [f"There are {len(told) - MOST} more."] if len(told) > MOST else []
    raise PluginRefused("\n".join(told[:MOST] + more))


class TomlRules:
    """Answer every hook from one file; the file is read anew for other settings, and what was read is kept."""

    def __init__(self, name: str, text: str, file: str, settings: tuple[Setting, ...]) -> None:
        self.name, self.text, self.file, self.settings = name, text, file, settings
        self._read: dict[str, Declared] = {}

    def under(self, settings: Mapping[str, Any]) -> Declared:
        """Return what the file says with these settings. Raises ValueError with a sentence for each that does not fit."""
        key = canonical_json(settings) if settings else ""
        if key not in self._read:
            values, wrong = settle(self.settings, settings)
            if wrong:
                raise ValueError(" ".join(wrong.values()))
            source = TomlSource(self.file, self.text)
            declared = _declared(source, values if self.settings else {})
            _stop(source)
            if len(self._read) >= KEPT:
                self._read.clear()
            self._read[key] = declared
        return self._read[key]

    def used(self) -> dict[str, object]:
        """Say of each hook what the file has for it; nothing means that the hook is not needed.

        nqms_resources is the last hook that sees the catalogue, so it also looks up the codes that judging will need.
        """
        uses = self.under({})
        looks_up = uses.named.codes or uses.named.groups or self.settings
        return {
            "nqms_catalogue": uses.edition, "nqms_practices": uses.changes, "nqms_policy": uses.policy,
            "nqms_tiers": uses.tiers, "nqms_benefits": uses.benefits, "nqms_resources": uses.resources or looks_up,
            "nqms_texts": uses.texts, "nqms_eligibility": uses.eligibility, "nqms_adjust_score": uses.adjusts,
            "nqms_findings": uses.findings, "nqms_tier_conditions": uses.conditions, "nqms_priorities": uses.priorities,
        }  # fmt: skip

    @hookimpl
    def nqms_catalogue(self, settings: Mapping[str, Any]) -> str:
        """Return the edition."""
        return self.under(settings).edition

    @hookimpl
    def nqms_practices(self, catalogue: Catalogue, settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the changes, each of which was tried."""
        declared = self.under(settings)
        declared.check_changes(catalogue, self.name)
        return [row for _, row in declared.changes]

    @hookimpl
    def nqms_policy(self, policy: Policy, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the policy values that differ."""
        declared = self.under(settings)
        declared.check_policy(policy)
        return declared.policy

    @hookimpl
    def nqms_tiers(self, settings: Mapping[str, Any]) -> list[Tier]:
        """Return the tiers."""
        return list(self.under(settings).tiers)

    @hookimpl
    def nqms_benefits(self, tiers: Sequence[Tier], settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return what the tiers bring."""
        declared = self.under(settings)
        declared.check_benefits(tiers)
        return [to_plain(one) for _, one in declared.benefits]

    @hookimpl
    def nqms_resources(self, catalogue: Catalogue, settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the guides, once every code and group of the file is known to be there."""
        declared = self.under(settings)
        declared.check_names(catalogue)
        return [to_plain(one) for one in declared.resources]

    @hookimpl
    def nqms_texts(self, settings: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the texts."""
        return self.under(settings).texts

    @hookimpl
    def nqms_eligibility(self, facts: ProgramFacts, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Judge the facts."""
        return [one.row(facts) for one in self.under(settings).eligibility]

    @hookimpl
    def nqms_adjust_score(
        self, catalogue: Catalogue, answers: Answers, facts: ProgramFacts, scorecard: Scorecard,
        settings: Mapping[str, Any],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Count what matches as something else."""
        return _rows(self.under(settings).adjusts, catalogue, answers, facts, scorecard)

    @hookimpl
    def nqms_findings(
        self, catalogue: Catalogue, answers: Answers, facts: ProgramFacts, scorecard: Scorecard,
        settings: Mapping[str, Any],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Say what was noticed."""
        return _rows(self.under(settings).findings, catalogue, answers, facts, scorecard)

    @hookimpl
    def nqms_tier_conditions(
        self, scorecard: Scorecard, cycle: CycleFacts, policy: Policy, settings: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Judge the conditions."""
        return [one.row(scorecard, cycle, policy) for one in self.under(settings).conditions]

    @hookimpl
    def nqms_priorities(
        self, catalogue: Catalogue, answers: Answers, facts: ProgramFacts, scorecard: Scorecard,
        settings: Mapping[str, Any],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Propose aims for the plan."""
        return _rows(self.under(settings).priorities, catalogue, answers, facts, scorecard)


def _rows(
    made: tuple[Matching, ...], catalogue: Catalogue, answers: Answers, facts: ProgramFacts, scorecard: Scorecard
) -> list[dict[str, Any]]:
    return [row for one in made for row in one.rows(catalogue, answers, facts, scorecard)]
