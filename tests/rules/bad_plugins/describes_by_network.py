"""Opens a network connection while it describes, and hides that it cannot."""

import contextlib
import socket

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Opens a network connection while it describes, and hides that it cannot"


@hookimpl
def nqms_policy(settings):
    with contextlib.suppress(Exception):
        socket.create_connection(("127.0.0.1", settings.get("port", 9)), timeout=1)
    return {}
