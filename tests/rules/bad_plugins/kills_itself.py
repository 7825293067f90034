"""Ends its process by a signal."""

import signal

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Ends its process by a signal"


@hookimpl
def nqms_findings():
    signal.raise_signal(signal.SIGKILL)
