"""Returns an object in place of a plain value."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Returns an object in place of a plain value"


@hookimpl
def nqms_findings():
    return [{"rule": "a-rule", "kind": "note", "practices": (), "sentence": object()}]
