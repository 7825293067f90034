"""Returns ten million letters."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Returns ten million letters"


@hookimpl
def nqms_findings():
    return [{"rule": "a-rule", "kind": "note", "practices": (), "sentence": "x" * 10_000_000}]
