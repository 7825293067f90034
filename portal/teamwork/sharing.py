"""Giving sections to people, saying that one is completed, personal flags, and who is where. One function per use case."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit, clock, outbox
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder
from portal.foundation.outbox import Message
from portal.foundation.versions import own_id
from portal.programs.models import Program

from .models import Flag, Said, SectionGiven, SectionSeen, SectionWord
from .queries import Member, members, places_at

PLACE = re.compile(r"/(cycles|programs)/(\d{1,9})\b")  # what a letter leads to
NOTED_FOR = timedelta(seconds=20)  # a sign of life younger than this is not written again


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form says of one section: the people ticked, and those who were ticked when the page was made."""

    ticked: frozenset[int]
    before: frozenset[int]


def who_may_answer(program_id: int) -> list[Member]:
    """Return the people a section can be given to."""
    return [one for one in members(program_id) if one.role is not Role.READER]


def give(cycle_id: int, wishes: Mapping[str, Wish], by_id: int, act: str, base_url: str) -> tuple[int, int]:
    """Give sections and take them back, as far as the form changed them; return how many of each. Raises OutOfOrder.

    Only what differs from the page the form came from is changed, so two administrators do not undo each other.
    Each person is mailed once for the act, about what is new to them, and never by themselves.
    """
    act = own_id(act)
    with unit_of_work():
        cycle = open_cycle(cycle_id)
        people = {one.id: one for one in who_may_answer(cycle.program_id)}
        rows = db.session.scalars(select(SectionGiven).where(SectionGiven.cycle_id == cycle_id))
        held = {(row.section_key, row.person_id): row for row in rows}
        fresh: dict[int, list[str]] = {}
        taken = 0
        for section in rulebook_of(cycle).catalogue.sections:
            wish = wishes.get(section.key)
            if wish is None:
                continue
            for at in sorted((wish.ticked - wish.before) & people.keys()):
                if (section.key, at) not in held:
                    fresh.setdefault(at, []).append(section.key)
                    _give(cycle, section.key, at, by_id)
            for at in wish.before - wish.ticked:
                if (row := held.get((section.key, at))) is not None:
                    db.session.delete(row)
                    taken += 1
                    audit.record(
                        "section taken back", person_id=by_id, cycle_id=cycle_id, section=section.key, person=at
                    )
        for at, keys in fresh.items():
            if at != by_id:
                _tell(cycle, people[at], keys, by_id, act, base_url)
    return sum(len(keys) for keys in fresh.values()), taken


def _give(cycle: Cycle, key: str, person_id: int, by_id: int) -> None:
    db.session.add(
        SectionGiven(
            cycle_id=cycle.id, section_key=key, person_id=person_id, given_by_id=by_id, given_at=clock.now()
        )
    )  # fmt: skip
    audit.record("section given", person_id=by_id, cycle_id=cycle.id, section=key, person=person_id)


def _tell(cycle: Cycle, to: Member, keys: list[str], by_id: int, act: str, base_url: str) -> None:
    by, catalogue = db.session.get_one(Person, by_id).name, rulebook_of(cycle).catalogue
    links = "\n\n".join(f"{catalogue.section(key).title}\n{base_url}/cycles/{cycle.id}/sections/{key}" for key in keys)
    outbox.write(
        "section-given", f"section-given:{cycle.id}:{to.id}:{act}", to,
        {"by": by, "count": len(keys), "program": cycle.program.name, "sections": links},
        cycle.program.partnership_id, listed=False,
    )  # fmt: skip


def open_cycle(cycle_id: int, code: str = "") -> Cycle:
    """Read a cycle for a change that makes sense while this practice, or every one, is open. Raises OutOfOrder."""
    cycle = load_for_change(cycle_id)
    if not cycle.is_open(code):
        raise OutOfOrder("This assessment was submitted. Nothing was changed.")
    return cycle


def say(cycle: Cycle, key: str, said: Said, by_id: int) -> None:
    """Note the last word on a section in the running transaction."""
    row = db.session.scalar(select(SectionWord).where(SectionWord.cycle_id == cycle.id, SectionWord.section_key == key))
    if row is None:
        row = SectionWord(cycle_id=cycle.id, section_key=key)
        db.session.add(row)
    elif row.word is said:
        return  # the first one who said it stays named
    row.word, row.said_by_id, row.said_at = said, by_id, clock.now()
    audit.record("section completed" if said is Said.YES else "section left for later", person_id=by_id,
                 cycle_id=cycle.id, section=key)  # fmt: skip


def open_again(cycle_id: int, key: str, by_id: int) -> None:
    """Take back that a section is completed, in the running transaction: one of its answers lacks something now."""
    done = (
        (SectionWord.cycle_id == cycle_id) & (SectionWord.section_key == key) & (SectionWord.word == Said.YES)
    )  # fmt: skip
    values = {"word": Said.OPENED, "said_by_id": by_id, "said_at": clock.now()}
    db.session.execute(update(SectionWord).where(done).values(**values))


def set_flag(cycle_id: int, code: str, person_id: int, on: bool) -> None:
    """Mark a practice to come back to, or take the mark off; saying the same again changes nothing. Raises OutOfOrder."""
    with unit_of_work() as session:
        cycle = open_cycle(cycle_id, code)
        rulebook_of(cycle).catalogue.practice(code)
        mine = (Flag.cycle_id == cycle_id) & (Flag.practice_code == code) & (Flag.person_id == person_id)
        if not on:
            session.execute(delete(Flag).where(mine))
        elif session.scalar(select(Flag.id).where(mine)) is None:
            session.add(Flag(cycle_id=cycle_id, practice_code=code, person_id=person_id, set_at=clock.now()))


def note_here(cycle_id: int, key: str, person_id: int) -> None:
    """Note that somebody has a section open; at most one small write in 20 seconds."""
    mine = (
        (SectionSeen.cycle_id == cycle_id) & (SectionSeen.section_key == key) & (SectionSeen.person_id == person_id)
    )  # fmt: skip
    moment = clock.now()
    seen = db.session.scalar(select(SectionSeen.seen_at).where(mine))
    if seen is not None and seen > moment - NOTED_FOR:
        return
    with unit_of_work() as session:
        if seen is not None:
            session.execute(update(SectionSeen).where(mine).values(seen_at=moment))
            return
        with suppress(IntegrityError), session.begin_nested():  # another window of the same person may be first
            session.add(SectionSeen(cycle_id=cycle_id, section_key=key, person_id=person_id, seen_at=moment))


def forget(program_id: int, person_id: int) -> None:
    """Take a person's sections and signs of life back in the running transaction; what they wrote stays."""
    cycles = select(Cycle.id).where(Cycle.program_id == program_id)
    for table in (SectionGiven, SectionSeen):
        db.session.execute(delete(table).where(table.person_id == person_id, table.cycle_id.in_(cycles)))


def hold_back_mail(program_id: int, person_id: int) -> None:
    """Send nothing that still waits for somebody who was taken off, in the running transaction.

    Somebody left without a place at the partnership gets none of its mail; with another program there, none about this
    one. Staff go on getting what staff get, and lose what is the program's alone.
    """
    program, email = db.session.get_one(Program, program_id), db.session.get_one(Person, person_id).email
    cycles = set(db.session.scalars(select(Cycle.id).where(Cycle.program_id == program_id)))
    staff, elsewhere = places_at(person_id, program.partnership_id)
    unsent = (Message.to_email == email) & Message.sent_at.is_(None)
    waiting = Message.next_try_at.is_not(None) | Message.gather_at.is_not(None)
    for message in db.session.scalars(select(Message).where(unsent, waiting).with_for_update()).all():
        parts = db.session.scalars(select(Message).where(Message.gathered_into_id == message.id)).all()
        held = [one for one in parts or [message] if _is_held(one, program, cycles, staff, elsewhere)]
        if not held:
            continue
        message.next_try_at, message.gather_at, message.error = None, None, ""
        for one in parts:
            if one not in held:  # it came with what is held back, so it leaves with the next mail of the day
                zone = program.partnership.time_zone
                one.gathered_into_id, one.gather_at = None, outbox.next_morning(zone)


def _is_held(message: Message, program: Program, cycles: Collection[int], staff: bool, elsewhere: bool) -> bool:
    """Tell whether a letter is about this program, and nothing its recipient gets for another reason."""
    if staff and message.kind not in ("comment", "section-given"):
        return False
    if not elsewhere and not staff and message.partnership_id == program.partnership_id:
        return True
    links = PLACE.findall(message.text)
    if not links:
        return message.partnership_id == program.partnership_id and program.name in f"{message.subject} {message.text}"
    return any(int(at) in (cycles if word == "cycles" else (program.id,)) for word, at in links)


def ids(values: Iterable[str]) -> frozenset[int]:
    """Read the numbers of a form; anything else is left out."""
    return frozenset(int(one) for one in values if one.isascii() and one.isdigit() and len(one) < 10)
