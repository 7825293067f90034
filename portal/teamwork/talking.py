"""Discussing one practice inside a program: commenting, telling people by mail, marking as resolved.

A discussion is one list of entries, never changed and never shortened. A comment on a resolved one opens it again.
Mail names who, which practice and where, never what was said; it leaves with the recipient's mail of the day, once for a
practice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change
from portal.foundation import audit, clock, outbox
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.outbox import Message

from .models import Comment, Discussion, Kind
from .queries import Member, members

LONGEST = 10_000
NAME_AFTER_AT = re.compile(r"(?<![\w.@])@(\w[\w'-]*)")


@dataclass(frozen=True, slots=True)
class Remark:
    """What a form says: a text, the people ticked to be told, and whether the matter is settled by it."""

    text: str
    tell: frozenset[int]
    then: str  # "", "resolve" or "reopen"
    save_id: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored: the entry to look at, who gets a mail, and names after an @ that are nobody's."""

    entry_id: int | None
    told: tuple[str, ...]
    unknown: tuple[str, ...]


def remark(cycle_id: int, code: str, said: Remark, by_id: int, base_url: str) -> Stored:
    """Store a comment and what it settles. Raises Refused or OutOfOrder; the same form again stores nothing twice."""
    text = said.text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text and said.then not in ("resolve", "reopen"):
        raise Refused([Problem("text", "Write your comment first.")])
    if len(text) > LONGEST:
        raise Refused([Problem("text", f"A comment holds {LONGEST:,} characters; this one has {len(text):,}.")])
    with unit_of_work() as session:
        cycle = load_for_change(cycle_id)
        if cycle.state is CycleState.CLOSED:
            raise OutOfOrder("This cycle is closed, so its discussions can only be read. Nothing was stored.")
        found = session.scalar(
            select(Discussion).where(Discussion.cycle_id == cycle_id, Discussion.practice_code == code)
        ) or _begin(cycle_id, code)
        people = [one for one in members(cycle.program_id) if one.id != by_id]
        named, unknown = mentioned(text, people)
        told = [one for one in people if text and (one.id in said.tell or one.id in named)]
        entry = _add(found, Kind.COMMENT, text, [one.name for one in told], said, by_id) if text else None
        if entry is not None and entry.fresh:
            found.comments += 1
            for one in told:
                _mail(cycle, code, one, entry.row, base_url)
        settled = _settle(found, said, by_id, new=entry is not None and entry.fresh)
        last = entry.row if entry is not None else settled
        session.flush()
        return Stored(last.id if last is not None else None, tuple(one.name for one in told), unknown)


def _begin(cycle_id: int, code: str) -> Discussion:
    made = Discussion(cycle_id=cycle_id, practice_code=code, comments=0)
    db.session.add(made)
    db.session.flush()
    return made


@dataclass(frozen=True, slots=True)
class _Entry:
    row: Comment
    fresh: bool


def _add(found: Discussion, kind: Kind, text: str, told: list[str], said: Remark, by_id: int) -> _Entry:
    key = hashlib.sha256(f"{by_id} {said.save_id} {kind} {text}".encode()).hexdigest()
    known = db.session.scalar(select(Comment).where(Comment.discussion_id == found.id, Comment.save_id == key))
    if known is not None:
        return _Entry(known, fresh=False)
    made = Comment(
        discussion_id=found.id, kind=kind, text=text, told=told, written_at=clock.now(), written_by_id=by_id, save_id=key
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    deed = {Kind.COMMENT: "commented", Kind.RESOLVED: "discussion resolved", Kind.OPENED: "discussion opened again"}
    audit.record(deed[kind], person_id=by_id, cycle_id=found.cycle_id, practice=found.practice_code)
    return _Entry(made, fresh=True)


def _settle(found: Discussion, said: Remark, by_id: int, new: bool) -> Comment | None:
    """Resolve or open the discussion as asked; a new comment opens a resolved one."""
    resolve = said.then == "resolve"
    opens = said.then == "reopen" or (new and not resolve)
    if resolve and found.resolved_at is None and found.comments:
        found.resolved_at = clock.now()
        return _add(found, Kind.RESOLVED, "", [], said, by_id).row
    if opens and found.resolved_at is not None:
        found.resolved_at = None
        return _add(found, Kind.OPENED, "", [], said, by_id).row
    return None


def mentioned(text: str, people: Iterable[Member]) -> tuple[frozenset[int], tuple[str, ...]]:
    """Find @Name in a text: whole names, and first names that only one person has. Returns ids, and names of nobody."""
    ways: dict[str, int] = {}
    firsts: dict[str, list[int]] = {}
    for one in people:
        name = one.name.lower()
        firsts.setdefault(name.split()[0], []).append(one.id)
        ways[name] = ways["".join(name.split())] = one.id
    ways = {first: at[0] for first, at in firsts.items() if len(at) == 1} | ways
    longest_first = "|".join(re.escape(way) for way in sorted(ways, key=len, reverse=True))
    names = re.compile(rf"(?:{longest_first})(?!\w)") if ways else None  # one pattern: a text may hold thousands of @
    found: set[int] = set()
    unknown: dict[str, None] = {}
    for match in NAME_AFTER_AT.finditer(text):
        rest = " ".join(text[match.start(1) : match.start(1) + 250].lower().split())
        way = names.match(rest) if names else None
        if way is not None:
            found.add(ways[way[0]])
        else:
            unknown[match[1]] = None
    return frozenset(found), tuple(unknown)


def _mail(cycle: Cycle, code: str, to: Member, entry: Comment, base_url: str) -> None:
    """Let a mail wait for the recipient's mail of the day, unless one about this practice waits already."""
    start = f"comment:{cycle.id}:{code}:{to.id}:"
    last = db.session.scalar(
        select(Message).where(Message.key.startswith(start, autoescape=True)).order_by(Message.id.desc()).limit(1)
    )
    if last is not None and last.waits:
        return  # it has not left yet and leads to this comment too
    by, program = _name(entry.written_by_id), cycle.program
    link = f"{base_url}/cycles/{cycle.id}/answers/{code}/talk#c{entry.id}"
    outbox.write(
        "comment", f"{start}{entry.id}", to, {"by": by, "code": code, "program": program.name, "link": link},
        program.partnership_id, listed=False,
    )  # fmt: skip


def _name(person_id: int | None) -> str:
    return db.session.scalar(select(Person.name).where(Person.id == person_id)) or "Somebody"


def participants(entries: Iterable[Comment]) -> frozenset[int]:
    """Return who has written in a discussion."""
    return frozenset(one.written_by_id for one in entries if one.written_by_id and one.kind is Kind.COMMENT)
