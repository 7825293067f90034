"""The process in which plugins run: it can be ended at any time, knows no secrets, and keeps nothing.

It answers one request after the other on two pipes. Before a plugin's code runs it says whose turn it is, so that the
process that asks knows whom to name when no answer comes. This contains mistakes; it is no defence against malice.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, cast

from rules import wire
from rules.asking import Question
from rules.catalogue import Catalogue, load_edition
from rules.codec import from_plain, to_plain
from rules.describing import describe
from rules.loading import Plugins
from rules.plugininfo import FoundPlugin, PluginRefused
from rules.results import Adjustment, Finding, Undetermined
from rules.rulebook import EDITION, PluginChoice, Rulebook, RulebookNotBuilt, rulebook_from_record
from rules.scorecard import answered_results, count, judged
from rules.work import WORK

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
FORBIDDEN = {
    "socket.connect": "open a network connection",
    "socket.bind": "open a network connection",
    "socket.sendto": "send over the network",
    "socket.getaddrinfo": "ask the network for an address",
    "subprocess.Popen": "start another program",
    "os.system": "start another program",
    "os.exec": "start another program",
    "os.posix_spawn": "start another program",
    "os.fork": "start another process",
    "os.remove": "delete a file",
    "os.rename": "rename a file",
    "os.mkdir": "make a folder",
    "os.kill": "end a process",
}
CODE = (".py", ".pyc", ".so", ".toml", ".zip")  # what imports and editions read


class NotHere(RuntimeError):
    """Raised when a plugin tries what no rule needs."""


class Watch:
    """Refuse network, programs and files while a plugin's code runs, and remember what it tried."""

    def __init__(self) -> None:
        self.on = False
        self.tried: list[str] = []
        sys.addaudithook(self._see)

    def _see(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.on:
            return
        what = FORBIDDEN.get(event) or (_file(*given[:3]) if event == "open" else "")
        if what:
            self.tried.append(what)
            raise NotHere(f"it tried to {what}")

    def begin(self) -> None:
        """Watch from here on."""
        self.tried, self.on = [], True

    def end(self) -> str:
        """Stop watching; return what was tried first, or nothing."""
        self.on = False
        return self.tried[0] if self.tried else ""


def _file(path: object, mode: object, flags: object) -> str:
    if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITES):
        return "write a file"
    if isinstance(path, (str, bytes)) and not os.fsdecode(path).endswith(CODE):
        return "read a file"
    return ""


class Child:
    """Answer requests until the other side is gone."""

    def __init__(self, incoming: int, outgoing: int, seconds: float) -> None:
        self.incoming, self.outgoing, self.seconds = incoming, outgoing, seconds
        self.plugins = Plugins()
        self.rulebooks: dict[str, Rulebook] = {}
        self.watch = Watch()

    def serve(self) -> None:
        """Take requests one by one."""
        load_edition(EDITION)  # once, before any plugin's time runs
        wire.send(self.outgoing, {"ready": os.getpid()})
        while True:
            request = wire.receive(self.incoming)
            self._load(request["plugins"])
            getattr(self, f"do_{request['do']}")(request)
            signal.setitimer(signal.ITIMER_REAL, 0)

    def turn(self, name: str) -> None:
        """Say whose code runs next, and see to it that this process ends with it if nobody else does."""
        signal.setitimer(signal.ITIMER_REAL, self.seconds + 2)
        wire.send(self.outgoing, {"turn": name})

    def _load(self, plugins: Sequence[Mapping[str, Any]]) -> None:
        for plain in plugins:
            found = from_plain(FoundPlugin, plain)
            if found.info.name in self.plugins.infos or found.info.name in self.plugins.not_loaded:
                continue
            self.turn(found.info.name)
            try:
                self.plugins.load(found)
            except PluginRefused:
                continue  # kept in not_loaded, and said when the plugin is asked

    def do_describe(self, request: Mapping[str, Any]) -> None:
        """Build a rulebook and send what it is made of."""
        for plain in request["plugins"]:
            name = plain["info"]["name"]
            if why := self.plugins.not_loaded.get(name):
                wire.send(self.outgoing, {"refused": f"The plugin “{name}” cannot be used. {why}", "unknown": True})
                return
        choices = [PluginChoice(name, settings) for name, settings in request["choices"]]
        self.watch.begin()
        try:
            rules = describe(choices, self.plugins, request["edition"], self._unwatched_turn)
        except RulebookNotBuilt as error:
            self.watch.end()
            wire.send(self.outgoing, {"refused": str(error)})
            return
        tried = self.watch.end()
        if tried:
            wire.send(self.outgoing, {"refused": f"A plugin tried to {tried} while it described its rules."})
            return
        wire.send(self.outgoing, {"record": rules.record(), "catalogue": to_plain(rules.catalogue)})

    def _unwatched_turn(self, name: str) -> None:
        self.watch.on = False
        self.turn(name)
        self.watch.on = True

    def rulebook(self, request: Mapping[str, Any]) -> Rulebook:
        """Return the rulebook a request is about; it comes whole with the first one."""
        if "record" in request:
            if len(self.rulebooks) >= 32:
                self.rulebooks.clear()
            record = request["record"]
            plain = request.get("catalogue")
            catalogue = load_edition(record["edition"]) if plain is None else from_plain(Catalogue, plain)
            self.rulebooks[request["key"]] = rulebook_from_record(record, catalogue, self.plugins)
        return self.rulebooks[request["key"]]

    def do_ask(self, request: Mapping[str, Any]) -> None:
        """Ask the named plugins one judge hook, and send what each said as it comes."""
        rules, hook = self.rulebook(request), request["hook"]
        question = read_question(request, rules)
        for info in rules.offering(hook):
            if info.name not in request["names"]:
                continue
            self.turn(info.name)
            self.watch.begin()
            said = self.plugins.said(info, hook, question.arguments(rules, info.name))
            wrong, rows = said.wrong, "[]"
            if not wrong:
                try:
                    rows = json.dumps(wire.pack_rows(list(said.rows)))
                except Exception as error:  # a value may do anything when it is looked at
                    wrong = f"{error}"[:300]
            tried = self.watch.end()
            if tried:
                wrong = f"it tried to {tried}"
            elif len(rows) > wire.MAX_SAID:
                wrong = f"its answer is longer than {wire.MAX_SAID:,} characters"
            answer: object = [] if wrong else json.loads(rows)
            wire.send(self.outgoing, {"said": info.name, "rows": answer, "wrong": wrong})
        wire.send(self.outgoing, {"done": True})

    def do_work(self, request: Mapping[str, Any]) -> None:
        """Do a piece of work that judges many times over; its result comes in one frame."""
        rules = self.rulebook(request)
        self.turn("")
        signal.setitimer(signal.ITIMER_REAL, request["seconds"] + 2)
        self.watch.begin()
        try:
            result = WORK[request["name"]](rules, request)
        finally:
            self.watch.end()
        wire.send(self.outgoing, {"result": result})


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


def main(seconds: float, megabytes: int) -> None:
    """Serve on what was standard input and output, out of reach of anything a plugin prints."""
    incoming, outgoing, nowhere = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    limit(megabytes)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        Child(incoming, outgoing, seconds).serve()
    except wire.Ended:
        os._exit(0)
