"""Servers that tests start as commands: where they listen, and when they answer."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest


def free_port() -> int:
    """Return a port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(address: str) -> bytes:
    """Return what stands at an address; raises OSError."""
    with urllib.request.urlopen(address, timeout=10) as reply:  # noqa: S310 (always http, on loopback)
        return bytes(reply.read())


def answers(address: str) -> bool:
    """Tell whether a portal is up; not while it is not listening yet, or listening and still too busy to answer."""
    try:
        fetch(f"{address}/healthz")
    except OSError:
        return False
    return True


def wait_until_up(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Wait until it answers; when it ends or takes more than a minute, the test fails with what it logged."""
    for _ in range(600):
        if answers(address):
            return
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail(f"no answer in 60 s\n{log.read_text()}")


def wait_until_down(address: str) -> None:
    """Wait until nobody answers any more: what a killed server had started notices its end within a second or two."""
    for _ in range(200):
        if not answers(address):
            return
        time.sleep(0.1)
    pytest.fail("still answers after 20 s")
