"""Reads a file, and hides that it cannot."""

import contextlib
from pathlib import Path

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Reads a file, and hides that it cannot"


@hookimpl
def nqms_findings():
    with contextlib.suppress(Exception):
        Path("/etc/hostname").read_text()
    return []
