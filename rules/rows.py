"""Read what judge hooks return: a good row becomes a result, a bad one is named, and neither stops the other."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from rules.answers import Status
from rules.asking import Said
from rules.catalogue import Catalogue
from rules.facts import CycleFacts, ProgramFacts
from rules.results import Trace, Undetermined

Result = TypeVar("Result")

MAX_SENTENCE = 2000  # characters; a sentence is read by people
JUDGES = {  # what each judge hook decides, for people
    "nqms_eligibility": "who may begin",
    "nqms_adjust_score": "what an answer counts as",
    "nqms_findings": "safety gaps and notes",
    "nqms_tier_conditions": "conditions of tiers",
    "nqms_priorities": "what to do first",
}
FACTS = frozenset(one.name for kind in (ProgramFacts, CycleFacts) for one in fields(kind))


class Row:
    """Hold one row a plugin returned; each getter raises when its part is missing or of a wrong kind."""

    def __init__(self, said: Said, parts: Mapping[str, Any], catalogue: Catalogue) -> None:
        self._said = said
        self._parts = parts
        self._catalogue = catalogue

    def text(self, key: str) -> str:
        """Get a text that says something."""
        value = self._part(key)
        if not isinstance(value, str) or not value.strip():
            raise TypeError(f"“{key}” should be a text that says something")
        if len(value) > MAX_SENTENCE:
            raise ValueError(f"“{key}” is longer than {MAX_SENTENCE:,} characters")
        value.encode()  # a lone surrogate could not be stored
        return value

    def flag(self, key: str) -> bool:
        """Get True or False; a number, NaN or None is neither."""
        value = self._part(key)
        if not isinstance(value, bool):
            raise TypeError(f"“{key}” should be True or False, not {value!r}")
        return value

    def whole(self, key: str) -> int:
        """Get a whole number."""
        value = self._part(key)
        if type(value) is not int:
            raise TypeError(f"“{key}” should be a whole number, not {value!r}")
        return value

    def day(self, key: str) -> date | None:
        """Get a day, or None when the row names none."""
        value = self._parts.get(key)
        if value is not None and type(value) is not date:
            raise TypeError(f"“{key}” should be a date, not {value!r}")
        return value

    def code(self, key: str) -> str:
        """Get the code of one practice; UnknownPractice for an unknown one."""
        return self._catalogue.practice(self._part(key)).code

    def status(self, key: str) -> Status:
        """Get what a practice counts as."""
        value = self._part(key)
        try:
            return Status(value)
        except ValueError:
            raise ValueError(f"“{key}” should be one of {', '.join(Status)}, not {value!r}"[:200]) from None

    def trace(self, sentence: str, rule: str = "rule", rests_on: str = "practices") -> Trace:
        """Build the trace of this row; `rule` is the key that names the rule. UnknownPractice for unknown codes.

        `rests_on` is what the row has to name, practices or facts, also when it rests on none of them: ().
        """
        names: dict[str, tuple[str, ...]] = {"practices": (), "facts": ()}
        for key in names:
            value = self._part(key) if key == rests_on else self._parts.get(key, ())
            if not isinstance(value, (list, tuple)):
                raise TypeError(f"“{key}” should be a list of {'codes' if key == 'practices' else 'names of facts'}")
            names[key] = tuple(value)
        known = self._catalogue.practice
        practices = tuple([known(code).code for code in names["practices"]])
        for fact in names["facts"]:
            if fact not in FACTS:
                raise ValueError(f"there is no fact {fact!r}"[:200])
        plugin = self._said.plugin
        return Trace(plugin.name, plugin.version, self.text(rule), practices, sentence, names["facts"])

    def _part(self, key: str) -> Any:
        if key not in self._parts:
            raise KeyError(f"“{key}” is missing")
        return self._parts[key]


def read_rows(
    said: Said, hook: str, catalogue: Catalogue, make: Callable[[Row], Result]
) -> tuple[list[Result], list[Undetermined]]:
    """Make a result of each row; what could not be made names plugin, version, rule and what happened."""
    if said.wrong:
        return [], [Undetermined(said.plugin.name, said.plugin.version, hook, said.wrong)]
    good, bad = [], []
    for parts in said.rows:
        try:
            good.append(make(Row(said, parts, catalogue)))
        except Exception as error:
            name = parts.get("rule", parts.get("key"))
            rule = name[:60] if isinstance(name, str) and name else hook
            bad.append(Undetermined(said.plugin.name, said.plugin.version, rule, say_error(error)))
    return good, bad


def say_error(error: BaseException) -> str:
    """Say what happened, short enough for a page."""
    return f"{type(error).__name__}: {error.args[0] if error.args else 'no reason given'}"[:300]


def say_rule(rule: str) -> str:
    """Say what a rule decides: a hook in words that people know, a rule of the plugin's own by its name."""
    return JUDGES.get(rule) or f"“{rule}”"


def say_undetermined(one: Undetermined) -> str:
    """Name who could not judge what, as a part of a sentence."""
    return f"{one.plugin} {one.version} could not judge {say_rule(one.rule)} ({one.what})"
