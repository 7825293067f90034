"""Answers after as long as its settings say."""

import time

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Answers after as long as its settings say"


@hookimpl
def nqms_findings(settings):
    time.sleep(settings.get("seconds", 0))
    return [{"rule": "late", "kind": "note", "practices": (), "sentence": f"Slept {settings.get('seconds', 0)}."}]
