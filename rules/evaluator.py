"""Asks plugins in child processes with limits of time and memory, and names whoever does not answer.

A process serves one set of plugins: the bundled ones share one, and every list with plugins from elsewhere has its own,
so that a plugin that hangs holds up nobody but those who chose it. The code of a plugin never runs in the process that asks.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules import wire
from rules.asking import Question, Said
from rules.catalogue import Catalogue, load_edition
from rules.codec import from_plain, to_plain
from rules.discovery import Found, UnknownPlugin, discover
from rules.plugininfo import FoundPlugin, PluginInfo
from rules.rulebook import EDITION, PluginChoice, Rulebook, RulebookNotBuilt, listed, rulebook_from_record

SECONDS = 5.0  # a plugin has to answer one hook
MEGABYTES = 256  # of address space for the process
BUSY = 1.0  # seconds that one request waits for another of the same list
PAUSE = 60.0  # seconds for which a plugin that hung is not asked the same again
STARTING = 10.0  # seconds a new process has to say that it is there
PROCESSES = 6  # kept alive at most
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from rules.child import main; "
    "main(float(sys.argv[2]), int(sys.argv[3]))"
)

Key = tuple[tuple[str, str, str], ...]


class Lost(Exception):
    """Raised when a process gave no answer; `who` was at work, and `what` happened."""

    def __init__(self, who: str, what: str) -> None:
        super().__init__(f"{who}: {what}")
        self.who, self.what = who, what


class Busy(Exception):
    """Raised when the process of a list is at work for somebody else for too long."""


@dataclass
class _Process:
    """Hold one child process and what it knows."""

    running: subprocess.Popen[bytes]
    known: set[str] = field(default_factory=set)
    used_at: float = 0.0

    def end(self) -> None:
        self.running.kill()
        for pipe in (self.running.stdin, self.running.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.running.wait()


class _Cell:
    """Hold the process that serves one set of plugins, one request at a time."""

    def __init__(self, seconds: float, megabytes: int) -> None:
        self.seconds, self.megabytes = seconds, megabytes
        self.lock = threading.Lock()
        self.process: _Process | None = None

    @contextlib.contextmanager
    def held(self, wait: float) -> Iterator[None]:
        if not self.lock.acquire(timeout=wait):
            raise Busy
        try:
            yield
        finally:
            self.lock.release()

    def started(self) -> _Process:
        if self.process is not None and self.process.running.poll() is None:
            return self.process
        self.stop()
        places = json.dumps([entry or str(Path.cwd()) for entry in sys.path])
        command = [sys.executable, "-I", "-B", "-c", START, places, str(self.seconds), str(self.megabytes)]
        # No variable of ours goes along: it may hold the secret key or the database's password.
        running = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
            env={"PATH": os.defpath, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}, start_new_session=True,
        )  # fmt: skip
        self.process = _Process(running)
        try:
            wire.receive(running.stdout.fileno(), time.monotonic() + STARTING)  # type: ignore[union-attr]
        except (wire.Ended, wire.TooLate):
            self.stop()
            raise Lost("", "the process that judges could not be started") from None
        return self.process

    def stop(self) -> None:
        if self.process is not None:
            self.process.end()
            self.process = None

    def talk(self, request: Mapping[str, Any], seconds: float) -> Iterator[Any]:
        """Send a request and yield what comes back; whoever says nothing for too long is named and its process ended."""
        process = self.started()
        process.used_at = time.monotonic()
        put, get = process.running.stdin.fileno(), process.running.stdout.fileno()  # type: ignore[union-attr]
        who = ""
        try:
            wire.send(put, request, time.monotonic() + seconds)
            while True:
                answer = wire.receive(get, time.monotonic() + seconds)
                if "turn" in answer:
                    who = answer["turn"]
                    continue
                yield answer
                if "said" not in answer:
                    return
        except wire.TooLate:
            self.stop()
            raise Lost(who, f"it did not answer within {seconds:g} seconds") from None
        except (wire.Ended, ValueError):
            self.stop()
            raise Lost(who, "it ended the process it runs in, or used more memory than it may") from None
        except GeneratorExit:
            self.stop()  # somebody stopped listening; what is still to come must not be taken for the next answer
            raise


class Evaluator:
    """Ask plugins for descriptions and judgements; safe to share between threads."""

    def __init__(self, folder: Path | None = None, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self.folder, self.seconds, self.megabytes = folder, seconds, megabytes
        self._cells: dict[Key, _Cell] = {}
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._paused: dict[tuple[PluginInfo, str], tuple[float, str]] = {}

    def found(self) -> Found:
        """Return the plugins on this machine as they are now."""
        return discover(self.folder)

    def describe(self, choices: Sequence[PluginChoice], edition: str = EDITION) -> Rulebook:
        """Build the rules of a list. Raises UnknownPlugin or RulebookNotBuilt, naming the plugin."""
        found = self.found()
        plugins = [found.plugin(name) for name in listed(choices)]
        request = {
            "do": "describe", "edition": edition, "plugins": [to_plain(one) for one in plugins],
            "choices": [[choice.name, to_plain(choice.settings)] for choice in choices],
        }  # fmt: skip
        try:
            answer = self._described(plugins, request)
        except Busy:
            raise RulebookNotBuilt("The rules are at work for somebody else. Please try again in a moment.") from None
        except Lost as lost:
            raise RulebookNotBuilt(
                f"The plugin “{lost.who}” does not describe its rules: {lost.what}."
                if lost.who else f"The rules could not be read: {lost.what}."
            ) from None  # fmt: skip
        if "refused" in answer:
            raise (UnknownPlugin if answer.get("unknown") else RulebookNotBuilt)(answer["refused"])
        catalogue = from_plain(Catalogue, answer["catalogue"])
        return rulebook_from_record(answer["record"], catalogue, self)

    def ask(self, rulebook: Rulebook, hook: str, question: Question) -> Iterable[Said]:
        """Ask a judge hook of every listed plugin; one that hangs, ends its process or lies is named, the others count."""
        found, said, todo = self.found(), dict[str, Said](), list[FoundPlugin]()
        offering = list(rulebook.offering(hook))
        for info in offering:
            here = found.plugins.get(info.name)
            if why := self._not_askable(info, found, hook):
                said[info.name] = Said(info, (), why)
            elif here is not None:
                todo.append(here)
        cell = self._cell(found.plugins[info.name].info for info in rulebook.plugins if info.name in found.plugins)
        while todo:
            try:
                with cell.held(BUSY):
                    self._ask(cell, rulebook, hook, question, todo, said)
            except Busy:
                what = "these rules are at work for somebody else; please try again in a moment"
                said |= {one.info.name: Said(one.info, (), what, passing=True) for one in todo}
            except Lost as lost:
                blamed = next((one for one in todo if one.info.name == lost.who), None)
                if blamed is None:
                    said |= {one.info.name: Said(one.info, (), lost.what, passing=True) for one in todo}
                    break
                said[lost.who] = Said(blamed.info, (), lost.what)
                self._paused[(blamed.info, hook)] = (time.monotonic() + PAUSE, lost.what)
            todo = [one for one in todo if one.info.name not in said]
        return [said[info.name] for info in offering]

    def _not_askable(self, info: PluginInfo, found: Found, hook: str) -> str:
        here = found.plugins.get(info.name)
        if here is None:
            return found.quarantined.get(info.name) or "it is no longer on this machine"
        if not here.info.judges_like(info):
            if here.info.version == info.version:
                return "its file was changed since these rules were chosen"
            return f"version {here.info.version} is on this machine, and these rules were made with {info.version}"
        until, what = self._paused.get((here.info, hook), (0.0, ""))
        return what if time.monotonic() < until else ""

    def _ask(
        self,
        cell: _Cell,
        rulebook: Rulebook,
        hook: str,
        question: Question,
        todo: list[FoundPlugin],
        said: dict[str, Said],
    ) -> None:
        request = {"do": "ask", "hook": hook, "names": [one.info.name for one in todo]} | self.about(
            cell.started(), rulebook, todo
        )
        request["assessment"] = wire.pack_assessment(question.assessment)
        if (card := question.scorecard) is not None:
            request["scorecard"] = [to_plain(part) for part in (card.adjustments, card.findings, card.undetermined)]
        infos = {one.info.name: one.info for one in todo}
        for answer in cell.talk(request, self.seconds):
            if "said" in answer and answer["said"] in infos:
                name, wrong = answer["said"], str(answer["wrong"])
                said[name] = Said(infos[name], () if wrong else tuple(wire.unpack_rows(answer["rows"])), wrong)
        for name, info in infos.items():
            said.setdefault(name, Said(info, (), "it gave no answer"))

    def about(self, process: "_Process", rulebook: Rulebook, plugins: Sequence[FoundPlugin]) -> dict[str, Any]:
        """Return the parts of a request that name a rulebook; the first one to a process carries it whole."""
        request: dict[str, Any] = {"key": rulebook.key, "plugins": [to_plain(one) for one in plugins]}
        if rulebook.key not in process.known:
            request["record"] = rulebook.record()
            if rulebook.catalogue.hash != load_edition(rulebook.catalogue.edition).hash:
                request["catalogue"] = to_plain(rulebook.catalogue)
            process.known.add(rulebook.key)
        return request

    def _described(self, plugins: Sequence[FoundPlugin], request: Mapping[str, Any]) -> Any:
        """Ask the bundled plugins' process; for others one made for this request, so that it sees their code as it is."""
        infos = [one.info for one in plugins]
        if all(info.origin == "bundled" for info in infos):
            cell = self._cell(infos)
            with cell.held(self.seconds):
                (answer,) = cell.talk(request, self.seconds)
            return answer
        cell = _Cell(self.seconds, self.megabytes)
        try:
            (answer,) = cell.talk(request, self.seconds)
            return answer
        finally:
            cell.stop()

    def work(self, name: str, rulebook: Rulebook, seconds: float, **given: Any) -> Any:
        """Let the process of a list do one of the pieces in rules.work, whole. Raises UnknownPlugin, Lost or Busy."""
        found = self.found()
        plugins = [found.plugin(info.name) for info in rulebook.plugins]
        cell = self._cell([one.info for one in plugins])
        with cell.held(seconds):
            about = self.about(cell.started(), rulebook, plugins)
            request = {"do": "work", "name": name, "seconds": seconds, **about, **given}
            (answer,) = cell.talk(request, seconds)
        return answer["result"]

    def _cell(self, infos: Iterable[PluginInfo]) -> _Cell:
        """Return the process that serves this list's plugins from elsewhere, or the one of the bundled ones."""
        foreign = [info for info in infos if info.origin != "bundled"]
        key: Key = tuple(sorted((info.name, info.version, info.fingerprint) for info in foreign))
        with self._lock:
            if self._owner != os.getpid():  # after a fork the pipes belong to the other process
                self._cells, self._owner = {}, os.getpid()
            cell = self._cells.pop(key, None) or _Cell(self.seconds, self.megabytes)
            self._cells[key] = cell  # the one used last is last
            while len(self._cells) > PROCESSES:
                oldest = next(iter(self._cells))
                idle = self._cells.pop(oldest)
                if idle.lock.acquire(blocking=False):
                    idle.stop()
                    idle.lock.release()
        return cell

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            for cell in self._cells.values():
                cell.stop()
            self._cells.clear()
