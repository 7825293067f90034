"""Tries to end a process by its number."""

import os

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Tries to end a process by its number"


@hookimpl
def nqms_findings():
    os.kill(os.getpid(), 9)
    return []
