"""Fills an empty database with the demo, once."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from portal.foundation import clock
from portal.foundation.database import db, unit_of_work
from portal.partnerships.models import Partnership

from .clock import store_offset
from .cycles import CYCLES, add_cycle
from .letters import add_letters
from .matters import add_matters
from .papers import add_papers
from .people import add_people
from .programs import add_partnerships, add_programs
from .results import add_results
from .together import add_together


def seed() -> None:
    """Add the fictional partnerships, programs, people and cycles, and set the demo's day; never twice.

    All or nothing: when something is wrong, the database stays as it was. Changes nothing once `riverbend` exists.
    """
    with unit_of_work():
        if db.session.scalar(select(Partnership.id).where(Partnership.key == "riverbend")) is not None:
            return
        real = clock.now()
        moment = real + store_offset(real)
        partnerships = add_partnerships(moment)
        programs = add_programs(partnerships, moment)
        places = {key: one.id for key, one in partnerships.items()} | {key: one.id for key, one in programs.items()}
        people = add_people(places, moment)
        cycles = {}
        for demo in CYCLES:
            cycles[demo.key] = add_cycle(demo, programs[demo.program], people)
            add_results(demo, cycles[demo.key], people)
        add_papers(cycles["harbor"])
        add_together(cycles["circle"], people)
        add_matters(partnerships, programs, people)
        add_letters(cycles, people, current_app.config["BASE_URL"])
