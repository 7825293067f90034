"""Facts, answers and rulebooks that the tests of the rules share; plugins are made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import ModuleType
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.catalogue import Practice, load_edition
from rules.describing import describe
from rules.discovery import discover
from rules.facts import CycleFacts, ProgramFacts
from rules.hookspecs import hookimpl
from rules.loading import Plugins
from rules.plugininfo import PluginInfo
from rules.results import Decision, Scorecard
from rules.rulebook import PluginChoice, Rulebook
from rules.scorecard import evaluate
from rules.tiers import decide

CATALOGUE = load_edition("eepm4")
unhurried = settings(deadline=None, max_examples=50)  # a busy machine is no mistake of the rules
each_plugin = settings(deadline=None, max_examples=12)  # for a law that every bundled plugin is held to in turn
FACTS = ProgramFacts(
    name="Willow Road", model="one-to-one", settings=("community",), founded=date(2015, 5, 1), youth_min_age=8,
    youth_max_age=14, in_service_area=True, registered=True, capacity_confirmed=True, pairs_volunteers=True,
)  # fmt: skip
TODAY = date(2026, 10, 1)
CYCLE = CycleFacts(TODAY)
SIGNED = CycleFacts(
    TODAY, submitted_on=date(2026, 1, 12), visited_on=date(2026, 2, 18), plan_issued_on=date(2026, 3, 3),
    statement_signed_on=date(2026, 3, 11),
)  # fmt: skip


def yes(practice: Practice, rating: int = 4) -> Answer:
    letters = tuple(item.letter for item in practice.sub_items)
    return Answer(practice.code, Status.IN_PRACTICE, rating, sub_items=letters)


def no(code: str) -> Answer:
    return Answer(code, Status.NOT_IN_PRACTICE)


def all_yes(rating: int = 4) -> dict[str, Answer]:
    return {practice.code: yes(practice, rating) for practice in CATALOGUE.practices}


def answer_to(practice: Practice) -> st.SearchStrategy[Answer]:
    statuses: list[Status | None] = [None, Status.IN_PRACTICE, Status.NOT_IN_PRACTICE]
    statuses += [Status.NOT_APPLICABLE] if practice.na.allowed else []

    def answer(status: Status | None, rating: int | None) -> Answer:
        reason = "It cannot be." if status is Status.NOT_APPLICABLE else ""
        return Answer(practice.code, status, rating if status is Status.IN_PRACTICE else None, reason)

    return st.builds(answer, st.sampled_from(statuses), st.one_of(st.none(), st.integers(1, 5)))


@st.composite
def some_answers(draw: st.DrawFn) -> dict[str, Answer]:
    """Draw answers to some of the practices, in any order."""
    practices = draw(st.lists(st.sampled_from(CATALOGUE.practices), unique_by=lambda one: one.code, max_size=30))
    return {practice.code: draw(answer_to(practice)) for practice in practices}


def nothing() -> list[Any]:
    """Say nothing, as a hook may."""
    return []


def plugin(name: str, **hooks: Callable[..., object]) -> ModuleType:
    """Make a plugin of functions by hook name."""
    module = ModuleType(name)
    module.__dict__.update(VERSION="2.1", TITLE=name, **{hook: hookimpl(function) for hook, function in hooks.items()})
    return module


def rulebook(
    *made: ModuleType, listed: tuple[str, ...] | None = None, settings: Mapping[str, Mapping[str, Any]] | None = None
) -> Rulebook:
    """Build a rulebook of the national rules and these plugins; only the listed ones are in force."""
    loaded = Plugins()
    loaded.load(discover().plugin("national"))
    for one in made:
        loaded.add(PluginInfo(one.__name__, one.VERSION, one.TITLE), one)
    names = tuple(one.__name__ for one in made) if listed is None else listed
    return describe([PluginChoice(name, (settings or {}).get(name, {})) for name in names], loaded)


def scored(rules: Rulebook, answers: Mapping[str, Answer], cycle: CycleFacts = CYCLE) -> Scorecard:
    """Score these answers of Willow Road."""
    return evaluate(Assessment(answers, FACTS, cycle), rules)


def decided(rules: Rulebook, answers: Mapping[str, Answer], cycle: CycleFacts = SIGNED) -> Decision:
    """Score these answers of Willow Road and decide the tier."""
    return decide(scored(rules, answers, cycle), Assessment(answers, FACTS, cycle), rules)
