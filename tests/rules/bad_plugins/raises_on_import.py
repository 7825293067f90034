"""Raises an exception while it is loaded."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Raises an exception while it is loaded"


raise RuntimeError("not today")


@hookimpl
def nqms_findings():
    return []
