"""The demo as people run it, with a counter on the line: every byte that Chromium sends and gets, headers included."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
OPEN_CYCLE = """
    SELECT membership.person_id, cycle.id FROM cycle JOIN membership ON membership.program_id = cycle.program_id
    WHERE cycle.state = 'in_progress' ORDER BY cycle.id, membership.id LIMIT 1
"""


class Line:
    """Passes bytes between a browser and the server on loopback and counts them, each way."""

    def __init__(self, target: int) -> None:
        self.target, self.up, self.down, self.last = target, 0, 0, time.monotonic()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                browser, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self._pass, args=(browser, server, "up"), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, browser, "down"), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                setattr(self, way, getattr(self, way) + len(data))
                self.last = time.monotonic()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def quiet(self) -> tuple[int, int]:
        """Wait until nothing has passed for half a second; return bytes up and down so far."""
        while time.monotonic() - self.last < 0.5:
            time.sleep(0.05)
        return self.up, self.down


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: the line to it, its data folder, and somebody with an open self-assessment."""

    line: Line
    data: Path
    person_id: int
    cycle_id: int


@contextlib.contextmanager
def running_demo() -> Iterator[Demo]:
    """Run `nqms demo` on a free port over a fresh folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        command = [sys.executable, "-m", "portal.cli", "demo", "--port", str(port), "--data", str(data / "demo")]
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", server)
            with contextlib.closing(sqlite3.connect(data / "demo" / "nqms.sqlite3")) as database:
                person_id, cycle_id = database.execute(OPEN_CYCLE).fetchone()
            yield Demo(Line(port), data / "demo", person_id, cycle_id)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return once the address answers; RuntimeError when the server ends or a minute has passed."""
    for _ in range(600):
        if server.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(address):  # noqa: S310
            return
        time.sleep(0.1)
    raise RuntimeError("the demo does not answer; what it said is above")
