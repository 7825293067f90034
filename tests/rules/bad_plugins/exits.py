"""Ends the interpreter as sys.exit does."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Ends the interpreter as sys.exit does"


@hookimpl
def nqms_findings():
    raise SystemExit(3)
