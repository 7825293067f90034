"""What judging costs: the national rules, ten plugins beside plain functions, and a question to the evaluator's process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from rules.answers import Answer, Status
from rules.asking import Assessment, Question
from rules.catalogue import Catalogue
from rules.describing import describe
from rules.discovery import discover
from rules.evaluator import Evaluator
from rules.facts import CycleFacts, ProgramFacts
from rules.hookspecs import hookimpl
from rules.loading import Plugins
from rules.moveup import move_up
from rules.plugininfo import PluginInfo
from rules.results import Finding, Scorecard, Trace
from rules.rulebook import PluginChoice, Rulebook, build_rulebook
from rules.scorecard import answered_results, count, evaluate, judged
from rules.wire import pack_assessment

from .figures import Figure

ROUNDS = 5  # the quietest counts: other work on the machine is not ours
RUNS = 100
FACTS = ProgramFacts(
    name="Harbor Light", model="one-to-one", settings=("community",), founded=date(2015, 5, 1), youth_min_age=8,
    youth_max_age=14, in_service_area=True, registered=True, capacity_confirmed=True, pairs_volunteers=True,
)  # fmt: skip


def scoring_figures() -> list[Figure]:
    """Measure the median run over whole assessments, every seventh answer of them not in practice."""
    rulebook = build_rulebook()
    assessment = answered(rulebook.catalogue)
    alone = quietest(lambda: evaluate(assessment, rulebook))
    return [
        Figure(f"scoring {len(assessment.answers)} answers, national rules", alone * 1000, 1, "ms"),
        moving_up_figure(),
        *plugin_figures(),
        *evaluator_figures(assessment),
    ]


def answered(catalogue: Catalogue) -> Assessment:
    answers = {}
    for at, practice in enumerate(catalogue.practices):
        status = Status.IN_PRACTICE if at % 7 else Status.NOT_IN_PRACTICE
        letters = tuple(item.letter for item in practice.sub_items)
        answers[practice.code] = Answer(practice.code, status, 1 + at % 5 if at % 7 else None, sub_items=letters)
    return Assessment(answers, FACTS, CycleFacts(today=date(2026, 10, 1)))


def quietest(run: Callable[[], object]) -> float:
    """Return the seconds of the median run in the quietest round."""
    rounds = []
    for _ in range(ROUNDS):
        took = []
        for _ in range(RUNS):
            start = time.perf_counter()
            run()
            took.append(time.perf_counter() - start)
        rounds.append(statistics.median(took))
    return min(rounds)


def side_by_side(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the quietest run of each, taken in turns, so that both see the same machine."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS * RUNS):
        for run, times in zip((one, other), took, strict=True):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    return min(took[0]), min(took[1])


def moving_up_figure() -> Figure:
    """Measure the search for the next tier with every core practice open."""
    rulebook, nothing = build_rulebook(), Assessment({}, FACTS, CycleFacts(today=date(2026, 10, 1)))
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        move_up(nothing, rulebook)
        rounds.append(time.perf_counter() - start)
    return Figure("what moves up, 82 core practices open", min(rounds) * 1000, 300, "ms")


@dataclass(frozen=True)
class Weak:
    """Note the answers of one section that are weak, as a partnership's rule does."""

    section: str

    def nqms_findings(self, catalogue: Catalogue, answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
        rows = []
        for practice in catalogue.section(self.section).practices:
            answer = answers.get(practice.code)
            if answer is not None and (answer.rating or 0) <= 2:
                sentence = f"{practice.code} ({practice.title}) is weak: rated {answer.rating or 0} of 5."
                rows.append({"rule": "weak", "kind": "note", "practices": (practice.code,), "sentence": sentence})
        return rows


def longer(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Add practices of a partnership's own up to 150."""
    section = catalogue.sections[-1].key
    words = {
        "title": "One more",
        "question": "Do you?",
        "statement": "We do.",
        "help": "Say so.",
        "concerns": ("staff",),
    }
    return [
        {"change": "add", "section": section, "practice": {"code": f"X.{at}", **words}, "sentence": "Ours."}
        for at in range(150 - len(catalogue.practices))
    ]


def plugin_figures() -> list[Figure]:
    """Measure 150 answers through ten plugins and by the same rules called as plain functions."""
    loaded = Plugins()
    loaded.load(discover().plugin("national"))
    national = import_module("plugins.national")
    weak = [Weak(section.key) for section in build_rulebook().catalogue.sections[:9]]
    for at, one in enumerate(weak):
        module = ModuleType(f"weak{at}")
        hooks = {"nqms_findings": hookimpl(lambda catalogue, answers, one=one: one.nqms_findings(catalogue, answers))}
        if at == 0:
            hooks["nqms_practices"] = hookimpl(longer)
        module.__dict__.update(hooks)
        loaded.add(PluginInfo(module.__name__, "1.0.0"), module)
    rules = describe([PluginChoice(f"weak{at}") for at in range(len(weak))], loaded)
    assessment = answered(rules.catalogue)
    functions: list[Callable[..., Any]] = [
        lambda catalogue, answers: national.nqms_findings(catalogue, answers, FACTS), *(one.nqms_findings for one in weak)
    ]  # fmt: skip

    def plainly() -> Scorecard:
        return by_functions(assessment, rules, functions)

    if [one.sentence for one in evaluate(assessment, rules).findings] != [one.sentence for one in plainly().findings]:
        raise RuntimeError("the plain functions find something else than the plugins")
    ours, plain = side_by_side(lambda: evaluate(assessment, rules), plainly)
    name = f"{len(assessment.answers)} answers through 10 plugins: {ours * 1000:.2f} ms, plainly {plain * 1000:.2f} ms"
    return [Figure(f"{name} ({plain / ours:.0%}, aim 70 %)", ours / plain, 1 / 0.6, "times")]


def by_functions(assessment: Assessment, rules: Rulebook, functions: list[Callable[..., Any]]) -> Scorecard:
    """Score with the same counting and results, without naming, checking and containing anybody."""
    counted = count(rules.catalogue, answered_results(assessment, rules.catalogue))
    findings = []
    for function in functions:
        for row in function(rules.catalogue, assessment.answers):
            trace = Trace("plain", "1", row["rule"], row["practices"], row["sentence"])
            findings.append(Finding(row["rule"], row["kind"], row["practices"], row["sentence"], trace))
    order = {practice.code: at for at, practice in enumerate(rules.catalogue.practices)}
    findings.sort(key=lambda one: (min((order[code] for code in one.practices), default=-1), one.rule))
    return judged(counted, findings, ())


def evaluator_figures(assessment: Assessment) -> list[Figure]:
    """Measure a question to the warm process and back, a whole judgement, a preview, and the memory of the process."""
    evaluator = Evaluator()
    try:
        rules = evaluator.describe([])
        question = Question(assessment)
        trip = quietest(lambda: list(evaluator.ask(rules, "nqms_findings", question)))
        start = time.perf_counter()
        for _ in range(20):  # as a worker with a progress bar does
            evaluator.work("outcomes", rules, 60, assessments=[pack_assessment(assessment)] * 50)
        preview = time.perf_counter() - start
        (cell,) = evaluator._cells.values()
        if cell.process is None:
            raise RuntimeError("the evaluator has no process")
        status = Path(f"/proc/{cell.process.running.pid}/status").read_text()
        kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    finally:
        evaluator.close()
    return [
        Figure("one question to the evaluator and back, warm", trip * 1000, 5, "ms"),
        Figure("outcomes of 1,000 assessments for a preview, national rules", preview, 10, "s"),
        Figure("memory of the evaluator's process at its highest", kilobytes / 1000, 40, "MB"),
    ]
