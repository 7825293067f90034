"""Empties the answers it is given."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Empties the answers it is given"


@hookimpl
def nqms_findings(answers):
    answers.clear()
    return []
