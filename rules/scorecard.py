"""Judge one whole assessment: pure, and every number has its trace."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from rules.answers import Status, missing
from rules.asking import Assessment, Question
from rules.catalogue import Catalogue
from rules.plugininfo import RULES_API
from rules.practice import Practice
from rules.results import Adjustment, Finding, PracticeResult, Scorecard, Share, Trace, Undetermined
from rules.rows import Row, read_rows
from rules.rulebook import Rulebook

__all__ = ["Finding", "PracticeResult", "Scorecard", "Share", "Trace", "Undetermined", "evaluate"]

Result = TypeVar("Result")

CORE = "rules"  # what the engine itself counts, not a plugin
VERSION = str(RULES_API)


@dataclass(frozen=True, slots=True)
class Group:
    """Name practices that are counted together."""

    key: str
    title: str
    codes: tuple[str, ...]

    @property
    def rule(self) -> str:
        """Give the name of the rule that counts this group."""
        return f"share-{self.key}"


@lru_cache(maxsize=16)
def groups_of(catalogue: Catalogue) -> tuple[tuple[Group, ...], tuple[Group, ...], tuple[Group, ...]]:
    """List sections, areas, and the four totals (core, enhancements, benchmarks, all), once per catalogue."""

    def codes(practices: Iterable[Practice]) -> tuple[str, ...]:
        return tuple(practice.code for practice in practices)

    sections = tuple(Group(one.key, one.title, codes(one.practices)) for one in catalogue.sections)
    areas = tuple(
        Group(one.key, one.title, tuple(code for section in one.sections for code in codes(section.practices)))
        for one in catalogue.areas
    )
    everything = catalogue.practices
    totals = (
        Group("core", "Core practices", codes(p for p in everything if p.is_core)),
        Group("enhancements", "Enhancements", codes(p for p in everything if not p.is_core)),
        Group("benchmarks", "Benchmarks", codes(p for p in everything if p.is_benchmark)),
        Group("total", "All practices", codes(everything)),
    )
    return sections, areas, totals


@lru_cache(maxsize=16)
def order_of(catalogue: Catalogue) -> Mapping[str, int]:
    """Give each code its place in the catalogue, once per catalogue."""
    return MappingProxyType({practice.code: at for at, practice in enumerate(catalogue.practices)})


def evaluate(assessment: Assessment, rulebook: Rulebook) -> Scorecard:
    """Score an assessment. Answers to codes outside the catalogue are ignored."""
    answered = answered_results(assessment, rulebook.catalogue)
    plain = count(rulebook.catalogue, answered)
    adjustments, wrong = _judged(rulebook, "nqms_adjust_score", Question(assessment, plain), _adjustment)
    adjusted = count(rulebook.catalogue, answered, adjustments) if adjustments else plain
    findings, bad = _judged(rulebook, "nqms_findings", Question(assessment, adjusted), _finding)
    order = order_of(rulebook.catalogue)

    def place(one: Finding) -> tuple[int, str, str, str]:
        return min((order[code] for code in one.practices), default=-1), one.rule, one.trace.plugin, one.sentence

    findings.sort(key=place)
    return judged(adjusted, findings, (*wrong, *bad))


def judged(counted: Scorecard, findings: Iterable[Finding], undetermined: Iterable[Undetermined]) -> Scorecard:
    """Return a counted scorecard with what the judges found, and who could not judge."""
    found = tuple(findings)
    gaps = tuple(one for one in found if one.kind == "safety_gap")
    return replace(counted, safety_gaps=gaps, findings=found, undetermined=tuple(undetermined))


def _judged(
    rulebook: Rulebook, hook: str, question: Question, make: Callable[[Row], Result]
) -> tuple[list[Result], list[Undetermined]]:
    results: list[Result] = []
    wrong: list[Undetermined] = []
    for said in rulebook.ask(hook, question):
        good, bad = read_rows(said, hook, rulebook.catalogue, make)
        results += good
        wrong += bad
    return results, wrong


def count(
    catalogue: Catalogue, answered: tuple[PracticeResult, ...], adjustments: Iterable[Adjustment] = ()
) -> Scorecard:
    """Count what is in practice, after the adjustments; of several to one practice the last one counts."""
    made = tuple(adjustments)
    results = answered
    if made:
        last = {one.practice: one for one in made}
        results = tuple(_adjusted(one, last.get(one.code)) for one in answered)
    by_code = {result.code: result for result in results}
    sections, areas, totals = groups_of(catalogue)
    core, enhancements, benchmarks, total = (_share(group, by_code) for group in totals)
    return Scorecard(
        catalogue.edition, catalogue.hash, results, tuple(_share(group, by_code) for group in sections),
        tuple(_share(group, by_code) for group in areas), core, enhancements, benchmarks, total, (), (), (), made,
    )  # fmt: skip


def _adjusted(result: PracticeResult, adjustment: Adjustment | None) -> PracticeResult:
    if adjustment is None:
        return result
    return replace(result, counts_as=adjustment.counts_as, trace=adjustment.trace)


def answered_results(assessment: Assessment, catalogue: Catalogue) -> tuple[PracticeResult, ...]:
    """Tell what each answer counts for by itself. The same answer always gives the very same result, so they are kept."""
    tags, answers, kept = assessment.facts.tags, assessment.answers, _kept(catalogue)
    results = []
    for practice in catalogue.practices:
        answer = answers.get(practice.code)
        status = answer.status if answer is not None else None
        rating = answer.rating if answer is not None else None
        refused = status is Status.NOT_APPLICABLE and not practice.na.allows(tags)  # the program changed since
        key = (practice.code, status, rating, refused, not missing(practice, answer))
        found = kept.get(key)
        if found is None:
            found = kept[key] = _result(practice, status, rating, refused, key[-1])
        results.append(found)
    return tuple(results)


Key = tuple[str, Status | None, int | None, bool, bool]


@lru_cache(maxsize=16)
def _kept(catalogue: Catalogue) -> dict[Key, PracticeResult]:
    """Keep results by what they rest on; a catalogue has some 30 for each practice at most."""
    return {}


WORDS = {
    Status.IN_PRACTICE: "is in practice",
    Status.NOT_IN_PRACTICE: "is not in practice",
    Status.NOT_APPLICABLE: "does not apply, so it is not counted",
}


def _result(
    practice: Practice, status: Status | None, rating: int | None, refused: bool, answered: bool
) -> PracticeResult:
    code = practice.code
    if status is None:
        sentence = f"{code} is not answered yet."
    elif refused:
        sentence = (
            f"{code} says it does not apply, but it applies to this kind of program, so it counts as not in practice."
        )
    else:
        rated = f", rating {rating}" if rating is not None else ""
        sentence = f"{code} {WORDS[status]}{rated}."
    counts_as = Status.NOT_IN_PRACTICE if refused else status
    gap = practice.is_critical and counts_as is Status.NOT_IN_PRACTICE
    return PracticeResult(
        code, status, rating, answered, gap, counts_as, Trace(CORE, VERSION, "answer", (code,), sentence)
    )


def _share(group: Group, by_code: Mapping[str, PracticeResult]) -> Share:
    results = [by_code[code] for code in group.codes]
    size, counted = len(results), [one.counts_as for one in results]
    applicable, in_practice = size - counted.count(Status.NOT_APPLICABLE), counted.count(Status.IN_PRACTICE)
    answered = sum([one.answered for one in results])
    ratings = [one.rating for one in results if one.rating is not None]
    rated, points = len(ratings), sum(ratings)
    left_out = size - applicable
    sentence = f"{group.title}: {in_practice} of {applicable} practices that apply are in practice"
    sentence += f"; {left_out} left out as not applicable." if left_out else "."
    return Share(
        group.key, group.title, in_practice, applicable, answered, size, round(points / rated, 2) if rated else None,
        Trace(CORE, VERSION, group.rule, group.codes, sentence),
    )  # fmt: skip


def _adjustment(row: Row) -> Adjustment:
    sentence = row.text("sentence")
    trace = row.trace(sentence)
    return Adjustment(trace.rule, row.code("practice"), row.status("counts_as"), sentence, trace)


def _finding(row: Row) -> Finding:
    sentence = row.text("sentence")
    trace = row.trace(sentence)
    return Finding(trace.rule, row.text("kind"), trace.practices, sentence, trace)
