"""Helps the authors of plugins to test their rules; `pytest_plugins = ["rules.testing"]` also brings the fixtures.

`assess({"B.2.5": "no"}, others="yes").with_plugins(my_region).decision.outcome`
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import pytest

from rules import sampling
from rules.answers import Answer, Status
from rules.asking import Assessment, PreviousCycle
from rules.catalogue import Catalogue, Practice, load_edition
from rules.describing import describe
from rules.discovery import BASE, discover, read_file
from rules.eligibility import Eligibility, judge_eligibility
from rules.facts import CycleFacts, ProgramFacts
from rules.loading import Plugins
from rules.plugininfo import FoundPlugin, PluginInfo, settle
from rules.results import Decision, ProposedPriority, Scorecard, Undetermined
from rules.rulebook import EDITION, PluginChoice, Rulebook
from rules.sampling import Sample
from rules.scorecard import evaluate
from rules.tiers import decide, judge_conditions, judge_priorities

NOTHING: Mapping[str, Any] = MappingProxyType({})
STATUSES = {"yes": Status.IN_PRACTICE, "no": Status.NOT_IN_PRACTICE, "n/a": Status.NOT_APPLICABLE, "open": None}
Said = str | int | Answer
Plugin = ModuleType | Path | str


@dataclass(frozen=True)
class Judged:
    """Hold an assessment and the rules; what they come to is judged when it is asked for."""

    rulebook: Rulebook
    assessment: Assessment

    @cached_property
    def scorecard(self) -> Scorecard:
        """Score the answers."""
        return evaluate(self.assessment, self.rulebook)

    @cached_property
    def decision(self) -> Decision:
        """Decide the tier."""
        return decide(self.scorecard, self.assessment, self.rulebook)

    @cached_property
    def priorities(self) -> tuple[ProposedPriority, ...]:
        """Propose aims for the plan, the first one first."""
        return judge_priorities(self.scorecard, self.assessment, self.rulebook)[0]

    @cached_property
    def eligibility(self) -> Eligibility:
        """Judge whether the program may begin."""
        return judge_eligibility(self.assessment.facts, self.assessment.cycle.today, self.rulebook)

    @cached_property
    def undetermined(self) -> tuple[Undetermined, ...]:
        """Name every rule that could not judge; a good plugin leaves this empty."""
        conditions = judge_conditions(self.scorecard, self.assessment, self.rulebook)[1]
        silent = judge_priorities(self.scorecard, self.assessment, self.rulebook)[1]
        return (*self.scorecard.undetermined, *conditions, *silent)


@dataclass(frozen=True)
class Assessed:
    """Hold what a test says about a program."""

    answers: Mapping[str, Said]
    others: Said
    facts: ProgramFacts
    cycle: CycleFacts
    before: Mapping[str, Said]

    def with_plugins(self, *plugins: Plugin, settings: Mapping[str, Any] = NOTHING) -> Judged:
        """Judge by the national rules and these plugins: a module, a file's path, or the name of a known plugin.

        `settings` are those of the one plugin, or a table of settings for each plugin by name. The code runs in this
        process, so that a debugger stops in it. Raises what tells the mistake when a plugin cannot be used.
        """
        rules = rules_of(*plugins, settings=settings)
        return Judged(rules, self._assessment(rules.catalogue))

    def _assessment(self, catalogue: Catalogue) -> Assessment:
        answers = {p.code: _answer(p, self.answers.get(p.code, self.others)) for p in catalogue.practices}
        for code in (*self.answers, *self.before):
            catalogue.practice(code)  # refuses an unknown code
        before = {code: _answer(catalogue.practice(code), said) for code, said in self.before.items()}
        said = {code: answer for code, answer in answers.items() if not answer.blank}
        previous = PreviousCycle(catalogue.edition, before) if before else None
        return Assessment(said, self.facts, self.cycle, previous)


def assess(
    answers: Mapping[str, Said] = NOTHING, others: Said = "open", facts: Mapping[str, Any] = NOTHING,
    cycle: Mapping[str, Any] = NOTHING, before: Mapping[str, Said] = NOTHING,
) -> Assessed:  # fmt: skip
    """Say what a program answers: "yes", "no", "n/a", "open", a rating from 1 to 5, or an Answer, by code.

    `others` answers every practice that is not named. `facts` and `cycle` change single fields of a program that may
    begin and whose cycle is done up to the signed Statement; `before` holds answers of the cycle before.
    """
    return Assessed(
        answers, others, replace(sampling.FACTS, **facts), replace(sampling.DONE, **cycle), before
    )  # fmt: skip


def rules_of(*plugins: Plugin, settings: Mapping[str, Any] = NOTHING) -> Rulebook:
    """Build the rules of the national plugin and these, as `with_plugins` does; `Judged` takes them with an assessment."""
    loaded = Plugins()
    loaded.load(discover().plugin(BASE))
    found = [_load(loaded, plugin) for plugin in plugins]
    by_name = settings if all(isinstance(value, Mapping) for value in settings.values()) else None
    if by_name is None and len(found) != 1:
        raise TypeError("With several plugins, give the settings by the name of each plugin.")
    choices = []
    for one in found:
        values, problems = settle(one.settings, settings if by_name is None else by_name.get(one.info.name, NOTHING))
        if problems:
            raise ValueError(" ".join(problems.values()))
        choices.append(PluginChoice(one.info.name, values))
    return describe([one for one in choices if one.name != BASE], loaded)


def _answer(practice: Practice, said: Said) -> Answer:
    if isinstance(said, Answer):
        return said
    if said == "yes" or (isinstance(said, int) and not isinstance(said, bool)):
        return sampling.in_place(practice, 4 if said == "yes" else int(said))
    if said not in STATUSES:
        raise ValueError(f"{practice.code}: an answer is yes, no, n/a, open or a rating from 1 to 5, not {said!r}.")
    reason = "It does not apply to us." if said == "n/a" else ""
    return Answer(practice.code, STATUSES[str(said)], na_reason=reason)


def _load(loaded: Plugins, plugin: Plugin) -> FoundPlugin:
    if isinstance(plugin, ModuleType):
        found = _stated(plugin)
        loaded.add(found.info, plugin)
        return found
    if isinstance(plugin, str) and plugin.isidentifier():
        found = discover().plugin(plugin)
    else:
        found = read_file(Path(plugin).resolve(), "drop-in")
    loaded.load(found)
    return found


def _stated(module: ModuleType) -> FoundPlugin:
    """Read what a module says about itself, from its file where it has one, as the portal will."""
    name = module.__name__.rpartition(".")[2]
    file = getattr(module, "__file__", None)
    if file and Path(file).stem == name:
        return read_file(Path(file), "drop-in")
    return FoundPlugin(PluginInfo(name, str(getattr(module, "VERSION", "0.0.0"))), "")


@pytest.fixture(name="catalogue", scope="session")
def give_catalogue() -> Catalogue:
    """Give the practices of the national standard."""
    return load_edition(EDITION)


@pytest.fixture(name="sample_assessments", scope="session")
def give_samples(catalogue: Catalogue) -> tuple[Sample, ...]:
    """Give three made-up assessments: everything in place, mixed, just begun."""
    return sampling.sample_assessments(catalogue)
