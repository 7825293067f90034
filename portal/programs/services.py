"""Adding programs and keeping their facts true: every change has a version, and nobody's change wins unseen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Problem, Refused, StaleVersion

from .forms import LABELS, plain
from .models import FactsVersion, Program

NAME_TAKEN = Problem("name", "Another program of your partnership has this name already.")


class FactsClash(StaleVersion):
    """Somebody stored other values for the same facts since the sender last looked.

    `merged` holds what the form shows next: the sender's changes over what is stored now.
    """

    def __init__(self, stored: Mapping[str, Any], merged: Mapping[str, Any], version: int, who: str) -> None:
        super().__init__(f"{who} changed the same facts while you were typing. Nothing of yours is stored yet.")
        self.stored, self.merged, self.version, self.who = stored, merged, version, who

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return one sentence for each fact both have changed."""
        sentence = "{} also changed this: the {}. Choose which text is right, then save again."
        return tuple(Problem(key, sentence.format(self.who, LABELS[key])) for key in self.stored)


def locked(program_id: int) -> Program:
    """Read the program again inside a write, locked where the database can."""
    return db.session.get_one(Program, program_id, with_for_update={"of": Program}, populate_existing=True)


def save_program(
    partnership_id: int, values: Mapping[str, Any], by_id: int | None, program_id: int | None = None, seen: str = ""
) -> Program:
    """Add a program, or change the one named. Raises Refused when another program has the name, or FactsClash.

    `seen` is the version of the facts that the sender's page showed: only what the sender changed since is stored.
    """
    try:
        with unit_of_work():
            program = locked(program_id) if program_id else add_program(partnership_id, values, by_id)
            if program_id:
                changed = changes_since(program, values, int(seen) if re.fullmatch("[0-9]{1,8}", seen) else 0)
                _refuse_taken_name(partnership_id, changed.get("name"), program.id)
                change_facts(program, changed, by_id)
            db.session.flush()
    except IntegrityError:  # somebody took the name at this very moment
        raise Refused([NAME_TAKEN]) from None
    return db.session.get_one(Program, program.id)


def add_program(partnership_id: int, values: Mapping[str, Any], by_id: int | None) -> Program:
    """Add a program in the running transaction. Raises Refused when another program has the name."""
    _refuse_taken_name(partnership_id, values["name"], None)
    program = Program(partnership_id=partnership_id, created_at=clock.now(), **values)
    db.session.add(program)
    db.session.flush()
    audit.record("program added", person_id=by_id, partnership_id=partnership_id, program_id=program.id)
    return program


def _refuse_taken_name(partnership_id: int, name: Any, program_id: int | None) -> None:
    same = select(Program.id).where(Program.partnership_id == partnership_id, Program.name == name)
    if name is not None and db.session.scalar(same) not in (None, program_id):
        raise Refused([NAME_TAKEN])


def changes_since(program: Program, values: Mapping[str, Any], seen: int) -> dict[str, Any]:
    """Return what the sender changed since version `seen`. Raises FactsClash where others changed the same."""
    now = {key: plain(getattr(program, key)) for key in values}
    newer = select(FactsVersion).where(FactsVersion.program_id == program.id, FactsVersion.version > seen)
    rows = list(db.session.scalars(newer.order_by(FactsVersion.version.desc())))
    then = dict(now)
    for row in rows:  # newest first, so that the oldest value stays
        then |= {key: before for key, (before, _after) in row.changes.items() if key in then}
    mine = {key: value for key, value in values.items() if plain(value) != then[key]}
    clash = {key: now[key] for key in mine if now[key] not in (then[key], plain(mine[key]))}
    if clash:
        merged = now | {key: plain(value) for key, value in mine.items()}
        who = rows[0].saved_by.name if rows[0].saved_by else "Somebody"
        raise FactsClash(clash, merged, program.version, who)
    return mine


def change_facts(program: Program, values: Mapping[str, Any], by_id: int | None) -> None:
    """Change these facts in the running transaction and keep what they were; the same values again change nothing."""
    before = {key: getattr(program, key) for key in values}
    changes = {
        key: [plain(before[key]), plain(value)] for key, value in values.items() if plain(before[key]) != plain(value)
    }
    if not changes:
        return
    program.version += 1
    for key in changes:
        setattr(program, key, values[key])
    db.session.add(
        FactsVersion(
            program_id=program.id, version=program.version, saved_at=clock.now(), saved_by_id=by_id, changes=changes
        )
    )
    audit.record(
        "program facts changed", person_id=by_id, partnership_id=program.partnership_id, program_id=program.id,
        fields=sorted(changes), version=program.version,
    )  # fmt: skip


def facts_from(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts kept as plain values as the columns hold them."""
    return {**kept, "founded": date.fromisoformat(kept["founded"])}
