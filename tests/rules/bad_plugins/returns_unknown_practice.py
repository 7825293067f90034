"""Names a practice that is not there."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Names a practice that is not there"


@hookimpl
def nqms_findings():
    return [{"rule": "a-rule", "kind": "note", "practices": ("B.9.99",), "sentence": "Ask two people."}]
