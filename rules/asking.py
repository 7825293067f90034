"""How a judge hook is asked: what it is given, what each plugin said, and who passes the question on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from rules.answers import Answer
from rules.facts import CycleFacts, ProgramFacts
from rules.plugininfo import PluginInfo
from rules.results import Scorecard

if TYPE_CHECKING:
    from rules.rulebook import Rulebook

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PreviousCycle:
    """Hold what the rules may know of the program's cycle before this one."""

    edition: str
    answers: Mapping[str, Answer]

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))


@dataclass(frozen=True, slots=True)
class Assessment:
    """Hold one whole assessment as its judges see it: answers, facts, the dates of the cycle, the cycle before."""

    answers: Mapping[str, Answer]
    facts: ProgramFacts
    cycle: CycleFacts
    previous: PreviousCycle | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))


@dataclass(frozen=True, slots=True)
class Question:
    """Hold what a judge hook is asked about; the scorecard is there once the answers are counted."""

    assessment: Assessment
    scorecard: Scorecard | None = None

    def arguments(self, rulebook: "Rulebook", plugin: str) -> dict[str, object]:
        """Return what a hook of this plugin may take, by name."""
        return {
            "catalogue": rulebook.catalogue,
            "policy": rulebook.policy,
            "settings": rulebook.settings_of(plugin),
            "answers": self.assessment.answers,
            "facts": self.assessment.facts,
            "cycle": self.assessment.cycle,
            "previous": self.assessment.previous,
            "today": self.assessment.cycle.today,
            "scorecard": self.scorecard,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """Hold what one plugin answered to one judge hook, or what went wrong.

    `passing` marks a fault that may be over in a moment, such as rules that are busy.
    """

    plugin: PluginInfo
    rows: tuple[Mapping[str, Any], ...] = ()
    wrong: str = ""
    passing: bool = False


class Asker(Protocol):
    """Pass a question on to the plugins of a rulebook, one at a time, and say who answered what."""

    def ask(self, rulebook: "Rulebook", hook: str, question: Question) -> Iterable[Said]:
        """Ask every listed plugin that offers the hook, in the list's order; a failure is an answer too."""
        ...


class NobodyAsks:
    """Stand in where a rulebook is only read: every judge hook is undetermined."""

    def ask(self, rulebook: "Rulebook", hook: str, question: Question) -> Iterable[Said]:
        """Say of each plugin that nobody is there to ask it."""
        return [Said(info, (), "its code is not at hand here") for info in rulebook.offering(hook)]
