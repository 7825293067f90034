"""Watches one plugin judge sample assessments, in the process where it runs; rules.conformance reads what came of it."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rules.asking import Asker, Assessment, Question, Said
from rules.codec import canonical_json
from rules.eligibility import judge_eligibility
from rules.hookspecs import JUDGE
from rules.rulebook import Rulebook
from rules.sampling import Sample, sample_assessments
from rules.scorecard import evaluate
from rules.tiers import judge_conditions, judge_priorities

MOST = 20  # problems that are told


class Recorder:
    """Pass questions on, and keep what one plugin says, how long it takes, and whether it changes the scorecard."""

    def __init__(self, asker: Asker, plugin: str) -> None:
        self.asker, self.plugin = asker, plugin
        self.rows: dict[str, list[Mapping[str, Any]]] = {}
        self.wrong: dict[str, None] = {}  # "hook: what happened", each once, in order
        self.took = 0.0
        self.careful = True

    def ask(self, rulebook: Rulebook, hook: str, question: Question) -> Iterator[Said]:
        """Ask as usual, and keep what the plugin says."""
        answers = iter(self.asker.ask(rulebook, hook, question))
        for info in rulebook.offering(hook):
            mine = info.name == self.plugin
            before = canonical_json(question.scorecard) if mine and self.careful and question.scorecard else ""
            start = time.perf_counter()
            said = next(answers)
            if mine:
                self.took += time.perf_counter() - start
                self.rows.setdefault(hook, []).extend(said.rows)
                if said.wrong:
                    self.wrong[f"{hook}: {said.wrong}"] = None
                elif before and canonical_json(question.scorecard) != before:
                    self.wrong[f"{hook}: it changed the scorecard it was given"] = None
            yield said


def probe(rules: Rulebook, given: Mapping[str, Any]) -> dict[str, Any]:
    """Judge the samples twice; `backwards` takes samples and answers in the other order, `rests` deletes answers one by one.

    It stops early when `seconds_here` are over, and says how far it came.
    """
    recorder = Recorder(rules.asker, given["plugin"])
    rules = Rulebook(rules.catalogue, rules.description, recorder)
    until = time.monotonic() + given["seconds_here"]
    samples = list(enumerate(sample_assessments(rules.catalogue)))
    if given["backwards"]:
        samples = [(at, _backwards(sample)) for at, sample in reversed(samples)]
    before = canonical_json(rules.catalogue)
    results: dict[str, str] = {}
    rounds: list[float] = []
    practices: set[str] = set()
    for time_round in range(2):
        recorder.took, recorder.careful, judged = 0.0, time_round == 0, 0
        for at, sample in samples:
            if judged and time.monotonic() > until:
                break
            _judge(sample.assessment, rules, recorder)
            judged += 1
            practices |= {code for rows in recorder.rows.values() for row in rows for code in _named(row)}
            results |= {f"{time_round} {at} {hook}": _digest(rows) for hook, rows in recorder.rows.items()}
        rounds.append(recorder.took / judged)
    if canonical_json(rules.catalogue) != before:
        recorder.wrong["rules: it changed the catalogue it was given"] = None
    found = _resting(samples, rules, recorder, until) if given["rests"] else {}
    return {
        "results": results, "took": min(rounds), "wrong": list(recorder.wrong)[:MOST],
        "practices": [one.code for one in rules.catalogue.practices if one.code in practices], **found,
    }  # fmt: skip


def _judge(assessment: Assessment, rules: Rulebook, recorder: Recorder) -> None:
    """Judge an assessment by everything there is to judge, and keep what the engine could not read."""
    recorder.rows = {}
    card = evaluate(assessment, rules)
    conditions, wrong = judge_conditions(card, assessment, rules)
    silent = judge_priorities(card, assessment, rules)[1]
    verdicts = judge_eligibility(assessment.facts, assessment.cycle.today, rules).verdicts
    for one in (*card.undetermined, *wrong, *silent):
        if one.plugin == recorder.plugin and f"{one.rule}: {one.what}" not in recorder.wrong:
            recorder.wrong[f"{one.rule}: {one.what}"] = None
    for verdict in verdicts:
        mine = verdict.met is None and verdict.trace.plugin == recorder.plugin
        if mine and not any(known.partition(": ")[2] in verdict.sentence for known in recorder.wrong):
            recorder.wrong[f"nqms_eligibility: {verdict.sentence}"] = None
    if not wrong:
        for key in sorted({key for tier in rules.tiers for key in tier.conditions} - conditions.keys()):
            recorder.wrong[f"nqms_tiers: no plugin judges the condition “{key}” of a tier"] = None


def _resting(samples: list[tuple[int, Sample]], rules: Rulebook, recorder: Recorder, until: float) -> dict[str, Any]:
    """Delete one answer after the other: only results that name it may change."""
    hidden: dict[str, None] = {}
    tried, hooks = 0, _offered(rules, recorder.plugin)
    wanted = sum(len(sample.assessment.answers) for _, sample in samples) if hooks else 0
    for _, sample in samples:
        whole = _counted(_answered(sample.assessment, rules, recorder, hooks))
        for code in sample.assessment.answers:
            if not hooks or time.monotonic() > until:
                break
            tried += 1
            answers = {key: answer for key, answer in sample.assessment.answers.items() if key != code}
            less = _counted(_answered(replace(sample.assessment, answers=answers), rules, recorder, hooks))
            for hook in sorted({*whole, *less}):
                for rule in _moved(whole.get(hook, Rows()), less.get(hook, Rows()), code)[:1]:
                    hidden.setdefault(f"{hook}, rule {rule}, rests on {code} and does not name it")
    return {"hidden": list(hidden)[:MOST], "deleted": tried, "to_delete": wanted}


def _offered(rules: Rulebook, plugin: str) -> frozenset[str]:
    """Return the hooks of a plugin whose results may rest on answers."""
    hooks = next(info.hooks for info in rules.plugins if info.name == plugin)
    return frozenset(hooks) & (frozenset(JUDGE) - {"nqms_eligibility"})


def _answered(
    assessment: Assessment, rules: Rulebook, recorder: Recorder, hooks: frozenset[str]
) -> dict[str, list[Mapping[str, Any]]]:
    """Return what the plugin says to these hooks, and make nothing of it."""
    recorder.rows = {}
    if hooks:
        question = Question(assessment, evaluate(assessment, rules))
        for hook in ("nqms_tier_conditions", "nqms_priorities"):
            if hook in hooks:
                list(rules.ask(hook, question))
    return recorder.rows


Rows = Counter[tuple[str, str, frozenset[str]]]  # the rule of each row, the row, and the practices it names


def _counted(said: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Rows]:
    """Count the rows of each hook; written once, since they are compared for one answer after the other."""
    return {
        hook: Counter(
            (str(row.get("rule", row.get("key", "?"))), written(row), frozenset(_named(row))) for row in rows
        )
        for hook, rows in said.items()
    }  # fmt: skip


def _moved(whole: Rows, less: Rows, code: str) -> list[str]:
    """Return the rules that changed without an answer, though they had not named it.

    A row that named it may be gone, and one of the same rule may stand in its place.
    """
    before, after = (Counter({one: n for one, n in rows.items() if code not in one[2]}) for rows in (whole, less))
    named = Counter[str]()
    for (rule, _, practices), n in whole.items():
        named[rule] += n if code in practices else 0
    gone = [rule for rule, *_ in before - after]
    come = Counter(rule for rule, *_ in (after - before).elements())
    return sorted({*gone, *(come - named)})


def _named(row: Mapping[str, Any]) -> set[str]:
    codes = row.get("practices", ())
    return {code for code in codes if isinstance(code, str)} if isinstance(codes, (list, tuple)) else set()


def _digest(rows: list[Mapping[str, Any]]) -> str:
    """Sum up rows without regard to their order, which the engine settles."""
    return hashlib.sha256("\n".join(sorted(map(written, rows))).encode("utf-8", "replace")).hexdigest()


def written(row: Mapping[str, Any]) -> str:
    """Write a row, also one that has no place in a record; the order of its practices means nothing."""
    try:
        return canonical_json({**row, "practices": sorted(_named(row))})
    except (TypeError, ValueError):
        return repr(row)


def _backwards(sample: Sample) -> Sample:
    answers = dict(reversed(list(sample.assessment.answers.items())))
    return replace(sample, assessment=replace(sample.assessment, answers=answers))
