"""Returns a text in place of a list."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Returns a text in place of a list"


@hookimpl
def nqms_findings():
    return "rubbish"
