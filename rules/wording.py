"""Say dates, counts and lists in plain US English, the same on every machine whatever its locale."""

from collections.abc import Sequence
from datetime import date

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def say_date(day: date) -> str:
    """Say a day: "March 3, 2026"."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def say_month(day: date) -> str:
    """Say the month of a day: "March 2026"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def say_count(number: int, noun: str, plural: str = "") -> str:
    """Say how many: "1 practice", "3 practices"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def say_range(least: int, most: int, noun: str, plural: str = "") -> str:
    """Say from how many to how many: "6 to 24 months", and "12 months" where both are the same."""
    return say_count(most, noun, plural) if least == most else f"{least} to {say_count(most, noun, plural)}"


def say_list(words: Sequence[str], joint: str = "and") -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def sentence_case(text: str) -> str:
    """Begin a text with a capital letter and leave the rest as it is."""
    return text[:1].upper() + text[1:]
