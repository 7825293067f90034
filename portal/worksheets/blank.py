"""What the blank form says, as plain values; the page to print and the PDF are made from the same."""

from __future__ import annotations

from typing import Any

from portal.cycles.queries import cycles_of, labels_of, rulebook_of
from portal.partnerships.queries import current_rulebook
from portal.programs.models import Program
from portal.programs.queries import facts_of
from rules.practice import Practice
from rules.rulebook import Rulebook


def rulebook_for(program: Program) -> Rulebook:
    """Return the rules the program answers by: those of its newest cycle, else the partnership's as they are now."""
    cycles = cycles_of(program.id)
    return rulebook_of(cycles[0]) if cycles else current_rulebook(program.partnership)


def blank_snapshot(program: Program) -> dict[str, Any]:
    """Return every practice of the program's rules, with room for its answer."""
    rulebook, tags = rulebook_for(program), facts_of(program).tags
    catalogue = rulebook.catalogue
    return {
        "system": rulebook.policy.system_name,
        "program": {"name": program.name},
        "partnership": program.partnership.name,
        "edition": catalogue.title,
        "foot": f"Blank form. {catalogue.title}.",
        "count": len(catalogue.practices),
        "labels": [{"rating": rating, "words": words} for rating, words in labels_of(rulebook).items()],
        "rated": any(practice.rated for practice in catalogue.practices),
        "sections": [
            {
                "key": section.key,
                "area": area.title,
                "title": section.title,
                "aim": section.aim,
                "practices": [_practice(one, tags) for one in section.practices],
            }
            for area in catalogue.areas
            for section in area.sections
        ],
    }


def _practice(practice: Practice, tags: frozenset[str]) -> dict[str, Any]:
    return {
        "code": practice.code,
        "question": practice.question,
        "help": practice.help,
        "safety": practice.is_critical,
        "enhancement": not practice.is_core,
        "na": practice.na.allows(tags),
        "rated": practice.rated,
        "own_minimum": practice.own_minimum,
        "parts": [{"letter": i.letter, "text": i.text, "safety": i.safety_critical} for i in practice.sub_items],
        "evidence": list(practice.evidence),
        "needs_notes": practice.needs_notes,
    }
