"""Writes rule plugins into a folder, as an operator would drop them in, and gives an app that finds them there."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

HEAD = '''"""{title}, made up for a test."""

from rules import Tier, hookimpl

RULES_API = (1, 1)
VERSION = "{version}"
TITLE = "{title}"
SOURCE = "Made up for a test."

'''


def drop_in(folder: Path, name: str, body: str, version: str = "1.0.0") -> Path:
    """Write a plugin; its title is its name with a capital letter and "rules"."""
    path = folder / f"{name}.py"
    path.write_text(HEAD.format(title=f"{name.capitalize()} rules", version=version) + dedent(body), "utf-8")
    return path


RAISES = '''
@hookimpl
def nqms_findings(answers):
    """Fail, as a rule with a mistake does."""
    raise RuntimeError("the list of counties is empty")
'''

WORKS = '''
@hookimpl
def nqms_findings(answers):
    """Note one thing."""
    return [{"rule": "counties", "kind": "note", "practices": ("B.2.4",), "sentence": "B.2.4 fits your county."}]
'''

STRICT = '''
@hookimpl
def nqms_tiers():
    """Ask for more."""
    return [Tier("gold", "Gold Partner", 1, ("submitted", "ten"))]


@hookimpl
def nqms_tier_conditions(scorecard):
    """Ask for what nobody has."""
    return [{"key": "ten", "title": "Ten years", "met": False, "practices": (), "sentence": "Ten years are asked for."}]
'''
