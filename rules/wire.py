"""What passes between a process that asks and the child that judges: framed JSON, and assessments in a short form."""

import json
import os
import select
import struct
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.answers import STATUS_OF, Answer
from rules.asking import Assessment, PreviousCycle
from rules.codec import PLAIN, from_plain, to_plain
from rules.facts import CycleFacts, ProgramFacts

MAX_FRAME = 16_000_000  # bytes; an assessment with every text at its longest is about 4 MB
MAX_SAID = 1_000_000  # characters of one plugin's answer
MAX_DESCRIBED = 4_000_000  # characters of a rulebook with its practices; the editions have some 200,000
MAX_KNOWN = 16  # rulebooks that a child keeps
DEPTH = 6


class Ended(Exception):
    """Raised when the other side is gone."""


class TooLate(Exception):
    """Raised when the other side says nothing within the time it has."""


class NotPlain(TypeError):
    """Raised when a plugin returns something that is no plain value."""


def send(fd: int, message: object, until: float | None = None) -> None:
    """Write one frame. Raises Ended, or TooLate when it is not taken by `until` (monotonic seconds)."""
    data = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode()
    rest = memoryview(struct.pack(">I", len(data)) + data)
    while rest:
        if until is not None and not select.select([], [fd], [], max(0.0, until - time.monotonic()))[1]:
            raise TooLate
        try:
            rest = rest[os.write(fd, rest[:65536]) :]
        except OSError:
            raise Ended from None


def receive(fd: int, until: float | None = None) -> Any:
    """Read one frame. Raises Ended, or TooLate when it is not there by `until` (monotonic seconds)."""
    (size,) = struct.unpack(">I", _read(fd, 4, until))
    if size > MAX_FRAME:
        raise Ended
    return json.loads(_read(fd, size, until))


def _read(fd: int, size: int, until: float | None) -> bytes:
    parts, missing = [], size
    while missing:
        if until is not None and not select.select([fd], [], [], max(0.0, until - time.monotonic()))[0]:
            raise TooLate
        try:
            part = os.read(fd, min(missing, 1 << 20))
        except OSError:
            raise Ended from None
        if not part:
            raise Ended
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def pack_rows(value: object, depth: int = DEPTH) -> Any:
    """Reduce what a plugin returned to plain values; raises NotPlain."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, str):
        return str(value)
    if type(value) is date:
        return {"$day": value.isoformat()}
    if isinstance(value, (Mapping, list, tuple)) and not depth:
        raise NotPlain("it returned lists or tables that lie too deep in each other")
    if isinstance(value, Mapping):
        if any(str(key).startswith("$") for key in value):
            raise NotPlain("it returned a table with a key that begins with $")
        return {
            str(key): item if type(item) in PLAIN else pack_rows(item, depth - 1) for key, item in value.items()
        }  # fmt: skip
    if isinstance(value, (list, tuple)):
        return [item if type(item) in PLAIN else pack_rows(item, depth - 1) for item in value]
    if isinstance(value, (set, frozenset)) and all(isinstance(item, str) for item in value):
        return sorted(value)
    raise NotPlain(f"it returned a value of the kind {type(value).__name__}, which is no plain value")


def unpack_rows(value: Any) -> Any:
    """Read back what `pack_rows` gave."""
    if isinstance(value, dict):
        if value.keys() == {"$day"}:
            return date.fromisoformat(value["$day"])
        return {key: item if type(item) in PLAIN else unpack_rows(item) for key, item in value.items()}
    if isinstance(value, list):
        return [item if type(item) in PLAIN else unpack_rows(item) for item in value]
    return value


def pack_answers(answers: Mapping[str, Answer]) -> list[list[Any]]:
    """Write answers as short rows."""
    return [
        [a.code, a.status, a.rating, a.na_reason, a.notes, list(a.sub_items), a.own_minimum] for a in answers.values()
    ]


def unpack_answers(rows: list[list[Any]]) -> dict[str, Answer]:
    """Read answers back."""
    return {
        code: Answer(code, status and STATUS_OF[status], rating, na_reason, notes, tuple(letters), own_minimum)
        for code, status, rating, na_reason, notes, letters, own_minimum in rows
    }


def pack_assessment(assessment: Assessment) -> dict[str, Any]:
    """Write one assessment."""
    before = assessment.previous
    return {
        "answers": pack_answers(assessment.answers),
        "facts": to_plain(assessment.facts),
        "cycle": to_plain(assessment.cycle),
        "previous": before and [before.edition, pack_answers(before.answers)],
    }


def unpack_assessment(plain: Mapping[str, Any]) -> Assessment:
    """Read an assessment back."""
    before = plain["previous"]
    return Assessment(
        unpack_answers(plain["answers"]),
        from_plain(ProgramFacts, plain["facts"]),
        from_plain(CycleFacts, plain["cycle"]),
        before and PreviousCycle(before[0], unpack_answers(before[1])),
    )
