"""Sleeps for ever while it is loaded."""

import time

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Sleeps for ever while it is loaded"


time.sleep(3600)


@hookimpl
def nqms_findings():
    return []
