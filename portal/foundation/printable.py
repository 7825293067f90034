"""Names what the fonts have no picture for, in brackets, so that nothing typed is silently dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any

LONGEST_TEXT = 10_000  # characters of one text; what people can type at most
FEW = 3  # so many signs are named one by one; of more, how many they are

# Signs that have no picture of their own anywhere: they choose or join pictures, or steer the direction of a line.
UNSEEN = re.compile(
    "[\u00ad\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
TONE = re.compile("EMOJI MODIFIER FITZPATRICK TYPE-(.+)")
TONES = {"1-2": "light", "3": "medium light", "4": "medium", "5": "medium dark", "6": "dark"}
FLAG = "REGIONAL INDICATOR SYMBOL LETTER "
SCRIPTS = {
    "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "ARABIC": "Arabic",
    "HEBREW": "Hebrew", "DEVANAGARI": "Devanagari",
}  # fmt: skip


def printable(value: Any, known: Collection[int]) -> Any:
    """Return a value with every text as it can be printed; `known` holds the characters that the fonts have."""
    if isinstance(value, str):
        return printable_text(value, known)
    if isinstance(value, dict):
        return {key: printable(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item, known) for item in value]
    return value


def printable_text(text: str, known: Collection[int]) -> str:
    """Put letter and accent together, name what cannot be printed, and cap what is endless."""
    whole = unicodedata.normalize("NFC", text)
    if len(whole) > LONGEST_TEXT:
        whole = whole[:LONGEST_TEXT] + " […]"
    # a joined emoji is one picture, so its parts are named in one pair of brackets
    found, unknown = [], ""
    for char in whole:
        if char in "\n\t" or (ord(char) in known and not UNSEEN.match(char)):
            found += [_named(unknown), char]
            unknown = ""
        else:
            unknown += char
    return "".join([*found, _named(unknown)])


def _named(run: str) -> str:
    """Name a run of signs that cannot be printed; unseen ones alone are nothing to name."""
    signs = UNSEEN.sub("", run)
    if not signs:
        return ""
    names = [_name(char) for char in signs]
    script = next((words for start, words in SCRIPTS.items() if names[0].startswith(start.lower())), "")
    if script and len(signs) > FEW:
        return f"[{len(signs)} signs in {script} writing, which this paper cannot show]"
    if not script and all(unicodedata.category(char)[0] in "LM" for char in signs) and len(signs) > FEW:
        return f"[{len(signs)} signs in {names[0].split()[0].title()} writing, which this paper cannot show]"
    return f"[{', '.join(names)}]"


def _name(char: str) -> str:
    name = unicodedata.name(char, f"sign U+{ord(char):04X}")
    if tone := TONE.fullmatch(name):
        return f"{TONES.get(tone[1], '')} skin tone".strip()
    if name.startswith(FLAG):
        return f"flag letter {name[-1]}"
    return name.lower() if not name.startswith("sign U+") else name
