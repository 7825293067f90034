"""Ends its process without a word."""

import os

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Ends its process without a word"


@hookimpl
def nqms_findings():
    os._exit(0)
