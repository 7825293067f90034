"""Prints where the answers of its process would go."""

import os

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Prints where the answers of its process would go"


@hookimpl
def nqms_findings():
    print("garbage" * 1000, flush=True)
    os.write(1, b"\x00\x00\x00\x02{}")
    return []
