"""What stands beside the reviewer's side of a practice: the cycle before, its goals, the rules, opinions, questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask, current_app

from portal.assessments.lasttime import LastTime, last_time
from portal.cycles.models import Cycle
from rules.practice import Practice
from rules.results import Scorecard, Trace

from .models import Question, Review
from .opinions import OpinionShown, opinions_of
from .questions import questions_of

GOALS = "nqms-goals-before"


@dataclass(frozen=True, slots=True)
class Goal:
    """One priority of the plan of the cycle before, and how it ended; "" while nobody said."""

    title: str
    codes: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One thing the rules say of a practice, with its reason. kind: as of a rules.results.Finding, or counts."""

    kind: str
    sentence: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Beside:
    """Everything there is to read beside one practice."""

    judged: tuple[Judged, ...]
    last: LastTime | None
    goals: tuple[Goal, ...]
    opinions: tuple[OpinionShown, ...]
    questions: tuple[Question, ...]


def tell_goals(app: Flask, source: Callable[[Cycle], list[Goal]]) -> None:
    """Let the room that knows plans say which goals the cycle before ended with."""
    app.extensions[GOALS] = source


def beside(cycle: Cycle, practices: Iterable[Practice], card: Scorecard, review: Review | None) -> dict[str, Beside]:
    """Return by code what stands beside these practices, in a fixed number of queries."""
    practices = tuple(practices)
    last, goals = last_time(cycle, practices), _goals(cycle)
    opinions, questions = opinions_of(review), questions_of(cycle)
    found = {}
    for practice in practices:
        code, before = practice.code, last.get(practice.code)
        then = {one.practice.code for one in before.said} if before else set()
        found[code] = Beside(
            tuple(judged(card, code)),
            before,
            tuple(goal for goal in goals if then & set(goal.codes)),
            tuple(opinions.get(code, ())),
            tuple(one for one in questions if one.practice_code == code),
        )
    return found


def judged(card: Scorecard, code: str) -> Iterable[Judged]:
    """Return what the rules found in one practice, and what it counts as where that is not what was said."""
    for finding in card.findings:
        if code in finding.practices:
            yield Judged(finding.kind, finding.sentence, finding.trace)
    for one in card.practices:
        if one.code == code and one.counts_as is not one.status:
            yield Judged("counts", one.trace.sentence, one.trace)


def _goals(cycle: Cycle) -> list[Goal]:
    source: Callable[[Cycle], list[Goal]] = current_app.extensions[GOALS]
    return source(cycle)
