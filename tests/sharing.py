"""What all workers of one run have in common: folders made once, by whoever needs one first."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def common_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of this run, the same for every worker."""
    mine = factory.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine


def worker_number() -> int:
    """Return which of the workers this is, from 0; 0 when there is but one."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def worker_count() -> int:
    """Return how many workers share this run."""
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder filled by `make`; the first worker that asks fills it, others wait until it is whole.

    Nobody may write into it afterwards. A `make` that fails is tried again by the next one, in an empty folder.
    """
    home = common_folder(factory) / "made-once"
    home.mkdir(exist_ok=True)
    folder, done = home / name, home / f"{name}.done"
    with (home / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
