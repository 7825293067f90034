"""Sleeps for ever."""

import time

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Sleeps for ever"


@hookimpl
def nqms_findings():
    time.sleep(3600)
    return []
