"""Measure how hard a text is to read: Flesch-Kincaid grade and sentence length, syllables counted by rule."""

import re

_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|\d+")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_VOWELS = re.compile(r"[aeiouy]+")
_SPOKEN_APART = re.compile(r"(?<![cstgx])i[ao]|(?<![gq])u[ao]|yi|[eo]ing$|uici|eo(?!p)|^cre(?=a)|[ds]ie[nt]")
_SILENT_INSIDE = re.compile(r"(?<=[aeiouy][^aeiouy])e(?=(?:ful|less|ly|ment|ty)$)")
_SILENT_END = re.compile(r"(?<=[^aeiouy])e$|(?<=[^aeioucgsxz])es$|(?<=[^aeioudt])ed$")
_TABLE_ENDING = re.compile(r"[^aeiouyl]le[sd]?$|(?:sh|ch)es$")
_LEARNED = {
    "business": 2, "every": 2, "fbi": 3, "flyer": 2, "flyers": 2, "goodbye": 2, "household": 2, "outline": 2,
    "people": 2, "someone": 2, "something": 2, "website": 2, "websites": 2,
}  # fmt: skip


def words(text: str) -> list[str]:
    """Split a text into words; a word with a hyphen stays one word, and so does a number."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """Split a text after each full stop, question mark and exclamation mark."""
    return [part for part in _SENTENCE_END.split(text.strip()) if words(part)]


def syllables(word: str) -> int:
    """Count the syllables of an English word: groups of vowels, less silent ones; a digit counts one."""
    parts = [part for part in re.split(r"[-'’]", word.lower()) if part not in ("", "s", "t")]
    return sum(_LEARNED.get(part) or _count(part) for part in parts)


def _count(part: str) -> int:
    if part.isdigit():
        return len(part)
    spoken = _SILENT_INSIDE.sub("", part)
    if not _TABLE_ENDING.search(spoken):
        spoken = _SILENT_END.sub("", spoken)
    return max(len(_VOWELS.findall(spoken)) + len(_SPOKEN_APART.findall(spoken)), 1)


def reading_grade(text: str) -> float:
    """Give the US school grade that can read a text (Flesch-Kincaid); a text without words is grade 0."""
    found = words(text)
    if not found:
        return 0.0
    spoken = sum(syllables(word) for word in found)
    return 0.39 * len(found) / max(len(sentences(text)), 1) + 11.8 * spoken / len(found) - 15.59


def longest_sentence(text: str) -> int:
    """Count the words of the longest sentence."""
    return max((len(words(sentence)) for sentence in sentences(text)), default=0)
