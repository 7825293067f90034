"""Says what comes first in a set of texts, which differs from process to process."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Says what comes first in a set of texts, which differs from process to process"


@hookimpl
def nqms_findings(answers):
    first = next(iter(set(answers)), "none")
    return [{"rule": "first", "kind": "note", "practices": tuple(answers), "sentence": f"It begins with {first}."}]
