"""Tells before a plugin is enabled how it behaves: what it uses, how fast it is, and whether its results can be relied on."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rules.codec import canonical_json, read_json
from rules.discovery import BASE, Found, UnknownPlugin, discover
from rules.evaluator import MEGABYTES, SECONDS, Evaluator, Lost
from rules.plugininfo import FoundPlugin
from rules.rulebook import PluginChoice, Rulebook, RulebookNotBuilt
from rules.wording import say_list

WITHIN = 20.0  # seconds for a whole report
SLOW = 2.0  # seconds for 100 assessments; a preview judges hundreds
JUDGING, RESTING = 3.0, 5.0  # seconds for the runs over the samples
TITLES = MappingProxyType({
    "describes": "Loads and describes its rules",
    "answers": "Gives results that can be read",
    "limits": "Stays within its limits of time, memory and length",
    "quick": "Is quick",
    "same": "Says the same each time",
    "keeps": "Leaves what it is given as it is",
    "apart": "Uses no network, file or program",
    "names": "Names the answers its results rest on",
})  # fmt: skip
LIMITS = ("it did not answer within", "it used more memory", "its answer is longer", "it returned more than",
          "it ended the process it runs in", "this took longer", "it returned lists or tables")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """Hold one thing looked at: passed, not passed, or None where it could not be looked at."""

    key: str
    title: str
    passed: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """Hold how a plugin behaves on the sample assessments.

    `practices` are those its results name, `seconds_per_100` what it takes for 100 assessments, None if it never ended.
    """

    plugin: str
    version: str
    title: str
    source: str
    origin: str
    hooks: tuple[str, ...]
    practices: tuple[str, ...]
    seconds_per_100: float | None
    checks: tuple[Check, ...]

    @property
    def conforms(self) -> bool:
        """Tell whether every check was passed."""
        return all(check.passed for check in self.checks)

    def to_json(self) -> str:
        """Write the report."""
        return canonical_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """Read a stored report; raises MalformedRecord."""
        return read_json(cls, text)

    def lines(self) -> list[str]:
        """Return the report as plain text, line by line."""
        few = self.practices if len(self.practices) <= 12 else ()
        named = say_list(few) if few else f"{len(self.practices)}" if self.practices else "none"
        mark = {True: "yes", False: "NO ", None: "?  "}
        quick = "not known" if self.seconds_per_100 is None else f"{self.seconds_per_100:.2f} seconds"
        return [
            f"{self.plugin} {self.version} ({self.origin}): {self.title}",
            f"Source: {self.source or 'none stated'}",
            f"Hooks: {', '.join(self.hooks) or 'none'}",
            f"Practices its results name: {named}",
            f"Time for 100 assessments: {quick}",
            "",
            *[f"{mark[check.passed]} {check.title}: {check.sentence}" for check in self.checks],
            "",
            "It behaves as it should." if self.conforms else "It should not be enabled as it is.",
        ]


def report(
    plugin: FoundPlugin, folder: Path | None = None, settings: Mapping[str, Any] | None = None,
    seconds: float = SECONDS, megabytes: int = MEGABYTES, within: float = WITHIN,
) -> Report:  # fmt: skip
    """Try a plugin on the sample assessments, in processes of its own, and say how it behaves; never raises for the plugin.

    It takes `within` seconds at most, also when the plugin hangs.
    """
    last = time.monotonic() + within
    base = discover(folder).plugin(BASE)
    found = Found(MappingProxyType({BASE: base, plugin.info.name: plugin}), MappingProxyType({}))
    choices = [PluginChoice(plugin.info.name, settings or {})]
    runs = [Evaluator(None, min(seconds, within / 4), megabytes, lambda: found, seed) for seed in (1, 2)]
    seen = _Seen(plugin)
    try:
        _look(seen, runs, choices, last)
    except (RulebookNotBuilt, UnknownPlugin) as error:
        seen.fail("apart" if " tried to " in str(error).lower() else "describes", str(error))
        seen.stopped = "the plugin could not be used"
    except Lost as lost:
        seen.wrong(lost.what)
        seen.stopped = "the plugin did not come to an end"
    finally:
        for run in runs:
            run.close()
    return seen.report()


def _look(seen: "_Seen", runs: Sequence[Evaluator], choices: Sequence[PluginChoice], last: float) -> None:
    name, first, second = seen.plugin.info.name, *runs

    def probed(run: Evaluator, rules: Rulebook, backwards: bool = False, rests: bool = False) -> Mapping[str, Any]:
        rest, here = last - time.monotonic(), RESTING if rests else JUDGING
        given = {"plugin": name, "backwards": backwards, "rests": rests, "seconds_here": min(here, rest / 2)}
        result: Mapping[str, Any] = run.work("probe", rules, max(0.5, rest), **given)
        return result

    rules = first.describe(choices)
    seen.described(rules)
    one = probed(first, rules)
    seen.judged(one)
    if not seen.failed:  # the rest says little before this is mended
        again = second.describe(choices)
        if again.key != rules.key:
            seen.fail("same", "It described other rules the second time.")
        two = probed(second, again, backwards=True)
        seen.compared(one["results"], two["results"])
    if not seen.failed:
        seen.rested(probed(first, rules, rests=True))
    seen.stopped = "what is wrong has to be mended first" if seen.failed else ""


class _Seen:
    """Collect what was seen of a plugin."""

    def __init__(self, plugin: FoundPlugin) -> None:
        self.plugin = plugin
        self.failed: dict[str, list[str]] = {}
        self.passed: dict[str, str] = {}
        self.stopped = ""
        self.hooks = plugin.info.hooks
        self.touched: set[str] = set()
        self.order: tuple[str, ...] = ()
        self.seconds: float | None = None

    def fail(self, key: str, sentence: str) -> None:
        if sentence not in self.failed.setdefault(key, []):
            self.failed[key].append(sentence)

    def wrong(self, what: str, where: str = "") -> None:
        """Sort what went wrong under the check it belongs to."""
        key = ("apart" if what.startswith("it tried to ") else "keeps" if what.startswith("it changed ")
               else "limits" if what.startswith(LIMITS) else "answers")  # fmt: skip
        said = f"{where}: {what}" if where else f"{what[:1].upper()}{what[1:]}"
        self.fail(key, f"{said.rstrip('.')}.")

    def described(self, rules: Rulebook) -> None:
        name = self.plugin.info.name
        self.hooks = next(info.hooks for info in rules.plugins if info.name == name)
        self.order = tuple(one.code for one in rules.catalogue.practices)
        self.touched = {code for one in rules.description.changes if one.plugin == name for code in one.practices}
        if self.hooks:
            self.passed["describes"] = f"It offers {len(self.hooks)} of the hooks."
        else:
            self.fail("describes", "It offers no hook, so it does nothing.")

    def judged(self, probed: Mapping[str, Any]) -> None:
        one = probed["results"]
        twice = {key.split()[2] for key in one if key[0] == "0" and one.get(f"1{key[1:]}", one[key]) != one[key]}
        if twice:
            self.fail(
                "same", f"Asked twice for the same assessments, it said something else ({say_list(sorted(twice))})."
            )
        self.touched |= set(probed["practices"])
        self.seconds = round(100 * probed["took"], 3)
        for what in probed["wrong"]:
            where, _, bare = what.partition(": ")
            self.wrong(bare, where)
        if self.seconds > SLOW and not self.failed:
            self.fail("quick", f"It takes {self.seconds:.1f} seconds for 100 assessments; {SLOW:g} are fine.")
        self.passed |= {
            "answers": "Every result could be read.",
            "limits": "It was never cut off.",
            "quick": f"It takes {self.seconds:.2f} seconds for 100 assessments.",
            "keeps": "Answers, facts, scorecard and catalogue were the same after it.",
            "apart": "It tried none of these.",
        }

    def compared(self, one: Mapping[str, str], two: Mapping[str, str]) -> None:
        other = {key.split()[2] for key in one if two.get(key, one[key]) != one[key]}
        if other:
            self.fail("same", "In a fresh process, with the answers in another order, it said something else "
                              f"({say_list(sorted(other))}).")  # fmt: skip
        self.passed["same"] = "Asked twice, in two processes and with the answers in another order, it said the same."

    def rested(self, probed: Mapping[str, Any]) -> None:
        for what in probed["hidden"][:5]:
            self.fail("names", f"{what}.")
        deleted, wanted = probed["deleted"], probed["to_delete"]
        if not wanted:
            self.passed["names"] = "None of its results rests on an answer."
        elif deleted:
            some = f"{deleted} of {wanted}" if deleted < wanted else f"{deleted}"
            self.passed["names"] = f"With {some} answers deleted one by one, only results that name them changed."

    def report(self) -> Report:
        info, checks = self.plugin.info, []
        for key, title in TITLES.items():
            if key in self.failed:
                checks.append(Check(key, title, False, " ".join(self.failed[key])))
            elif key in self.passed:
                checks.append(Check(key, title, True, self.passed[key]))
            else:
                why = f"It could not be looked at: {self.stopped or 'there was no time left'}."
                checks.append(Check(key, title, None, why))
        practices = tuple(code for code in self.order if code in self.touched)
        return Report(info.name, info.version, info.title, info.source, info.origin, tuple(self.hooks), practices,
                      self.seconds, tuple(checks))  # fmt: skip
