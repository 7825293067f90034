"""Names what the fonts have no picture for, in brackets, so that nothing typed is silently dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import groupby
from operator import itemgetter
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
SCRIPTS = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}


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
    shown = [char in "\n\t" or (ord(char) in known and not UNSEEN.match(char)) for char in whole]
    return "".join(part if printed else _named(part) for printed, part in _runs(whole, shown))


def _runs(text: str, shown: list[bool]) -> list[tuple[bool, str]]:
    """Cut a text into what can be printed and what cannot; blanks between two words of one script belong to them."""
    found: list[tuple[bool, str]] = []
    for printed, part in groupby(zip(shown, text, strict=True), key=itemgetter(0)):
        run = "".join(char for _, char in part)
        if (
            not printed
            and len(found) > 1
            and not found[-1][1].strip(" ")
            and _script(run) == _script(found[-2][1]) != ""
        ):
            gap = found.pop()[1]
            run = found.pop()[1] + gap + run
        found.append((printed, run))
    return found


def _script(run: str) -> str:
    """Name the writing that the first letter belongs to; signs that are no letters belong to none."""
    letter = next((char for char in run if unicodedata.category(char)[0] in "LM" and not UNSEEN.match(char)), "")
    word = unicodedata.name(letter, "").partition(" ")[0] if letter else ""
    return SCRIPTS.get(word, word.title())


def _named(run: str) -> str:
    """Name what cannot be printed; signs that nobody sees are nothing to name."""
    signs = UNSEEN.sub("", run).replace(" ", "")
    if not signs:
        return ""
    if (script := _script(signs)) and len(signs) > FEW:
        return f"[{len(signs)} signs in {script} writing; the page on screen shows them]"
    return f"[{', '.join(_name(char) for char in signs)}]"


def _name(char: str) -> str:
    name = unicodedata.name(char, f"sign U+{ord(char):04X}")
    if tone := TONE.fullmatch(name):
        return f"{TONES.get(tone[1], '')} skin tone".strip()
    if name.startswith(FLAG):
        return f"flag letter {name[-1]}"
    return name.lower() if not name.startswith("sign U+") else name
