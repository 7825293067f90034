"""Reads what a page tells of the people who answer together, each kind in one query however many practices there are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.memberships import invited_at
from portal.accounts.models import Membership, Person
from portal.foundation import clock
from portal.foundation.access import PROGRAM_ROLES, Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.programs.models import Program

from .models import Comment, Discussion, Flag, Said, SectionGiven, SectionSeen, SectionWord

LONGEST_SHOWN = 60  # signs of a name in a notice
NOW, LATELY = timedelta(seconds=75), timedelta(minutes=2)  # a page tells every 45 s that it is open


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a program as its pages name them."""

    id: int
    name: str
    email: str
    role: Role
    signed_up: bool
    invited: tuple[datetime, datetime] | None = None  # when the newest unused invitation left, and until when it works


@dataclass(frozen=True, slots=True)
class Word:
    """The last word on a section: what, by whom, when."""

    said: Said
    by_id: int | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Team:
    """What the task list and a section's page tell one person about working together."""

    me: int
    given: Mapping[str, tuple[tuple[int, str], ...]]  # section key -> ids and names, by name
    words: Mapping[str, Word]
    talks: Mapping[str, int]  # practice code -> comments of an open discussion
    flags: frozenset[str]

    def mine(self, key: str) -> bool:
        """Tell whether this section was given to the reader."""
        return any(at == self.me for at, _ in self.given.get(key, ()))

    def given_words(self, key: str) -> str:
        """Return to whom a section was given: you, Ana and Bo; empty when to nobody."""
        names = [name for at, name in self.given.get(key, ()) if at != self.me]
        return listed((["you"] if self.mine(key) else []) + names)

    @property
    def confirmed(self) -> frozenset[str]:
        """Return the sections that somebody called completed, with nothing opened since."""
        return frozenset(key for key, word in self.words.items() if word.said is Said.YES)

    def talks_in(self, codes: Iterable[str]) -> int:
        """Return how many of these practices have an open discussion."""
        return sum(code in self.talks for code in codes)


def team_of(cycle_id: int, person_id: int) -> Team:
    """Read everything of a cycle in four queries."""
    given: dict[str, list[tuple[int, str]]] = {}
    rows = select(SectionGiven.section_key, Person.id, Person.name).join(Person, Person.id == SectionGiven.person_id)
    for key, at, name in db.session.execute(rows.where(SectionGiven.cycle_id == cycle_id).order_by(Person.name)):
        given.setdefault(key, []).append((at, name))
    words = (
        select(SectionWord.section_key, SectionWord.word, Person.id, Person.name, SectionWord.said_at)
        .outerjoin(Person, Person.id == SectionWord.said_by_id)
        .where(SectionWord.cycle_id == cycle_id)
    )
    talks = select(Discussion.practice_code, Discussion.comments).where(
        Discussion.cycle_id == cycle_id, Discussion.resolved_at.is_(None), Discussion.comments > 0
    )
    flags = select(Flag.practice_code).where(Flag.cycle_id == cycle_id, Flag.person_id == person_id)
    return Team(
        person_id,
        {key: tuple(people) for key, people in given.items()},
        {key: Word(said, by, name or "Somebody", at) for key, said, by, name, at in db.session.execute(words)},
        {code: comments for code, comments in db.session.execute(talks)},  # noqa: C416 (rows are no pairs to mypy)
        frozenset(db.session.scalars(flags)),
    )


def members(program_id: int, with_invitations: bool = False) -> list[Member]:
    """Return the program's people, administrators first, each once."""
    rows = db.session.execute(
        select(Person.id, Person.name, Person.email, Membership.role, Person.password_hash, Person.fictional)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.program_id == program_id, Membership.role.in_(PROGRAM_ROLES))
        .order_by(Membership.role.desc(), Person.name, Person.id)
    ).all()
    order = [Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR, Role.READER]
    invited = invited_at([row.id for row in rows]) if with_invitations else {}
    found: dict[int, Member] = {}
    for row in sorted(rows, key=lambda row: order.index(row.role)):
        signed_up = bool(row.password_hash) or row.fictional
        found.setdefault(
            row.id, Member(row.id, row.name, row.email, row.role, signed_up, None if signed_up else invited.get(row.id))
        )
    return list(found.values())


def here_words(cycle_id: int, key: str, person_id: int) -> str:
    """Say which colleagues are on a section's page, or were a minute ago; empty when nobody was."""
    moment = clock.now()
    rows = db.session.execute(
        select(Person.name, SectionSeen.seen_at)
        .join(SectionSeen, SectionSeen.person_id == Person.id)
        .where(SectionSeen.cycle_id == cycle_id, SectionSeen.section_key == key, Person.id != person_id)
        .where(SectionSeen.seen_at > moment - LATELY)
        .order_by(Person.name)
    ).all()
    now = [name for name, at in rows if at > moment - NOW]
    lately = [name for name, at in rows if at <= moment - NOW]
    sentences = []
    if now:
        sentences.append(f"{listed(now)} {'is' if len(now) == 1 else 'are'} on this section.")
    if lately:
        sentences.append(f"{listed(lately)} {'was' if len(lately) == 1 else 'were'} on this section a minute ago.")
    return " ".join(sentences)


def short(words: str) -> str:
    """Return what a page says to name the words it shows, in a few signs."""
    return hashlib.sha256(words.encode()).hexdigest()[:8] if words else ""


def discussion_of(cycle_id: int, code: str) -> tuple[Discussion | None, list[Comment]]:
    """Return a practice's discussion with its entries, oldest first."""
    found = db.session.scalar(
        select(Discussion).where(Discussion.cycle_id == cycle_id, Discussion.practice_code == code)
    )
    if found is None:
        return None, []
    entries = select(Comment).where(Comment.discussion_id == found.id).order_by(Comment.id)
    return found, list(db.session.scalars(entries.options(joinedload(Comment.written_by))))


def few(names: Iterable[str], most: int = 6) -> str:
    """Join the first names for a notice, each cut short, and count the rest: notices travel in a cookie of 4 kB."""
    short_ones = [name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…" for name in names]
    more = len(short_ones) - most
    return listed(short_ones[:most] + ([f"{more} more"] if more > 0 else []))


def listed(names: Iterable[str]) -> str:
    """Join names as people do: Ana, Bo and Cy."""
    *most, last = list(names) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def places_at(person_id: int, partnership_id: int) -> tuple[bool, bool]:
    """Tell whether the person is staff of the partnership, and whether they belong to a program of it."""
    mine = select(Membership.id).where(Membership.person_id == person_id).limit(1)
    programs = select(Program.id).where(Program.partnership_id == partnership_id)
    staff = db.session.scalar(mine.where(Membership.partnership_id == partnership_id))
    return staff is not None, db.session.scalar(mine.where(Membership.program_id.in_(programs))) is not None


def taken_off(program: Program, emails: Collection[str]) -> frozenset[str]:
    """Return which of these addresses are of people who have an account and no place here any more.

    Somebody of another program who never belonged to this one is a guest, as is whoever has no account.
    """
    known = {one.id: one for one in db.session.scalars(select(Person).where(Person.email.in_(emails)))}
    held = select(Membership.person_id, Membership.program_id, Membership.partnership_id)
    rows = list(db.session.execute(held.where(Membership.person_id.in_(known))))
    here = {at for at, program_id, place in rows if program_id == program.id or place == program.partnership_id}
    deeds = select(AuditEntry.detail).where(
        AuditEntry.deed == "person taken off", AuditEntry.program_id == program.id
    )  # fmt: skip
    left = {detail.get("removed") for detail in db.session.scalars(deeds)}
    guests = {at for at, *_ in rows} - left  # they belong somewhere else and come from there
    return frozenset(one.email for at, one in known.items() if at not in here | guests)
