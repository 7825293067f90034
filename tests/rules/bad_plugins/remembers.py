"""Says how often it was asked."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Says how often it was asked"


CALLS = []


@hookimpl
def nqms_findings():
    CALLS.append(1)
    return [{"rule": "calls", "kind": "note", "practices": (), "sentence": f"Asked {len(CALLS)} times."}]
