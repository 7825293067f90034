"""The languages of mail, and how a value is said in each: words from one glossary, dates as people write them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from rules.wording import say_date

from .paths import data_dir

LANGUAGES = {"en": "English", "es": "Español"}
USUAL = "en"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of ours in English, with named places for values; said in another language as far as the glossary has them."""

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)


One = str | int | date | Phrase
Value = One | tuple[One, ...]


@cache
def glossary(language: str) -> Mapping[str, str]:
    """Return our words in this language by their English; empty where nobody has translated any."""
    path = data_dir("templates") / "letters" / f"glossary.{language}.toml"
    if language == USUAL or not path.exists():
        return {}
    read: dict[str, str] = tomllib.loads(path.read_text("utf-8"))
    return read


def translated(text: str, language: str) -> str:
    """Return one text of ours in this language, in English where the glossary does not have it."""
    return glossary(language).get(text) or text


def say(value: Value, language: str) -> str:
    """Return a value as plain text in this language; several become lines of a list."""
    if isinstance(value, Phrase):
        text, values = (
            translated(value.text, language),
            {name: say(one, language) for name, one in value.values.items()},
        )
        return text.format(**values) if values else text  # a title from a plugin may hold braces of its own
    if isinstance(value, date):
        return _spanish(value) if language == "es" else say_date(value)
    if isinstance(value, tuple):
        return "\n".join(f"- {say(one, language)}" for one in value)
    return str(value)


def _spanish(day: date) -> str:
    return f"{day.day} de {translated(f'{day:%B}', 'es')} de {day.year}"
