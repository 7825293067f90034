"""Rule plugins as files in the operator's folder, for tests."""

from __future__ import annotations

import textwrap
from pathlib import Path

HEAD = """
from rules import Tier, hookimpl

RULES_API = (1, 1)
VERSION = "{version}"
TITLE = "{title}"
SOURCE = "Made up for a test."
"""

# Asks every practice to count as not in practice whose code is set; and leaves a mark with its name.
STRICT = """
SETTINGS = {
    "practice": {"kind": "practice", "title": "Practice that has to be there", "default": "B.2.5"},
    "least": {"kind": "whole", "title": "Least rating", "default": 3, "least": 1, "most": 5},
    "firm": {"kind": "flag", "title": "Refuse at once", "default": False},
    "word": {"kind": "choice", "title": "Word", "default": "soft", "choices": ["soft", "hard"]},
}
NOT_STATED = ("contact_weeks",)

@hookimpl
def nqms_policy():
    return {"review_title": "house call", "visit_weeks": (2, 3)}

@hookimpl
def nqms_practices():
    return [{"change": "drop", "practices": ["E.1.1"], "sentence": "Not asked here."}]

@hookimpl
def nqms_texts():
    return {"welcome": "Welcome to the lake."}

@hookimpl
def nqms_tiers():
    return [Tier("lake", "Lake Partner", 1, ("submitted", "lake-references"))]

@hookimpl
def nqms_benefits():
    return [{"tier": "lake", "text": "A flag for the door."}]

@hookimpl
def nqms_tier_conditions(scorecard, settings):
    code = settings.get("practice", "B.2.5")
    one = next(one for one in scorecard.practices if one.code == code)
    met = one.in_practice and (one.rating or 0) >= settings.get("least", 3)
    return [{"key": "lake-references", "title": "References", "met": met, "practices": (code,),
             "sentence": f"{code} is rated {one.rating}."}]
"""

MARK = """
@hookimpl
def nqms_findings():
    return [{"rule": "mark", "kind": "safety_gap", "practices": ("B.2.5",), "sentence": "MARK was here."}]
"""

# Waits instead of turning round, which looks the same from outside and leaves the processor to others.
HANGS = """
import time

@hookimpl
def nqms_tier_conditions():
    while True:
        time.sleep(60)
"""

RAISES = """
@hookimpl
def nqms_tier_conditions():
    return 1 / 0
"""

QUOTES = """
@hookimpl
def nqms_findings(answers):
    return int("a note on B.2.4: " + answers["B.2.4"].notes)
"""


def write(folder: Path, name: str, body: str, version: str = "1.0.0", title: str = "") -> Path:
    """Put a plugin into the folder, as an operator would."""
    path = folder / f"{name}.py"
    head = HEAD.format(version=version, title=title or name.title())
    path.write_text(textwrap.dedent(head) + body.replace("MARK", name.upper()), "utf-8")
    return path
