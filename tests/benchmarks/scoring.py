"""How long the national rules take for a whole assessment."""

from __future__ import annotations

import statistics
import time
from datetime import date

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.facts import CycleFacts, ProgramFacts
from rules.moveup import move_up
from rules.rulebook import Rulebook, build_rulebook
from rules.scorecard import evaluate

from .figures import Figure

ROUNDS = 5  # the quietest counts: other work on the machine is not ours
RUNS = 100
FACTS = ProgramFacts(
    name="Harbor Light", model="one-to-one", settings=("community",), founded=date(2015, 5, 1), youth_min_age=8,
    youth_max_age=14, in_service_area=True, registered=True, capacity_confirmed=True, pairs_volunteers=True,
)  # fmt: skip


def scoring_figures() -> list[Figure]:
    """Measure the median run over 116 answers, every seventh of them not in practice."""
    rulebook = build_rulebook()
    answers = {}
    for at, practice in enumerate(rulebook.catalogue.practices):
        status = Status.IN_PRACTICE if at % 7 else Status.NOT_IN_PRACTICE
        letters = tuple(item.letter for item in practice.sub_items)
        answers[practice.code] = Answer(practice.code, status, 1 + at % 5 if at % 7 else None, sub_items=letters)
    assessment = Assessment(answers, FACTS, CycleFacts(today=date(2026, 10, 1)))
    rounds = []
    for _ in range(ROUNDS):
        took = []
        for _ in range(RUNS):
            start = time.perf_counter()
            evaluate(assessment, rulebook)
            took.append(time.perf_counter() - start)
        rounds.append(statistics.median(took))
    return [
        Figure(f"scoring {len(answers)} answers, national rules", min(rounds) * 1000, 1, "ms"),
        Figure("what moves up, 82 core practices open", _moving_up(rulebook) * 1000, 300, "ms"),
    ]


def _moving_up(rulebook: Rulebook) -> float:
    nothing = Assessment({}, FACTS, CycleFacts(today=date(2026, 10, 1)))
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        move_up(nothing, rulebook)
        rounds.append(time.perf_counter() - start)
    return min(rounds)
