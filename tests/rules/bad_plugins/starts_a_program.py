"""Starts a program, and hides that it cannot."""

import contextlib
import subprocess

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Starts a program, and hides that it cannot"


@hookimpl
def nqms_findings():
    with contextlib.suppress(Exception):
        subprocess.run(["sleep", "60"])
    return []
