"""A folder of drop-in plugins for tests: the deliberately bad ones, and one that behaves."""

from __future__ import annotations

import shutil
from pathlib import Path

BAD = Path(__file__).parent / "bad_plugins"
GOOD = '''"""Notes one thing."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Good"


@hookimpl
def nqms_findings(answers):
    return [{"rule": "seen", "kind": "note", "practices": tuple(answers), "sentence": f"{len(answers)} answers seen."}]


@hookimpl
def nqms_priorities():
    return []
'''


def put(folder: Path, *names: str) -> Path:
    """Put the good plugin and the named bad ones into a folder."""
    folder.mkdir(exist_ok=True)
    for name in names:
        shutil.copy(BAD / f"{name}.py", folder)
    (folder / "good.py").write_text(GOOD, "utf-8")
    return folder
