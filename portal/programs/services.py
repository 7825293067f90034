"""Adding programs and keeping their facts true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Problem, Refused

from .models import Program


def save_program(
    partnership_id: int, values: Mapping[str, Any], by_id: int | None, program_id: int | None = None
) -> Program:
    """Add a program, or change the one named. Raises Refused when another program has the name."""
    with unit_of_work() as session:
        same = session.scalar(
            select(Program).where(Program.partnership_id == partnership_id, Program.name == values["name"])
        )
        if same is not None and same.id != program_id:
            raise Refused([Problem("name", "Another program of your partnership has this name already.")])
        if program_id is None:
            program = Program(partnership_id=partnership_id, created_at=clock.now())
            session.add(program)
        else:
            program = session.get_one(Program, program_id)
        for key, value in values.items():
            setattr(program, key, value)
        session.flush()
        audit.record("program saved", person_id=by_id, partnership_id=partnership_id, program_id=program.id)
    return db.session.get_one(Program, program.id)
