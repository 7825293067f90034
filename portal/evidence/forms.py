"""Reads what was typed about a piece of evidence."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from portal.foundation.errors import Problem, Refused

from .models import ADDRESS_LENGTH, NOTE_LENGTH, TITLE_LENGTH

MOST_TICKED = 1000  # a database takes so many numbers in one question, and no page shows more
FIELDS = ("title", "note", "address")


@dataclass(frozen=True, slots=True)
class Words:
    """What people say about a piece: its title (may be empty for a file) and a note."""

    title: str
    note: str


def typed_in(form: MultiDict[str, str], prefix: str = "") -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return {name: form.get(prefix + name, "") for name in FIELDS}


def ticked_in(form: MultiDict[str, str]) -> list[int]:
    """Return the numbers of the pieces that were ticked; what is no number, or too many, our page did not send."""
    numbers = (int(one) for one in form.getlist("piece") if one.isascii() and one.isdigit() and len(one) < 10)
    return list(dict.fromkeys(numbers))[:MOST_TICKED]


def read_words(typed: dict[str, str], needs_title: bool = False) -> tuple[Words, list[Problem]]:
    """Read title and note, with every problem at once."""
    title, note = " ".join(typed["title"].split()), typed["note"].replace("\r\n", "\n").strip()
    problems = []
    if needs_title and not title:
        problems.append(Problem("title", "Say in a few words what the link shows."))
    if len(title) > TITLE_LENGTH:
        problems.append(Problem("title", f"The title can hold {TITLE_LENGTH} characters; this one has {len(title)}."))
    if len(note) > NOTE_LENGTH:
        problems.append(Problem("note", f"The note can hold {NOTE_LENGTH} characters; this one has {len(note)}."))
    for name, text in (("title", title), ("note", note)):
        if any(unicodedata.category(one) in ("Cc", "Cs") and one != "\n" for one in text):
            problems.append(Problem(name, f"The {name} holds a sign that cannot be stored. Type it again."))
    return Words(title, note), problems


def read_link(typed: dict[str, str]) -> tuple[Words, str]:
    """Return title, note and address of a link. Raises Refused. The address is never fetched."""
    words, problems = read_words(typed, needs_title=True)
    address = typed["address"].strip()
    if sentence := address_problem(address):
        problems.insert(0, Problem("address", sentence))
    if problems:
        raise Refused(problems)
    return words, address


def address_problem(address: str) -> str:
    """Say what is wrong with a web address; empty when it can be used."""
    if not address:
        return "Enter the address of the page, such as https://example.org/handbook."
    if len(address) > ADDRESS_LENGTH:
        return f"The address can hold {ADDRESS_LENGTH} characters; this one has {len(address)}."
    try:
        parts = urlsplit(address)
        host, scheme = host_of(address), parts.scheme.lower()
        _ = parts.port
    except ValueError:
        host, scheme = "", ""
    if (
        scheme not in ("http", "https")
        or "." not in host
        or not address.isprintable()
        or " " in address
        or "\\" in address
    ):
        return "Enter a whole web address that begins with https:// or http://, such as https://example.org/handbook."
    if "@" in parts.netloc:
        return "Enter an address without a user name or password in it."
    return ""


def host_of(address: str) -> str:
    """Return the host of a web address, to be shown beside the link."""
    return (urlsplit(address).hostname or "").strip(".")
