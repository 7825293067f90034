"""Rests on an answer that it does not name."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Rests on an answer that it does not name"


@hookimpl
def nqms_findings(answers):
    more = "B.2.4" in answers
    return [{"rule": "a-rule", "kind": "note", "practices": ("B.2.5",), "sentence": f"Checked: {more}."}]
