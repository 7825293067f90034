"""Child processes that run plugins: started with no secret, spoken to with a time limit, and ended when they fall silent."""

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules import nursery, wire

CROWDED = 0.3  # seconds of somebody's work after which no second one waits for its end


class Lost(Exception):
    """Raised when a process gave no answer; `who` was at work (or being loaded), and `what` happened."""

    def __init__(self, who: str, what: str, loading: bool = False) -> None:
        super().__init__(f"The plugin “{who}” could not judge: {what}." if who else f"{what[:1].upper()}{what[1:]}.")
        self.who, self.what, self.loading = who, what, loading


class Busy(Exception):
    """Raised when the process of a list is at work for somebody else for too long."""


def _say(seconds: float) -> str:
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"


@dataclass
class Process:
    """Hold one child process and the rulebooks it knows."""

    running: nursery.Child
    known: set[str] = field(default_factory=set)

    def pipes(self) -> tuple[int, int]:
        """Return where to write to and where to read from."""
        return self.running.put, self.running.get


class Cell:
    """Hold the process that serves one set of plugins, one request at a time."""

    def __init__(self, seconds: float, megabytes: int, seed: int = 0) -> None:
        self.seconds, self.megabytes, self.seed = seconds, megabytes, seed
        self.lock = threading.Lock()
        self.since = float("inf")  # when the one at work began
        self.waiting, self.door = 0, threading.Lock()
        self.process: Process | None = None

    @contextlib.contextmanager
    def held(self, wait: float) -> Iterator[None]:
        """Keep others out meanwhile. Raises Busy when somebody else does so for longer than `wait` seconds.

        One waits that long; more of them only for work that has just begun. A rule that hangs would otherwise take one
        thread of the server after the other, and with the last one everybody's pages.
        """
        if not self._taken(wait):
            raise Busy
        self.since = time.monotonic()
        try:
            yield
        finally:
            self.since = float("inf")
            self.lock.release()

    def _taken(self, wait: float) -> bool:
        if self.lock.acquire(blocking=False):
            return True
        with self.door:
            crowded = self.waiting > 0
            self.waiting += 1
        try:
            rest = min(wait, max(0.0, self.since + CROWDED - time.monotonic())) if crowded else wait
            return self.lock.acquire(timeout=rest)
        finally:
            with self.door:
                self.waiting -= 1

    def started(self) -> Process:
        """Return the process, a new one where there is none. Raises Lost."""
        if self.process is not None and self.process.running.lives():
            return self.process
        self.stop()
        try:
            self.process = Process(nursery.child(self.seconds, self.megabytes, self.seed))
            wire.receive(self.process.pipes()[1], time.monotonic() + nursery.STARTING)
        except (wire.Ended, wire.TooLate):
            self.stop()
            raise Lost("", "the process that judges could not be started") from None
        return self.process

    def stop(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.running.end()
            self.process = None

    def talk(self, request: Mapping[str, Any], whole: float | None = None) -> Iterator[Any]:
        """Send a request and yield what comes back; whoever says nothing for too long is named and its process ended.

        Every turn of a plugin may take the cell's seconds; `whole` limits what the request takes in all.
        """
        process = self.started()
        put, get = process.pipes()
        who, loading = "", False
        last = float("inf") if whole is None else time.monotonic() + whole
        try:
            wire.send(put, request, time.monotonic() + self.seconds)
            while True:
                until = last if whole is not None and not who else min(last, time.monotonic() + self.seconds)
                answer = wire.receive(get, until)
                if "turn" in answer:
                    who, loading = answer["turn"], answer["loading"]
                    continue
                if "spent" in answer:
                    self.stop()
                yield answer
                if "said" not in answer:
                    return
        except wire.TooLate:
            self.stop()
            what = f"it did not answer within {_say(self.seconds)}"
            if whole is not None and time.monotonic() >= last:
                what = f"this took longer than {_say(whole)}"
            raise Lost(who, what, loading) from None
        except (wire.Ended, ValueError):
            self.stop()
            what = "it ended the process it runs in, or used more memory than it may"
            raise Lost(who, what if who else "the process that judges ended before it answered", loading) from None
        except GeneratorExit:
            self.stop()  # somebody stopped listening; what is still to come must not be taken for the next answer
            raise
