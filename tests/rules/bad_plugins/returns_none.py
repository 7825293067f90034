"""Returns nothing at all."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Returns nothing at all"


@hookimpl
def nqms_findings():
    return None
