"""The forms of this room: what was typed, clean values, every problem."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from portal.programs.forms import NEEDED, ProgramForm, plain, read_facts

CLAIMS = ("pairs_volunteers", "capacity_confirmed")  # what a program says of itself, for staff to check


def read_registration(form: MultiDict[str, str]) -> ProgramForm:
    """Read a registration; its values are plain, ready to be kept."""
    facts = read_facts(form, NEEDED)
    claims = {key: form.get(key) == "yes" for key in CLAIMS}
    values = {key: plain(value) for key, value in facts.values.items()} | claims
    return ProgramForm({**facts.typed, **claims}, values, facts.problems)
