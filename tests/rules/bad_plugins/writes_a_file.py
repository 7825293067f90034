"""Writes a file, and hides that it cannot."""

import contextlib
from pathlib import Path

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Writes a file, and hides that it cannot"


@hookimpl
def nqms_findings(settings):
    with contextlib.suppress(Exception):
        Path(settings.get("path", "written.txt")).write_text("I was here.")
    return []
