"""The one evaluator of this process: rule plugins run in its child processes, never in here."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path

from flask import Flask, current_app

from rules.evaluator import Evaluator


def init_judging(app: Flask) -> None:
    """Choose the evaluator by the app's settings; no process starts before the first question."""
    folder = app.config["RULES_FOLDER"]
    app.extensions["evaluator"] = _shared(
        Path(folder) if folder else None, app.config["RULES_SECONDS"], app.config["RULES_MEGABYTES"]
    )


@cache
def _shared(folder: Path | None, seconds: int, megabytes: int) -> Evaluator:
    made = Evaluator(folder, float(seconds), megabytes)
    atexit.register(made.close)
    return made


def evaluator() -> Evaluator:
    """Return the evaluator of the running app."""
    found: Evaluator = current_app.extensions["evaluator"]
    return found
