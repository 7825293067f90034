"""Where child processes come from: a process that has loaded all that a child needs, and forks when it is asked.

To start Python, import the rules and read an edition takes a quarter of a second; a fork takes a few milliseconds. The
nursery runs no plugin and starts no thread. It ends when the process that started it is gone and its channel is closed.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rules import wire

STARTING = 15.0  # seconds a new process has to say that it is there
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from rules.nursery import serve; serve(int(sys.argv[2]))"
)


class Nursery:
    """Start children of one hash seed. Raises wire.Ended or wire.TooLate when the process behind it is gone."""

    def __init__(self, seed: int) -> None:
        self.lock, self.broken = threading.Lock(), False
        self.channel, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-s", "-B", "-c", START, json.dumps(_places()), str(theirs.fileno())]
        # No variable of ours goes along: it may hold the secret key or the database's password. The same seed each
        # time, so that a rule that walks through a set says the same tomorrow.
        with theirs:
            self.running = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": str(seed)}, start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )  # fmt: skip

    def ask(self, request: Mapping[str, Any], pipes: Sequence[int] = ()) -> Any:
        """Send one request, with the ends of a child's pipes, and return the answer."""
        with self.lock:
            if self.broken:
                raise wire.Ended
            self.broken = True  # unless an answer comes; a late one must not be taken for that to the next request
            until, fd = time.monotonic() + STARTING, self.channel.fileno()
            wire.send(fd, request, until)
            if pipes:
                try:
                    socket.send_fds(self.channel, [b"+"], list(pipes))
                except OSError:
                    raise wire.Ended from None
            answer = wire.receive(fd, until)
            self.broken = False
            return answer

    def close(self) -> None:
        """Let the process end; children go on until their pipes are closed."""
        self.broken = True
        self.channel.close()
        self.running.kill()
        self.running.wait()


class Child:
    """Hold one child process: the ends of its pipes, and the nursery that knows whether it lives."""

    def __init__(self, nursery: Nursery, seconds: float, megabytes: int) -> None:
        incoming, self.put = os.pipe()
        self.get, outgoing = os.pipe()
        self.nursery, self.gone = nursery, False
        request = {"do": "child", "path": _places(), "seconds": seconds, "megabytes": megabytes}
        try:
            self.pid: int = nursery.ask(request, (incoming, outgoing))
        except BaseException:
            self._close_pipes()
            raise
        finally:
            os.close(incoming)
            os.close(outgoing)

    def lives(self) -> bool:
        """Tell whether the process is still there."""
        if not self.gone:
            try:
                self.gone = self.nursery.ask({"do": "gone", "pid": self.pid, "wait": False})
            except (wire.Ended, wire.TooLate):
                self.gone = True  # nobody can tell any more; it ends itself when its pipes are closed
        return not self.gone

    def end(self) -> None:
        """End the process, and any that a plugin may have started in it."""
        if self.lives():  # until its end was asked for, nobody else can have its number
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(OSError):
                    kill(self.pid, signal.SIGKILL)
            with contextlib.suppress(wire.Ended, wire.TooLate):
                self.nursery.ask({"do": "gone", "pid": self.pid, "wait": True})
            self.gone = True
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self.put, self.get):
            with contextlib.suppress(OSError):
                os.close(pipe)
        self.put = self.get = -1


_nurseries: dict[tuple[int, int], Nursery] = {}
_door = threading.Lock()


def child(seconds: float, megabytes: int, seed: int = 0) -> Child:
    """Start a child. Raises wire.Ended or wire.TooLate when that cannot be done."""
    key = os.getpid(), seed  # after a fork the channel belongs to the other process
    for _ in range(2):
        with _door:
            if key not in _nurseries:
                _nurseries[key] = Nursery(seed)
            nursery = _nurseries[key]
        try:
            return Child(nursery, seconds, megabytes)
        except (wire.Ended, wire.TooLate):
            with _door:
                if _nurseries.get(key) is nursery:
                    del _nurseries[key]
            nursery.close()
    raise wire.Ended


@atexit.register
def _close() -> None:
    for (owner, _), nursery in _nurseries.items():
        if owner == os.getpid():
            nursery.close()


def _places() -> list[str]:
    return [str(Path(entry).absolute()) for entry in sys.path]


def serve(channel: int) -> None:
    """Fork children until the other side is gone. Runs in the nursery's process."""
    import rules.work  # noqa: F401 - with all that a child may need
    from rules.catalogue import load_edition
    from rules.child import live
    from rules.rulebook import EDITION

    load_edition(EDITION)
    gc.collect()
    gc.freeze()  # so that a child need not copy what it only reads
    here = socket.socket(fileno=channel)
    while True:
        try:
            request = wire.receive(channel)
        except wire.Ended:
            os._exit(0)
        if request["do"] == "gone":
            wire.send(channel, bool(_waited(request["pid"], request["wait"])))
            continue
        pipes = socket.recv_fds(here, 1, 2)[1]
        pid = os.fork()
        if not pid:
            try:
                os.setsid()
                here.close()
                sys.path[:] = request["path"]
                importlib.invalidate_caches()
                live(pipes[0], pipes[1], request["seconds"], request["megabytes"])
            finally:
                os._exit(1)
        for pipe in pipes:
            os.close(pipe)
        wire.send(channel, pid)


def _waited(pid: int, wait: bool) -> int:
    try:
        return os.waitpid(pid, 0 if wait else os.WNOHANG)[0]
    except ChildProcessError:
        return pid
