"""Says something else each time."""

import random

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Says something else each time"


@hookimpl
def nqms_findings():
    return [{"rule": "dice", "kind": "note", "practices": (), "sentence": f"It fell on {random.random()}."}]
