"""Leaves a thread behind that runs on, and hides that it cannot."""

import contextlib
import threading
import time

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Leaves a thread behind that runs on, and hides that it cannot"


@hookimpl
def nqms_findings():
    with contextlib.suppress(Exception):
        threading.Thread(target=time.sleep, args=(3600,)).start()
    return []
