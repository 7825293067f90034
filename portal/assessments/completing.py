"""Whether a section is completed: all its answers are, and somebody said so. What a section's Save sends beside answers."""

from __future__ import annotations

from collections.abc import Mapping

from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.database import unit_of_work
from portal.teamwork.models import Said
from portal.teamwork.sharing import open_cycle, say, set_flag
from rules.answers import Answer

from .queries import progress_of, stored_answers


def say_completed(cycle_id: int, key: str, word: str, by_id: int) -> int:
    """Note whether a section is completed; return how many answers keep it from being so. Raises OutOfOrder.

    "Yes" is stored only when every answer of the section is complete; the answers are stored either way.
    """
    if word not in (Said.YES, Said.LATER):
        return 0
    with unit_of_work():
        cycle = open_cycle(cycle_id)
        answers = {code: Answer.from_dict(row.content) for code, row in stored_answers(cycle_id).items()}
        here = progress_of(rulebook_of(cycle).catalogue, answers).of(key)
        gaps = here.total - here.complete if word == Said.YES else 0
        if not gaps:
            say(cycle, key, Said(word), by_id)
    return gaps


def mark_sent(cycle: Cycle, form: Mapping[str, str], by_id: int) -> str:
    """Store the mark that a section's form says beside its answers; return the code of the practice."""
    want, _, code = form.get("flag", "").partition(" ")
    if code and cycle.is_open(code):
        set_flag(cycle.id, code, by_id, on=want == "on")
        return code
    return ""
