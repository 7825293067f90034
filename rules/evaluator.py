"""Asks plugins in child processes with limits of time and memory, and names whoever does not answer.

A process serves one set of plugins: the bundled ones share one, and every list with plugins from elsewhere has its own,
so that a plugin that hangs holds up nobody but those who chose it. The code of a plugin never runs in the process that asks.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rules import wire
from rules.asking import Question, Said
from rules.catalogue import Catalogue, load_edition
from rules.codec import from_plain, to_plain
from rules.discovery import Found, UnknownPlugin, discover
from rules.plugininfo import FoundPlugin, PluginInfo
from rules.processes import Busy, Cell, Lost, Process
from rules.rulebook import EDITION, PluginChoice, Rulebook, RulebookNotBuilt, listed, rulebook_from_record

__all__ = ["Busy", "Evaluator", "Lost"]

SECONDS = 5.0  # a plugin has to answer one hook
MEGABYTES = 256  # of address space for the process
BUSY = 1.0  # seconds that one request waits for another of the same list
PAUSE = 60.0  # seconds for which a plugin that hung is not asked the same again
PROCESSES = 6  # kept alive at most

Key = tuple[tuple[str, str, str], ...]
LOADING = "loading"  # stands for every hook of a plugin that hung while it was loaded


def _key(infos: Iterable[PluginInfo]) -> Key:
    return tuple(sorted((one.name, one.version, one.fingerprint) for one in infos if one.origin != "bundled"))


class Evaluator:
    """Ask plugins for descriptions and judgements; safe to share between threads.

    `look` stands in for the plugins on this machine, `seed` for the order in which Python walks through sets.
    """

    def __init__(
        self, folder: Path | None = None, seconds: float = SECONDS, megabytes: int = MEGABYTES,
        look: Callable[[], Found] | None = None, seed: int = 0,
    ) -> None:  # fmt: skip
        self.folder, self.seconds, self.megabytes, self.seed = folder, seconds, megabytes, seed
        self._look = look
        self._cells: dict[Key, Cell] = {}
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._paused: dict[tuple[str, PluginInfo, str], tuple[float, str]] = {}

    def another(self) -> "Evaluator":
        """Make one for the same plugins and limits with processes of its own; whoever asks for it closes it."""
        return Evaluator(self.folder, self.seconds, self.megabytes, self._look, self.seed)

    def found(self) -> Found:
        """Return the plugins on this machine as they are now."""
        return self._look() if self._look else discover(self.folder)

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
        record, changed = answer["record"], answer["catalogue"]
        catalogue = load_edition(record["edition"]) if changed is None else from_plain(Catalogue, changed)
        return rulebook_from_record(record, catalogue, self)

    def ask(self, rulebook: Rulebook, hook: str, question: Question) -> Iterable[Said]:
        """Ask a judge hook of every listed plugin; one that hangs, ends its process or lies is named, the others count."""
        found, said, todo = self.found(), dict[str, Said](), list[FoundPlugin]()
        offering = list(rulebook.offering(hook))
        for info in offering:
            here = found.plugins.get(info.name)
            if why := self._not_askable(rulebook, info, found, hook):
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
                self._pause(rulebook, blamed.info, LOADING if lost.loading else hook, lost.what)
            todo = [one for one in todo if one.info.name not in said]
        return [said[info.name] for info in offering]

    def _not_askable(self, rulebook: Rulebook, info: PluginInfo, found: Found, hook: str) -> str:
        here = found.plugins.get(info.name)
        if here is None:
            return found.quarantined.get(info.name) or "it is no longer on this machine"
        if not here.info.judges_like(info):
            if here.info.version == info.version:
                return "its file was changed since these rules were chosen"
            return f"version {here.info.version} is on this machine, and these rules were made with {info.version}"
        held = (self._paused.get((rulebook.key, here.info, at), (0.0, "")) for at in (LOADING, hook))
        return next((what for until, what in held if time.monotonic() < until), "")

    def _pause(self, rulebook: Rulebook, info: PluginInfo, hook: str, what: str) -> None:
        """Remember that these rules hang here, so that the next person need not wait for it too."""
        now = time.monotonic()
        kept = {at: pause for at, pause in list(self._paused.items()) if pause[0] > now}
        self._paused = kept | {(rulebook.key, info, hook): (now + PAUSE, what)}

    def _ask(
        self,
        cell: Cell,
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
        for answer in cell.talk(request):
            if "said" in answer and answer["said"] in infos:
                name, wrong = answer["said"], str(answer["wrong"])
                said[name] = Said(infos[name], tuple(wire.unpack_rows(answer["rows"])), wrong)
        for name, info in infos.items():
            said.setdefault(name, Said(info, (), "it gave no answer"))

    def about(self, process: Process, rulebook: Rulebook, plugins: Sequence[FoundPlugin]) -> dict[str, Any]:
        """Return the parts of a request that name a rulebook; the first one to a process carries it whole."""
        request: dict[str, Any] = {"key": rulebook.key, "plugins": [to_plain(one) for one in plugins]}
        if rulebook.key not in process.known:
            if len(process.known) >= wire.MAX_KNOWN:
                process.known.clear()  # as the process itself does
            request["record"] = rulebook.record()
            if rulebook.catalogue.hash != load_edition(rulebook.catalogue.edition).hash:
                request["catalogue"] = to_plain(rulebook.catalogue)
            process.known.add(rulebook.key)
        return request

    def _described(self, plugins: Sequence[FoundPlugin], request: Mapping[str, Any]) -> Any:
        """Ask the bundled plugins' process; for others a new one, so that it sees their code as it is."""
        infos = [one.info for one in plugins]
        if all(info.origin == "bundled" for info in infos):
            cell = self._cell(infos)
            with cell.held(self.seconds):
                (answer,) = cell.talk(request)
            return answer
        cell = self._made()
        try:
            (answer,) = cell.talk(request)
        except Lost:
            cell.stop()
            raise
        self._keep(_key(infos), cell)
        return answer

    def work(self, name: str, rulebook: Rulebook, seconds: float, **given: Any) -> Any:
        """Let the process of a list do one of the pieces in rules.work, whole, in `seconds` at most.

        Each plugin has the usual time for each of its turns. Raises UnknownPlugin, Lost or Busy.
        """
        found = self.found()
        plugins = [found.plugin(info.name) for info in rulebook.plugins]
        cell = self._cell([one.info for one in plugins])
        with cell.held(seconds):
            about = self.about(cell.started(), rulebook, plugins)
            request = {"do": "work", "name": name, "seconds": seconds, **about, **given}
            (answer,) = cell.talk(request, seconds)
        return answer["result"]

    def _made(self) -> Cell:
        return Cell(self.seconds, self.megabytes, self.seed)

    def _cell(self, infos: Iterable[PluginInfo]) -> Cell:
        """Return what serves this list's plugins from elsewhere, or the bundled ones."""
        key = _key(infos)
        with self._lock:
            if self._owner != os.getpid():  # after a fork the pipes belong to the other process
                self._cells, self._owner = {}, os.getpid()
            cell = self._cells.get(key)
        return self._keep(key, cell or self._made())

    def _keep(self, key: Key, cell: Cell) -> Cell:
        """Keep a cell as the one used last, and end those that are too many or that it replaces."""
        with self._lock:
            idle = [one for one in [self._cells.pop(key, None)] if one is not None and one is not cell]
            self._cells[key] = cell
            while len(self._cells) > PROCESSES:
                idle.append(self._cells.pop(next(iter(self._cells))))
        for one in idle:
            if one.lock.acquire(blocking=False):  # one at work ends when its pipes are closed
                one.stop()
                one.lock.release()
        return cell

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            for cell in self._cells.values():
                cell.stop()
            self._cells.clear()
