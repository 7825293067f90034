"""Short names in a chart stay distinct."""

from __future__ import annotations

from portal.foundation.pages import short_names


def test_names_that_begin_alike_are_told_apart() -> None:
    titles = ["Program design", "Leadership", "Risk and records", "Partners, and communication", "Program evaluation"]
    assert short_names(titles) == ["Design", "Leadership", "Risk", "Partners", "Evaluation"]


def test_a_short_title_that_a_long_one_begins_with_stays() -> None:
    assert short_names(["Training", "Training of mentors"]) == ["Training", "Of mentors"]
