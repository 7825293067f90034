"""The rows of a TOML plugin that match practices or facts: findings, adjustments, priorities and eligibility."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any, get_origin, get_type_hints

from rules.answers import Answer, Status
from rules.catalogue import Catalogue
from rules.facts import MODELS, SETTINGS, ProgramFacts
from rules.results import PracticeResult, Scorecard
from rules.tomlfile import Table
from rules.tomlparts import Named, filled, read_sentence
from rules.wording import say_date, say_list

BLANKS = ("code", "title")
COUNTS_AS = tuple(Status)
FINDINGS = ("safety_gap", "safety_note", "note")
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({"model": MODELS, "settings": SETTINGS})
TESTS = ("at_least", "at_most", "is", "one_of")


@dataclass(frozen=True, slots=True)
class When:
    """Hold what has to be true of a practice, its answer and the program; all of it."""

    status: str = ""
    rating_at_most: float | None = None
    rating_at_least: float | None = None
    notes_missing: bool | None = None
    model: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """Name the facts this rests on."""
        return ("model",) * bool(self.model) + ("settings",) * bool(self.setting)

    def fits(self, result: PracticeResult, answer: Answer | None, facts: ProgramFacts) -> bool:
        """Tell whether all of it is true; what looks at an answer needs one."""
        if self.model and facts.model not in self.model:
            return False
        if self.setting and not set(self.setting) & set(facts.settings):
            return False
        if self.status and result.counts_as != self.status:
            return False
        if self.rating_at_most is not None and (result.rating is None or result.rating > self.rating_at_most):
            return False
        if self.rating_at_least is not None and (result.rating is None or result.rating < self.rating_at_least):
            return False
        if self.notes_missing is None:
            return True
        return answer is not None and answer.status is not None and (not answer.notes.strip()) is self.notes_missing


@dataclass(frozen=True, slots=True)
class Matching:
    """Hold one table of a file: the row it gives for each practice that matches, with blanks in its sentences."""

    parts: Mapping[str, Any]
    practices: tuple[str, ...]
    when: When

    def rows(
        self, catalogue: Catalogue, answers: Mapping[str, Answer], facts: ProgramFacts, scorecard: Scorecard
    ) -> Iterator[dict[str, Any]]:
        """Give one row per practice that matches, resting on that practice and on what adjusted it."""
        results = {one.code: one for one in scorecard.practices}
        for code in self.practices:
            result, title = results.get(code), catalogue.practice(code).title
            if result is None or not self.when.fits(result, answers.get(code), facts):
                continue
            words = {"code": code, "title": title}
            row = {key: filled(part, words) if isinstance(part, str) else part for key, part in self.parts.items()}
            rests_on = tuple(dict.fromkeys((code, *result.trace.practices)))
            yield {**row, "practice": code, "practices": rests_on, "facts": self.when.facts}


def read_matching(table: Table, named: Named, parts: Callable[[Table], Mapping[str, Any]]) -> Matching:
    """Read a table with practices and `when`; `parts` reads what its rows say."""
    said = {"rule": table.text("rule"), **parts(table)}
    made = Matching(MappingProxyType(said), named.practices(table), _when(table))
    table.finish()
    return made


def finding_parts(table: Table) -> dict[str, Any]:
    """Read what a [[finding]] says."""
    return {"kind": _one_of(table, "kind", FINDINGS, "note"), "sentence": read_sentence(table, "sentence", BLANKS)}


def adjust_parts(table: Table) -> dict[str, Any]:
    """Read what an [[adjust]] says."""
    return {"counts_as": _one_of(table, "counts_as", COUNTS_AS), "sentence": read_sentence(table, "sentence", BLANKS)}


def priority_parts(table: Table) -> dict[str, Any]:
    """Read what a [[priority]] says; without a rank it comes after the national core gaps and low ratings."""
    texts = {key: read_sentence(table, key, BLANKS) for key in ("title", "why")}
    return {**texts, "safety": table.flag("safety", False), "rank": table.whole("rank", 5)}


def _one_of(table: Table, key: str, words: Sequence[str], default: str | None = None) -> str:
    word = table.text(key, default)
    if word and word not in words:
        table.complain(key, f"“{key}” cannot be “{word}”; it is one of: {', '.join(words)}.")
    return word


def _when(table: Table) -> When:
    inner = table.table("when")
    if not inner.data:
        if table.data.get("when") == {}:
            table.complain("when", f"“when” is empty; it takes {say_list([one.name for one in fields(When)], 'or')}.")
        return When()
    found: dict[str, Any] = {}
    if inner.has("status"):
        found["status"] = _one_of(inner, "status", COUNTS_AS)
    for key in ("rating_at_most", "rating_at_least"):
        if inner.has(key):
            found[key] = inner.bounded(key, 1, 5, whole=True)
    if inner.has("notes_missing"):
        found["notes_missing"] = inner.flag("notes_missing")
    for key, known in (("model", MODELS), ("setting", SETTINGS)):
        if inner.has(key):
            found[key] = _known(inner, key, inner.texts(key), known)
    inner.finish()
    return When(**found)


def _known(table: Table, key: str, words: tuple[str, ...], known: Sequence[str]) -> tuple[str, ...]:
    if table.data.get(key) == []:
        table.complain(key, f"“{key}” should name at least one of: {', '.join(known)}.")
    for word in words:
        if word not in known:
            table.complain(key, f"“{key}” cannot be “{word}”; it is one of: {', '.join(known)}.")
    return words


@dataclass(frozen=True, slots=True)
class FactRule:
    """Hold one [[eligibility]]: a fact of the program, and the tests that all have to hold."""

    rule: str
    fact: str
    tests: Mapping[str, Any]
    yes: str
    no: str

    def row(self, facts: ProgramFacts) -> dict[str, Any]:
        """Judge it, in the form that nqms_eligibility returns."""
        value = getattr(facts, self.fact)
        met = all(_holds(test, value, wanted) for test, wanted in self.tests.items())
        sentence = filled(self.yes if met else self.no, {"value": _say(value)})
        return {"rule": self.rule, "met": met, "sentence": sentence, "facts": (self.fact,)}


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return say_date(value)
    return say_list(value) if isinstance(value, tuple) else str(value)


def _holds(test: str, value: Any, wanted: Any) -> bool:
    if test == "at_least":
        return bool(value >= wanted)
    if test == "at_most":
        return bool(value <= wanted)
    if test == "is":
        return bool(value == wanted)
    return bool(set(value) & set(wanted)) if isinstance(value, tuple) else value in wanted


FACTS: Mapping[str, str] = MappingProxyType({
    name: (get_origin(kind) or kind).__name__ for name, kind in get_type_hints(ProgramFacts).items()
})  # fmt: skip
FITTING: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "int": ("at_least", "at_most", "is"), "bool": ("is",), "str": ("is", "one_of"), "date": ("at_least", "at_most"),
    "tuple": ("one_of",),
})  # fmt: skip


def read_fact_rule(table: Table) -> FactRule:
    """Read one [[eligibility]]."""
    rule, fact = table.text("rule"), table.text("fact")
    kind = FACTS.get(fact)
    tests: dict[str, Any] = {}
    for test in TESTS:
        if not table.has(test):
            continue
        if kind is not None and test not in FITTING[kind]:
            table.any(test)
            table.complain(test, f"“{fact}” cannot be tested with “{test}”, only with {say_list(FITTING[kind], 'or')}.")
        else:
            tests[test] = _wanted(table, test, kind, WORDS.get(fact))
    if fact and kind is None:
        table.complain("fact", f"There is no fact “{fact}”; it is one of: {', '.join(FACTS)}.")
    if not any(table.has(test) for test in TESTS):
        table.complain("fact", f"Say what it has to be, with {say_list(TESTS, 'or')}.")
    yes, no = (read_sentence(table, side, ("value",)) for side in ("yes", "no"))
    table.finish()
    return FactRule(rule, fact, MappingProxyType(tests), yes, no)


def _wanted(table: Table, test: str, kind: str | None, known: Sequence[str] | None) -> Any:
    if kind is None:
        return table.any(test)
    if kind == "date":
        return table.day(test) or date.min
    if kind == "bool":
        return table.flag(test)
    if kind == "int":
        return table.whole(test)
    words = table.texts(test) if test == "one_of" else (table.text(test),)
    if known is not None:
        _known(table, test, words, known)
    return words if test == "one_of" else words[0]
