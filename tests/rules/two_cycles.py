"""Two editions, their crosswalk and answers to them, for the tests of comparing two cycles."""

from __future__ import annotations

import random
from collections.abc import Mapping

from hypothesis import strategies as st

from rules.answers import Answer, Status
from rules.catalogue import Catalogue, load_edition
from rules.comparison import Change, Comparison, compare
from rules.crosswalk import load_crosswalk

OLD, NEW = load_edition("eepm4"), load_edition("eepm5")
WALK = load_crosswalk("eepm4", "eepm5")


def answers_to(catalogue: Catalogue) -> st.SearchStrategy[dict[str, Answer]]:
    """Draw answers to none, some or all practices."""

    def drawn(pick: random.Random, share: float) -> dict[str, Answer]:
        asked = [practice for practice in catalogue.practices if pick.random() < share]
        return {practice.code: Answer(practice.code, pick.choice([None, *Status])) for practice in asked}

    # hypothesis gives only the seed: drawing a hundred answers one by one would be slow
    return st.builds(drawn, st.randoms(use_true_random=True), st.sampled_from([0.0, 0.5, 1.0]))


def across(old: Mapping[str, Answer], new: Mapping[str, Answer]) -> Comparison:
    return compare(OLD, old, NEW, new, WALK)


def adds_up(found: Comparison) -> bool:
    c = found.coverage
    return (
        c.old_total == c.compared + c.undecided + c.old_reshaped + c.retired + c.not_known
        and c.new_total == c.compared + c.undecided + c.new_reshaped + c.new
        and len(found.changes) == c.compared + c.undecided
        and len(found.having(Change.NOT_COMPARABLE)) == c.undecided
        and c.compared == sum(area.compared for area in found.areas)
    )
