"""Fills an empty database with the demo, once."""

from __future__ import annotations

from flask import current_app

from portal.foundation import clock
from portal.foundation.database import unit_of_work

from .clock import store_offset
from .cycles import CYCLES, add_cycle
from .followup import add_follow_up
from .letters import add_letters
from .library import add_library
from .matters import add_matters
from .outstanding import add_outstanding
from .papers import add_papers
from .people import add_people
from .programs import add_partnerships, add_programs
from .queries import is_seeded
from .recognized import add_recognized
from .results import add_results
from .shareddraft import add_shared_draft
from .together import add_together
from .underway import add_underway
from .visits import add_visits


def seed() -> None:
    """Add the fictional partnerships, programs, people and cycles, and set the demo's day; never twice.

    All or nothing: when something is wrong, the database stays as it was. Changes nothing once `riverbend` exists.
    """
    with unit_of_work():
        if is_seeded():
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
        add_library(partnerships, people)
        add_recognized(cycles, people)
        add_follow_up(cycles, people)
        add_papers(cycles["harbor"])
        add_together(cycles["circle"], people)
        add_underway(cycles["maple"], people)
        add_shared_draft(cycles["stepup"], people)
        add_matters(partnerships, programs, people)
        add_visits(partnerships, cycles, people, moment)
        add_outstanding(partnerships, people, current_app.config["BASE_URL"])
        add_letters(cycles, people, current_app.config["BASE_URL"])
