"""Sleeps for ever while it describes its rules."""

import time

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Sleeps for ever while it describes its rules"


@hookimpl
def nqms_policy():
    time.sleep(3600)
    return {}
