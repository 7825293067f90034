"""Returns a list that holds itself."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Returns a list that holds itself"


@hookimpl
def nqms_findings():
    inner = []
    inner.append(inner)
    return [{"rule": "a-rule", "kind": "note", "practices": inner, "sentence": "Round and round."}]
