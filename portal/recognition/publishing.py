"""What everybody may read: a program's recognition at its own address, and the directory of those who agreed to be in it.

Nothing else of a program or a cycle leaves through here: no score, no answer, no condition, no reason and no date but these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.cycles.queries import local_today
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem
from portal.partnerships.models import Partnership
from portal.programs.models import MODEL_WORDS, Program

from .history import newest_award
from .models import Award, AwardEvent, EventKind, Listing, Standing
from .terms import rules_of, tier_of

PAGE = 20
ENDED = (EventKind.LAPSED, EventKind.EXPIRED, EventKind.WITHDRAWN)


class NoSuchAddress(DomainError):
    """No program was ever recognized under this address."""


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """What anybody with the address may know. `until` is empty while an appeal is open after the last day."""

    address: str
    program: str
    partnership: str
    tier: str
    badge_text: str
    since: date
    until: date | None
    current: bool
    ended_on: date | None
    listed: bool


def status_at(address: str) -> PublicStatus:
    """Return what the address says. Raises NoSuchAddress."""
    listing = db.session.scalar(select(Listing).where(Listing.address == address))
    award = newest_award(listing.program_id) if listing else None
    if listing is None or award is None:
        raise NoSuchAddress("No recognition has this address. Please look whether it was copied whole.")
    return status_of(listing, award)


def status_of(listing: Listing, award: Award) -> PublicStatus:
    """Return the public part of a recognition."""
    program, today = listing.program, local_today(award.cycle)
    current, tier = award.current(today), tier_of(rules_of(award), award.tier_key)
    ended_on = None if current else _ended_on(award)
    until = (
        ended_on - timedelta(days=1) if ended_on else award.expires_on
    )  # what is only announced stays between the two
    return PublicStatus(
        listing.address, program.name, program.partnership.name, award.tier_name,
        (tier.badge if tier else "") or award.tier_name, award.awarded_on, until if ended_on or today <= until else None,
        current, ended_on, listing.listed,
    )  # fmt: skip


def _ended_on(award: Award) -> date:
    """Return the first day on which it was no longer current."""
    mine = select(func.max(AwardEvent.on)).where(AwardEvent.award_id == award.id, AwardEvent.kind.in_(ENDED))
    found = db.session.scalar(mine) if award.standing is not Standing.HELD else None
    return found or award.last_day + timedelta(days=1)


def listing_of(program_id: int) -> Listing | None:
    """Return a program's public address; there is one from its first recognition on."""
    return db.session.scalar(select(Listing).where(Listing.program_id == program_id))


def choose(program_id: int, listed: bool, by_id: int) -> None:
    """Give consent to be listed, or take it back. Raises OutOfOrder before the first recognition."""
    with unit_of_work():
        mine = select(Listing).where(Listing.program_id == program_id).with_for_update(of=Listing)
        found = db.session.scalar(mine.execution_options(populate_existing=True))
        if found is None:
            raise OutOfOrder("Your program can be listed once it is recognized. Nothing was changed.")
        if found.listed == listed:
            return
        found.listed, found.changed_at, found.changed_by_id = listed, clock.now(), by_id
        deed = "listing agreed to" if listed else "listing taken back"
        audit.record(deed, person_id=by_id, program_id=program_id)


def chosen_by(listing: Listing) -> str:
    """Name who chose last."""
    person = db.session.get(Person, listing.changed_by_id) if listing.changed_by_id else None
    return person.name if person else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor looks for in the directory; empty is everything."""

    tier: str = ""
    place: str = ""
    age: int | None = None
    model: str = ""
    partnership: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One program in the directory, with what it agreed to show."""

    program: str
    host: str
    place: str
    zip_code: str
    web: str
    ages: str
    model: str
    description: str
    partnership: str
    tier: str
    until: date
    address: str


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of the directory, and what can be filtered by."""

    entries: tuple[Entry, ...]
    found: int
    page: int
    pages: int
    tiers: tuple[str, ...]
    partnerships: tuple[tuple[str, str], ...]
    models: Mapping[str, str]


def wanted_from(typed: Mapping[str, str]) -> tuple[Wanted, list[Problem]]:
    """Read filters as they come in an address; what cannot be is told and left out."""
    problems: list[Problem] = []

    def whole(name: str, least: int, most: int, sentence: str) -> int | None:
        text = typed.get(name, "").strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most:
            return int(text)
        problems.append(Problem(name, sentence))
        return None

    age = whole("age", 1, 25, "Enter an age from 1 to 25, in whole years.")
    page = whole("page", 1, 100_000, "There is no such page of the list. This is the first one.")
    texts = {
        name: typed.get(name, "").replace("\x00", "").strip()[:100]
        for name in ("tier", "place", "model", "partnership")
    }
    return Wanted(texts["tier"], texts["place"], age, texts["model"], texts["partnership"], page or 1), problems


def directory(wanted: Wanted) -> Directory:
    """Return a page of the programs that are recognized now and agreed to be listed."""
    rows = _listed().where(*_filters(wanted))
    found = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    pages = max(1, -(-found // PAGE))
    page = min(wanted.page, pages)
    shown = db.session.execute(
        rows.order_by(Program.name, Program.id).limit(PAGE).offset((page - 1) * PAGE)
        .options(contains_eager(Program.partnership))
    )  # fmt: skip
    everything = _listed().with_only_columns(Award.tier_name, Partnership.key, Partnership.name).distinct()
    choices = db.session.execute(everything).all()
    return Directory(
        tuple(entry_of(row[0], row[1], row[2]) for row in shown), found, page, pages, tuple(sorted({row[0] for row in choices})),
        tuple(sorted({(row[1], row[2]) for row in choices}, key=lambda one: one[1])), MODEL_WORDS,
    )  # fmt: skip


def _listed() -> Select[Program, Award, Listing]:
    # The worker moves what ended on its own day within minutes; this bound holds where no worker runs, in every time zone.
    day = clock.now().date() - timedelta(days=1)
    held = and_(
        Award.standing == Standing.HELD,
        or_(Award.appeal_open, and_(Award.expires_on >= day, or_(Award.ending_on.is_(None), Award.ending_on >= day))),
    )
    other, theirs = aliased(Cycle), aliased(Award)
    newest = (
        select(func.max(other.number)).join(theirs, theirs.cycle_id == other.id)
        .where(other.program_id == Program.id).correlate(Program).scalar_subquery()
    )  # fmt: skip
    return (
        select(Program, Award, Listing).join(Listing, Listing.program_id == Program.id)
        .join(Cycle, Cycle.program_id == Program.id).join(Award, Award.cycle_id == Cycle.id)
        .join(Partnership, Partnership.id == Program.partnership_id).where(Listing.listed, held, Cycle.number == newest)
    )  # fmt: skip


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    made: list[ColumnElement[bool]] = []
    if wanted.tier:
        made.append(Award.tier_name == wanted.tier)
    if wanted.model:
        made.append(Program.model == wanted.model)
    if wanted.partnership:
        made.append(Partnership.key == wanted.partnership)
    if wanted.age is not None:
        made += [Program.youth_min_age <= wanted.age, Program.youth_max_age >= wanted.age]
    if wanted.place:
        by_zip = wanted.place[0].isdigit()
        made.append(
            Program.zip_code.startswith(wanted.place, autoescape=True) if by_zip
            else Program.place.icontains(wanted.place, autoescape=True)
        )  # fmt: skip
    return made


def entry_of(program: Program, award: Award, listing: Listing) -> Entry:
    """Return what the directory shows of one program."""
    web = program.web if program.web.startswith(("https://", "http://")) else ""
    return Entry(
        program.name, program.host, program.place, program.zip_code, web, program.age_words, program.model_words,
        program.description, program.partnership.name, award.tier_name, award.expires_on, listing.address,
    )  # fmt: skip
