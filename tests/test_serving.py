"""The command that serves: web and worker begin together and end together."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import free_port, wait_until_down, wait_until_up

pytestmark = pytest.mark.walk


@pytest.fixture
def served(tmp_path: Path, migrated: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve a portal over a migrated database; gives the process and its address once it answers."""
    shutil.copy(migrated, tmp_path / migrated.name)
    port, log = free_port(), tmp_path / "served.log"
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "serve", "--port", str(port)],
            env=os.environ | {"NQMS_DEMO": "yes", "NQMS_DATA": str(tmp_path), "NQMS_WEB_WORKERS": "1"},
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    wait_until_up(server, address, log)
    yield server, address
    server.kill()
    server.wait()


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
    wait_until_down(address)
