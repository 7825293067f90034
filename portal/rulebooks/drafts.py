"""The list an administrator is working on: kept with every setting as it was typed, and read when it is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.answers import Problem
from rules.codec import to_plain
from rules.discovery import BASE, Found
from rules.plugininfo import Setting, settle
from rules.rulebook import PluginChoice

Entry = dict[str, Any]  # name, and settings: text by key as typed
MOST = 20  # plugins on a list; more would not be read by anybody
LONGEST = 2000  # characters of one setting


def entries_of(choices: Iterable[Mapping[str, Any]], found: Found) -> list[Entry]:
    """Return stored choices as they would be typed."""
    return [{"name": one["name"], "settings": _typed(one, found)} for one in choices]


def _typed(choice: Mapping[str, Any], found: Found) -> dict[str, Any]:
    here = found.plugins.get(choice["name"])
    given = choice.get("settings", {})
    if here is None or not here.settings:
        return dict(to_plain(given))  # no form for these: they stay as they are
    return {one.key: as_typed(one, given.get(one.key, one.default)) for one in here.settings}


def as_typed(setting: Setting, value: Any) -> str:
    """Say a value as its form field shows it."""
    if setting.kind == "flag":
        return "yes" if value is True or value in ("yes", "true", "on") else "no"
    return "" if value is None else str(value)


def with_typed(entries: Sequence[Entry], form: Mapping[str, str], found: Found) -> list[Entry]:
    """Return the list with what the form says about its settings; what it does not mention stays."""
    return [{"name": one["name"], "settings": _from_form(one, form, found)} for one in entries]


def _from_form(entry: Entry, form: Mapping[str, str], found: Found) -> dict[str, Any]:
    here, kept = found.plugins.get(entry["name"]), dict(entry["settings"])
    for setting in here.settings if here else ():
        field = field_of(entry["name"], setting.key)
        if field in form:
            kept[setting.key] = form[field][: LONGEST + 1]
    return kept


def field_of(plugin: str, key: str) -> str:
    """Name the form field of a setting."""
    return f"{plugin}-{key}"


def changed(entries: Sequence[Entry], deed: str, found: Found) -> list[Entry]:
    """Return the list after a button: add:NAME, remove:NAME, up:NAME, down:NAME; anything else leaves it as it is."""
    what, _, name = deed.partition(":")
    names = [one["name"] for one in entries]
    if what == "add" and name in found.plugins and name not in (*names, BASE) and len(entries) < MOST:
        return [*entries, *entries_of([{"name": name}], found)]
    if name not in names:
        return list(entries)
    at, rest = names.index(name), [one for one in entries if one["name"] != name]
    if what == "remove":
        return rest
    if what in ("up", "down"):
        rest.insert(max(0, at - 1) if what == "up" else at + 1, entries[at])
        return rest
    return list(entries)


@dataclass(frozen=True, slots=True)
class Read:
    """A list as the rules take it, and what does not fit, by form field."""

    choices: tuple[PluginChoice, ...]
    problems: tuple[Problem, ...]


def read(entries: Sequence[Entry], found: Found) -> Read:
    """Read the settings as typed; each that a plugin describes gets a value, so that its code finds all of them."""
    choices, problems = [], []
    for one in entries:
        name, here = one["name"], found.plugins.get(one["name"])
        if here is None:
            why = found.quarantined.get(name, "It is no longer on this machine.")
            problems.append(Problem(f"plugin-{name}", f"The plugin “{name}” cannot be used. {why}"))
            continue
        values, wrong = settle(here.settings, one["settings"])
        problems += [Problem(field_of(name, key), sentence) for key, sentence in wrong.items()]
        choices.append(PluginChoice(name, values))
    return Read(tuple(choices), tuple(problems))


def missing_practices(entries: Sequence[Entry], found: Found, known: Iterable[str]) -> tuple[Problem, ...]:
    """Name settings that must be the code of a practice in these rules and are not."""
    codes = set(known)
    problems = []
    for one in entries:
        here = found.plugins.get(one["name"])
        for setting in here.settings if here else ():
            typed = str(one["settings"].get(setting.key) or setting.default or "").strip()
            if setting.kind == "practice" and typed and typed not in codes:
                sentence = f"“{setting.title}”: there is no practice {typed} in these rules."
                problems.append(Problem(field_of(one["name"], setting.key), sentence))
    return tuple(problems)
