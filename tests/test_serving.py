"""The command that serves: web and worker begin together and end together."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_wheel import free_port

pytestmark = pytest.mark.walk


@pytest.fixture
def served(tmp_path: Path, migrated: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve a portal over a migrated database; gives the process and its address once it answers."""
    shutil.copy(migrated, tmp_path / migrated.name)
    port = free_port()
    address = f"http://127.0.0.1:{port}/healthz"
    server = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "serve", "--port", str(port)],
        env=os.environ | {"NQMS_DEMO": "yes", "NQMS_DATA": str(tmp_path), "NQMS_WEB_WORKERS": "1"},
    )
    for _ in range(600):
        if answers(address):
            break
        assert server.poll() is None
        time.sleep(0.1)
    yield server, address
    server.kill()
    server.wait()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:  # noqa: S310 (always http, on loopback)
            return bool(reply.status == 200)
    except OSError:
        return False


def children(parent: int) -> list[int]:
    """Return what a process started and what is still running of it, the oldest first."""
    return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are found in /proc")
@pytest.mark.parametrize("which", [0, 1])
def test_neither_web_nor_worker_goes_on_alone(served: tuple[subprocess.Popen[bytes], str], which: int) -> None:
    server, address = served
    both = children(server.pid)
    assert len(both) == 2
    os.kill(both[which], signal.SIGKILL)
    assert server.wait(timeout=40) == 1
    assert not answers(address)
