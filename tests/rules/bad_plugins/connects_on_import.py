"""Opens a network connection while it is loaded, and hides that it cannot."""

import contextlib
import socket

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Opens a network connection while it is loaded, and hides that it cannot"


with contextlib.suppress(Exception):
    socket.create_connection(("127.0.0.1", 9), timeout=1)


@hookimpl
def nqms_findings():
    return []
