"""The process in which plugins run: it can be ended at any time, knows no secrets, and keeps nothing.

It answers one request after the other on two pipes. Before a plugin's code runs it says whose turn it is, so that the
process that asks knows whom to name when no answer comes. This contains mistakes; it is no defence against malice.
"""

import json
import os
import resource
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, cast

from rules import wire
from rules.answers import Answer
from rules.asking import Assessment, Question, Said
from rules.catalogue import Catalogue, load_edition
from rules.codec import from_plain, to_plain
from rules.describing import describe
from rules.loading import Plugins
from rules.plugininfo import FoundPlugin, PluginInfo, PluginRefused
from rules.results import Adjustment, Finding, Undetermined
from rules.rulebook import EDITION, PluginChoice, Rulebook, RulebookNotBuilt, rulebook_from_record
from rules.scorecard import answered_results, count, judged
from rules.watch import Watch

GRACE = 2.0  # seconds after which this process ends itself when the one that asks has not ended it
parts_of = attrgetter(*Answer.__slots__)


class Child:
    """Answer requests until the other side is gone; also an Asker, for work that judges many times over."""

    def __init__(self, incoming: int, outgoing: int, seconds: float) -> None:
        self.incoming, self.outgoing, self.seconds = incoming, outgoing, seconds
        self.until = 0.0  # when the piece of work has to be done
        self.plugins = Plugins()
        self.rulebooks: dict[str, Rulebook] = {}
        self.watch = Watch()

    def serve(self) -> None:
        """Take requests one by one."""
        load_edition(EDITION)  # before any plugin's time runs
        wire.send(self.outgoing, {"ready": os.getpid()})
        while True:
            request = wire.receive(self.incoming)
            self._load(request["plugins"])
            getattr(self, f"do_{request['do']}")(request)
            signal.setitimer(signal.ITIMER_REAL, 0)

    def turn(self, name: str, loading: bool = False) -> None:
        """Say whose code runs next, and see to it that this process ends with it if nobody else does."""
        rest = self.seconds if name else self.until - time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, max(0.0, rest) + GRACE)
        wire.send(self.outgoing, {"turn": name, "loading": loading})

    def _load(self, plugins: Sequence[Mapping[str, Any]]) -> None:
        for plain in plugins:
            found = from_plain(FoundPlugin, plain)
            name = found.info.name
            if name in self.plugins.infos or name in self.plugins.not_loaded:
                continue
            self.turn(name, loading=True)
            self.watch.begin(reading=True)
            try:
                self.plugins.load(found)
            except PluginRefused:
                pass  # kept in not_loaded, and said when the plugin is asked
            finally:
                tried = self.watch.end()
            if tried:
                self.plugins.drop(name, f"It tried to {tried} while it was loaded.")

    def do_describe(self, request: Mapping[str, Any]) -> None:
        """Build a rulebook and send what it is made of."""
        for plain in request["plugins"]:
            name = plain["info"]["name"]
            if why := self.plugins.not_loaded.get(name):
                wire.send(self.outgoing, {"refused": f"The plugin “{name}” cannot be used. {why}", "unknown": True})
                return
        choices = [PluginChoice(name, settings) for name, settings in request["choices"]]
        tried: list[str] = []
        before = ""

        def turn(name: str) -> None:
            nonlocal before
            tried.extend([f"{before}” tried to {what}"] if (what := self.watch.end()) else [])
            before = name
            self.turn(name)
            self.watch.begin()

        try:
            rules = describe(choices, self.plugins, request["edition"], turn)
            refused = ""
        except RulebookNotBuilt as error:
            refused = str(error)
        tried.extend([f"{before}” tried to {what}"] if (what := self.watch.end()) else [])
        if tried:
            refused = f"The plugin “{tried[0]} while it described its rules."
        answer = {"refused": refused} if refused else {"record": rules.record(), "catalogue": _changed(rules.catalogue)}
        if len(json.dumps(answer)) > wire.MAX_DESCRIBED:
            answer = {"refused": f"The rules are longer than {wire.MAX_DESCRIBED:,} characters."}
        wire.send(self.outgoing, answer)

    def rulebook(self, request: Mapping[str, Any]) -> Rulebook:
        """Return the rulebook a request is about; it comes whole with the first one."""
        if "record" in request:
            if len(self.rulebooks) >= wire.MAX_KNOWN:
                self.rulebooks.clear()
            record = request["record"]
            plain = request.get("catalogue")
            catalogue = load_edition(record["edition"]) if plain is None else from_plain(Catalogue, plain)
            self.rulebooks[request["key"]] = rulebook_from_record(record, catalogue, self)
        return self.rulebooks[request["key"]]

    def do_ask(self, request: Mapping[str, Any]) -> None:
        """Ask the named plugins one judge hook, and send what each said as it comes."""
        rules, hook = self.rulebook(request), request["hook"]
        question = read_question(request, rules)
        for info in rules.offering(hook):
            if info.name in request["names"]:
                rows, wrong = self._said(rules, info, hook, question)
                wire.send(self.outgoing, {"said": info.name, "rows": rows, "wrong": wrong})
                if wrong:
                    question = read_question(request, rules)  # the next plugin gets what was asked, untouched
        self._last({"done": True})

    def ask(self, rulebook: Rulebook, hook: str, question: Question) -> Iterator[Said]:
        """Ask every listed plugin that offers the hook, with the same care as one question from outside."""
        for info in rulebook.offering(hook):
            rows, wrong = self._said(rulebook, info, hook, question)
            self.turn("")
            yield Said(info, tuple(wire.unpack_rows(rows)), wrong)

    def _said(self, rules: Rulebook, info: PluginInfo, hook: str, question: Question) -> tuple[list[Any], str]:
        """Return what one plugin says as plain rows, or what went wrong."""
        self.turn(info.name)
        before = _mark(question.assessment)
        self.watch.begin()
        said = self.plugins.said(info, hook, question.arguments(rules, info.name))
        wrong, rows = said.wrong, list[Any]()
        if not wrong:
            try:
                rows = wire.pack_rows(list(said.rows))
                if len(json.dumps(rows)) > wire.MAX_SAID:
                    wrong = f"its answer is longer than {wire.MAX_SAID:,} characters"
            except Exception as error:  # a value may do anything when it is looked at
                wrong = f"{error}"[:300] or type(error).__name__
        if tried := self.watch.end():
            wrong = f"it tried to {tried}"
        elif _mark(question.assessment) != before:
            wrong = "it changed the answers or facts it was given"
        return ([], wrong) if wrong else (rows, "")

    def do_work(self, request: Mapping[str, Any]) -> None:
        """Do a piece of work that judges many times over; its result comes in one frame."""
        from rules.work import WORK  # slow to import, and needed for few requests

        rules = self.rulebook(request)
        self.until = time.monotonic() + request["seconds"]
        self.turn("")
        self._last({"result": WORK[request["name"]](rules, request)})

    def _last(self, answer: dict[str, Any]) -> None:
        wire.send(self.outgoing, answer | ({"spent": True} if self.watch.spent else {}))


def _changed(catalogue: Catalogue) -> Any:
    """Return the practices when a plugin changed them; None when they are the edition's, which the other side has too."""
    return None if catalogue.hash == load_edition(catalogue.edition).hash else to_plain(catalogue)


def _mark(assessment: Assessment) -> tuple[object, ...]:
    """Return what an assessment says, part by part, so that a change to it shows."""
    answers, before = assessment.answers, assessment.previous
    then = before and list(map(parts_of, before.answers.values()))
    return list(answers), list(map(parts_of, answers.values())), then, hash(assessment.facts), hash(assessment.cycle)


def read_question(request: Mapping[str, Any], rules: Rulebook) -> Question:
    """Read what is asked; the scorecard is counted here, from the same answers and what was judged so far."""
    assessment = wire.unpack_assessment(request["assessment"])
    parts = request.get("scorecard")
    if parts is None:
        return Question(assessment)
    adjustments, findings, undetermined = (
        tuple(from_plain(cast(Any, kind), one) for one in parts[at])
        for at, kind in enumerate((Adjustment, Finding, Undetermined))
    )
    counted = count(rules.catalogue, answered_results(assessment, rules.catalogue), adjustments)
    return Question(assessment, judged(counted, findings, undetermined))


def limit(megabytes: int) -> None:
    """Limit memory, and forbid this process to write files or leave a core."""
    most = megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def live(incoming: int, outgoing: int, seconds: float, megabytes: int) -> None:
    """Serve on two pipes, out of reach of anything a plugin prints, until the other side is gone."""
    try:
        limit(megabytes)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        Child(incoming, outgoing, seconds).serve()
    finally:
        os._exit(0)  # at once, whatever a plugin left running
