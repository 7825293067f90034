"""Changes the scorecard it is given."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Changes the scorecard it is given"


@hookimpl
def nqms_findings(scorecard):
    object.__setattr__(scorecard.total, "in_practice", 0)
    return []
