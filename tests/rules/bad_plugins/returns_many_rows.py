"""Returns a hundred thousand notes."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Returns a hundred thousand notes"


@hookimpl
def nqms_findings():
    return [{"rule": "a-rule", "kind": "note", "practices": (), "sentence": "Again."}] * 100_000
