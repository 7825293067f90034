"""What a plugin says about itself, known before any of its code runs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rules.wording import say_list

RULES_API = 1  # the contract's version; it grows when something of it is taken away
OLDEST_API = 1  # the oldest contract that still works, with a warning

# What a plugin may use for one more version of the contract: "nqms_findings" or "nqms_findings.previous", and what to do
# instead. It is named here, then warned of through one version, then taken away with the next.
DEPRECATED: Mapping[str, str] = MappingProxyType({})

VERSION = re.compile(r"\d{1,5}\.\d{1,5}(\.\d{1,5})?")
KINDS = ("text", "whole", "number", "flag", "choice", "practice")


class PluginRefused(ValueError):
    """Raised when a plugin cannot be used; says why in a sentence, with file and line where there are any."""


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """Say what a plugin is: its name, version, title, and the public source of its facts.

    `origin` is bundled, installed or drop-in. `fingerprint` is the SHA-256 of a drop-in's file, which may change without
    a new version. `hooks` are those it offers; they are known once it was loaded.
    """

    name: str
    version: str
    title: str = ""
    source: str = ""
    origin: str = "bundled"
    fingerprint: str = ""
    hooks: tuple[str, ...] = ()

    def judges_like(self, other: "PluginInfo") -> bool:
        """Tell whether another copy of this plugin gives the same judgements.

        The third number of a version never changes a judgement, so 1.2.0 and 1.2.5 judge alike; a changed drop-in
        file never does.
        """
        mine, theirs = self.version.split(".")[:2], other.version.split(".")[:2]
        return mine == theirs and self.fingerprint == other.fingerprint


@dataclass(frozen=True, slots=True)
class Setting:
    """Describe one value a partnership may set for a plugin."""

    key: str
    kind: str
    title: str
    default: Any
    help: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    def read(self, raw: object) -> Any:
        """Return the value meant by what was typed or written; raises ValueError with a sentence."""
        if raw is None or raw == "":
            return self.default
        text = raw.strip() if isinstance(raw, str) else raw
        if self.kind == "flag":
            if text in (True, "yes", "true", "on"):
                return True
            if text in (False, "no", "false", "off"):
                return False
            raise ValueError(f"“{self.title}” is yes or no.")
        if self.kind in ("whole", "number"):
            return self._number(text)
        if not isinstance(text, str) or len(text) > 2000 or not text.isprintable():
            raise ValueError(f"“{self.title}” is a text of at most 2,000 characters on one line.")
        if self.kind == "choice" and text not in self.choices:
            raise ValueError(f"“{self.title}” is one of: {say_list(self.choices, 'or')}.")
        return text

    def _number(self, text: object) -> int | float:
        wanted = "a whole number" if self.kind == "whole" else "a number"
        bounds = f" from {self.least:g} to {self.most:g}" if self.least is not None and self.most is not None else ""
        refused = ValueError(f"“{self.title}” is {wanted}{bounds}.")
        try:
            if isinstance(text, bool) or len(str(text)) > 20:
                raise refused
            number = int(str(text)) if self.kind == "whole" else float(str(text))
        except ValueError:
            raise refused from None
        if not (-1e12 < number < 1e12):
            raise refused
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise refused
        return number


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """Hold what is known of a plugin without running it.

    `where` is `module:NAME` or `file:PATH`. `not_stated` names what its source does not state, so that the national
    value stays.
    """

    info: PluginInfo
    where: str
    settings: tuple[Setting, ...] = ()
    not_stated: tuple[str, ...] = ()


def check_api(name: str, stated: object) -> None:
    """Refuse a plugin made for another contract; raises PluginRefused."""
    if (
        not isinstance(stated, (tuple, list)) or len(stated) != 2
        or not all(type(number) is int for number in stated) or stated[0] > stated[1]
    ):  # fmt: skip
        raise PluginRefused(
            f"It does not say which contract it was written for: RULES_API = ({RULES_API}, {RULES_API}), the first and "
            "the last version it works with."
        )
    first, last = stated
    if first > RULES_API or last < OLDEST_API:
        ours = str(RULES_API) if OLDEST_API == RULES_API else f"{OLDEST_API} to {RULES_API}"
        raise PluginRefused(f"It works with the contract {first} to {last}; this portal has {ours}.")


def check_version(version: object) -> str:
    """Return the version of a plugin; raises PluginRefused when it is none."""
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        raise PluginRefused("Its VERSION must be two or three numbers, such as 1.0.0.")
    return version


def read_settings(described: object) -> tuple[Setting, ...]:
    """Read what a plugin says about its settings; raises PluginRefused."""
    if not isinstance(described, Mapping):
        raise PluginRefused("SETTINGS must be a table: the name of each setting with kind, title and default.")
    return tuple(_setting(str(key), parts) for key, parts in described.items())


def _setting(key: str, parts: object) -> Setting:
    if not isinstance(parts, Mapping) or not key.isidentifier():
        raise PluginRefused(f"The setting “{key}” needs a simple name and a table with kind, title and default.")
    unknown = sorted(set(map(str, parts)) - {"kind", "title", "default", "help", "least", "most", "choices"})
    if unknown:
        raise PluginRefused(f"The setting “{key}” has unknown parts: {say_list(unknown)}.")
    kind, title = parts.get("kind"), parts.get("title")
    if kind not in KINDS or not isinstance(title, str) or not title.strip() or "default" not in parts:
        raise PluginRefused(f"The setting “{key}” needs a kind ({say_list(KINDS, 'or')}), a title and a default.")
    bounds = (parts.get("least"), parts.get("most"))
    if any(bound is not None and type(bound) not in (int, float) for bound in bounds):
        raise PluginRefused(f"The setting “{key}”: least and most are numbers.")
    choices = parts.get("choices", ())
    if not isinstance(choices, (list, tuple)) or not all(isinstance(one, str) for one in choices):
        raise PluginRefused(f"The setting “{key}”: choices is a list of texts.")
    setting = Setting(key, kind, title, parts["default"], str(parts.get("help", "")), *bounds,
                      tuple(choices))  # fmt: skip
    try:
        setting.read(setting.default)
    except ValueError as error:
        raise PluginRefused(f"The default of the setting “{key}” does not fit: {error}") from None
    return setting


def settle(settings: tuple[Setting, ...], raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a partnership's settings; return the values, and a sentence for each that does not fit.

    A plugin that describes no settings takes whatever it is given; one that does refuses unknown names.
    """
    if not settings:
        return dict(raw), {}
    values: dict[str, Any] = {}
    problems = {key: f"There is no setting “{key}”." for key in raw if key not in {one.key for one in settings}}
    for one in settings:
        try:
            values[one.key] = one.read(raw.get(one.key))
        except ValueError as error:
            problems[one.key] = str(error)
    return values, problems
