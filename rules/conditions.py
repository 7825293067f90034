"""The conditions of tiers that a TOML plugin may state: each kind is read from a table and judges a scorecard."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rules.answers import Status
from rules.facts import CycleFacts
from rules.policy import Policy
from rules.results import PracticeResult, Scorecard
from rules.tomlfile import Table
from rules.tomlparts import Named, filled, read_sentence, rests_on, share_of
from rules.wording import say_list

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
BLANKS = ("number", "open")


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold what a condition found: whether it is met, the number it counted, what is still open, and what it rests on."""

    met: bool
    number: str = ""
    open: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


Measure = Callable[[Scorecard, CycleFacts, Policy], Measured]
Reader = Callable[[Table, Named], Measure]


@dataclass(frozen=True, slots=True)
class Condition:
    """Hold one condition of a file: its key, its title, the sentence for either outcome, and how it is measured."""

    key: str
    title: str
    yes: str
    no: str
    measure: Measure

    def row(self, scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> dict[str, Any]:
        """Judge it, in the form that nqms_tier_conditions returns."""
        found = self.measure(scorecard, cycle, policy)
        words = {"number": found.number or "0", "open": say_list(found.open) or "none"}
        sentence = filled(self.yes if found.met else self.no, words)
        return {"key": self.key, "title": self.title, "met": found.met, "sentence": sentence,
                "practices": found.practices, "facts": found.facts}  # fmt: skip


def read_conditions(tables: Iterable[Table], named: Named) -> tuple[Condition, ...]:
    """Read the conditions of a file; those that join others may stand before them."""
    made: dict[str, Condition] = {}
    seen: set[str] = set()
    joined = []
    for table in tables:
        key, kind = _key(table, seen), table.text("kind")
        yes, no = (read_sentence(table, side, BLANKS) for side in ("yes", "no"))
        words = (table.text("title"), yes, no)
        if kind == "any_of":
            joined.append((key, words, table, table.texts("keys")))
        elif kind in KINDS:
            made[key] = Condition(key, *words, KINDS[kind](table, named))
        elif kind:
            table.complain("kind", f"“kind” cannot be “{kind}”; it is one of: {', '.join((*KINDS, 'any_of'))}.")
            continue  # which other keys belong here is not known
        table.finish()
    plain = dict(made)
    for key, words, table, keys in joined:
        for name in keys:
            if name not in plain:
                table.complain("keys", f"“{name}” is no condition of this file that could be joined.")
        parts = tuple(plain[name].measure for name in keys if name in plain)
        made[key] = Condition(key, *words, _any_of(parts))
    return tuple(made.values())


def _key(table: Table, seen: set[str]) -> str:
    key = table.text("key")
    if key and not KEY.fullmatch(key):
        table.complain(
            "key", f"“{key}” cannot be a key; it has small letters, digits, hyphens, and begins with a letter."
        )
    if key and key in seen:
        table.complain("key", f"The key “{key}” comes twice.")
    seen.add(key)
    return key


def _share(table: Table, named: Named) -> Measure:
    of, least = named.group(table), table.bounded("at_least", 1, 100)

    def measure(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> Measured:
        share = share_of(scorecard, of)
        codes = share.trace.practices
        met = share.applicable > 0 and 100 * share.in_practice >= least * share.applicable
        number = "0" if share.percent is None else str(share.percent)
        return Measured(met, number, _lacking(_named(scorecard, codes)), rests_on(scorecard, codes))

    return measure


def _average(table: Table, named: Named) -> Measure:
    of, least = named.group(table), table.bounded("at_least", 1, 5)

    def measure(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> Measured:
        share = share_of(scorecard, of)  # compared as it is shown, with two places
        average = share.average_rating
        return Measured(average is not None and average >= least, "" if average is None else f"{average:.2f}",
                        practices=share.trace.practices)  # fmt: skip

    return measure


def _in_practice(table: Table, named: Named) -> Measure:
    codes = named.practices(table)
    least = table.bounded("at_least", 1, len(codes) or 1, whole=True) if table.has("at_least") else None

    def measure(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> Measured:
        results = _named(scorecard, codes)
        count, lacking = sum(one.in_practice for one in results), _lacking(results)
        met = count >= least if least is not None else count > 0 and not lacking
        return Measured(met, str(count), lacking, rests_on(scorecard, codes))

    return measure


def _rating(table: Table, named: Named) -> Measure:
    codes, least = named.practices(table), table.bounded("at_least", 1, 5, whole=True)

    def measure(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> Measured:
        results = [one for one in _named(scorecard, codes) if one.applies]
        good = [one.code for one in results if one.in_practice and one.rating is not None and one.rating >= least]
        lacking = tuple(one.code for one in results if one.code not in good)
        return Measured(bool(good) and not lacking, str(len(good)), lacking, rests_on(scorecard, codes))

    return measure


def _no_safety_gaps(table: Table, named: Named) -> Measure:
    def measure(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> Measured:
        gaps = tuple(one.code for one in scorecard.practices if one.safety_gap)
        return Measured(not gaps, str(len(gaps)), gaps, tuple(one.code for one in scorecard.practices))

    return measure


def _staff(table: Table, named: Named) -> Measure:
    key = str(table.data.get("key"))

    def measure(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> Measured:
        return Measured(key in cycle.staff_agreed, facts=("staff_agreed",))

    return measure


def _check_ins(table: Table, named: Named) -> Measure:
    months = table.wholes("months")
    if any(not 1 <= month <= 120 for month in months):
        table.complain("months", "“months” should be whole numbers from 1 to 120.")

    def measure(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> Measured:
        done = [month for month in months if month in cycle.check_ins_done]
        still = tuple(str(month) for month in months if month not in done)
        return Measured(not still, str(len(done)), still, facts=("check_ins_done",))

    return measure


def _any_of(parts: tuple[Measure, ...]) -> Measure:
    def measure(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> Measured:
        found = [part(scorecard, cycle, policy) for part in parts]
        practices = dict.fromkeys(code for one in found for code in one.practices)
        facts = dict.fromkeys(fact for one in found for fact in one.facts)
        count = sum(one.met for one in found)
        return Measured(count > 0, str(count), practices=tuple(practices), facts=tuple(facts))

    return measure


def _named(scorecard: Scorecard, codes: tuple[str, ...]) -> list[PracticeResult]:
    results = {one.code: one for one in scorecard.practices}
    for code in codes:
        if code not in results:
            raise LookupError(f"there is no practice {code} in these rules")
    return [results[code] for code in codes]


def _lacking(results: Iterable[PracticeResult]) -> tuple[str, ...]:
    return tuple(one.code for one in results if one.counts_as not in (Status.IN_PRACTICE, Status.NOT_APPLICABLE))


KINDS: Mapping[str, Reader] = MappingProxyType({
    "share": _share, "average": _average, "in_practice": _in_practice, "rating": _rating,
    "no_safety_gaps": _no_safety_gaps, "staff": _staff, "check_ins": _check_ins,
})  # fmt: skip
