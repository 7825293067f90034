"""Says which answer comes first, though their order means nothing."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Says which answer comes first, though their order means nothing"


@hookimpl
def nqms_findings(answers):
    first = next(iter(answers), "none")
    return [{"rule": "first", "kind": "note", "practices": tuple(answers), "sentence": f"It begins with {first}."}]
