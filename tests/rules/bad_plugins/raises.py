"""Raises an exception."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Raises an exception"


@hookimpl
def nqms_findings():
    return [{"rule": "a-rule", "kind": "note", "practices": (), "sentence": 1 / 0}]
