"""Judge one whole assessment: pure, and every number has its trace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from rules.answers import Answer, Status, missing
from rules.catalogue import Catalogue
from rules.facts import CycleFacts, ProgramFacts
from rules.practice import Practice
from rules.results import Finding, PracticeResult, Scorecard, Share, Trace, Undetermined
from rules.rows import Row, read_rows
from rules.rulebook import RULES_API, Rulebook

__all__ = ["Finding", "PracticeResult", "Scorecard", "Share", "Trace", "Undetermined", "evaluate"]

CORE = "rules"  # what the engine itself counts, not a plugin
VERSION = str(RULES_API)


@dataclass(frozen=True, slots=True)
class Group:
    """Name practices that are counted together."""

    key: str
    title: str
    codes: tuple[str, ...]


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


def evaluate(
    catalogue: Catalogue, answers: Mapping[str, Answer], facts: ProgramFacts, cycle: CycleFacts, rulebook: Rulebook
) -> Scorecard:
    """Score an assessment. Answers to codes outside the catalogue are ignored."""
    tags = facts.tags
    results = tuple(_result(practice, answers.get(practice.code), tags) for practice in catalogue.practices)
    by_code = {result.code: result for result in results}
    sections, areas, totals = groups_of(catalogue)
    core, enhancements, benchmarks, total = (_share(group, by_code) for group in totals)
    frozen = MappingProxyType(dict(answers))
    findings: list[Finding] = []
    wrong: list[Undetermined] = []
    for said in rulebook.ask("nqms_findings", catalogue=catalogue, answers=frozen, facts=facts):
        good, bad = read_rows(said, "nqms_findings", catalogue, _finding)
        findings += good
        wrong += bad
    order = order_of(catalogue)

    def place(one: Finding) -> tuple[int, str, str, str]:
        return min((order[code] for code in one.practices), default=-1), one.rule, one.trace.plugin, one.sentence

    findings.sort(key=place)
    return Scorecard(
        catalogue.edition, catalogue.hash, results, tuple(_share(group, by_code) for group in sections),
        tuple(_share(group, by_code) for group in areas), core, enhancements, benchmarks, total,
        tuple(one for one in findings if one.kind == "safety_gap"), tuple(findings), tuple(wrong),
    )  # fmt: skip


WORDS = {
    Status.IN_PRACTICE: "is in practice",
    Status.NOT_IN_PRACTICE: "is not in practice",
    Status.NOT_APPLICABLE: "does not apply, so it is not counted",
}


def _result(practice: Practice, answer: Answer | None, tags: frozenset[str]) -> PracticeResult:
    code = practice.code
    status = answer.status if answer is not None else None
    rating = answer.rating if answer is not None else None
    answered = not missing(practice, answer)
    refused = status is Status.NOT_APPLICABLE and not practice.na.allows(tags)  # the program changed since it answered
    if status is None:
        sentence = f"{code} is not answered yet."
    elif refused:
        sentence = (
            f"{code} says it does not apply, but it applies to this kind of program, so it counts as not in practice."
        )
    else:
        rated = f", rating {rating}" if rating is not None else ""
        sentence = f"{code} {WORDS[status]}{rated}."
    gap = practice.is_critical and (refused or status is Status.NOT_IN_PRACTICE)
    applies = refused or status is not Status.NOT_APPLICABLE
    return PracticeResult(
        code, status, rating, applies, answered, gap, Trace(CORE, VERSION, "answer", (code,), sentence)
    )


def _share(group: Group, by_code: Mapping[str, PracticeResult]) -> Share:
    mine = [by_code[code] for code in group.codes]
    applicable = sum(one.applies for one in mine)
    in_practice = sum(one.status is Status.IN_PRACTICE for one in mine)
    ratings = [one.rating for one in mine if one.rating is not None]
    average = round(sum(ratings) / len(ratings), 2) if ratings else None
    left_out = len(mine) - applicable
    sentence = f"{group.title}: {in_practice} of {applicable} practices that apply are in practice"
    sentence += f"; {left_out} left out as not applicable." if left_out else "."
    return Share(
        group.key, group.title, in_practice, applicable, sum(one.answered for one in mine), len(mine), average,
        Trace(CORE, VERSION, f"share-{group.key}", group.codes, sentence),
    )  # fmt: skip


def _finding(row: Row) -> Finding:
    sentence = row.text("sentence")
    trace = row.trace(sentence)
    return Finding(trace.rule, row.text("kind"), trace.practices, sentence, trace)
