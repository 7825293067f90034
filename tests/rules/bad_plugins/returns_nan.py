"""Returns a sentence that is no text."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Returns a sentence that is no text"


@hookimpl
def nqms_findings():
    return [{"rule": "a-rule", "kind": "note", "practices": (), "sentence": float("nan")}]
