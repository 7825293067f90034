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


def answers_to(practice: Practice) -> list[Answer]:
    """List every kind of answer to a practice, each status as often as the others, and half of the ratings open."""
    code = practice.code
    open_, yes_, no_ = [Answer(code)] * 10, [Answer(code, Status.IN_PRACTICE)] * 5, [no(code)] * 10
    rated = [Answer(code, Status.IN_PRACTICE, rating) for rating in range(1, 6)]
    na = [Answer(code, Status.NOT_APPLICABLE, na_reason="It cannot be.")] * 10 if practice.na.allowed else []
    return [*open_, *yes_, *rated, *no_, *na]


ANSWERS = [answer for practice in CATALOGUE.practices for answer in answers_to(practice)]


def some_answers() -> st.SearchStrategy[dict[str, Answer]]:
    """Draw answers to some of the practices, in any order; one choice an answer, since drawing costs more than judging."""
    few, many = (
        st.lists(st.sampled_from(ANSWERS), unique_by=lambda one: one.code, min_size=least, max_size=30)
        for least in (0, 6)
    )
    return st.one_of(few, many).map(lambda answers: {one.code: one for one in answers})


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
