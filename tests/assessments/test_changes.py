"""What is different between two answers, field by field and word by word."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.assessments.changes import FieldChange, Stretch, answer_changes, pieces_changes, word_changes
from rules.answers import RATING_LABELS, Answer, Status
from rules.catalogue import load_edition

CATALOGUE = load_edition("eepm4")
PRACTICE = next(one for one in CATALOGUE.practices if one.sub_items)
CODE = PRACTICE.code


def changes(before: Answer | None, after: Answer | None) -> tuple[FieldChange, ...]:
    return answer_changes(PRACTICE, before, after, RATING_LABELS)


def test_changes_of_equal_answers_are_none() -> None:
    assert changes(Answer(CODE, Status.IN_PRACTICE, 4), Answer(CODE, Status.IN_PRACTICE, 4)) == ()
    assert changes(None, Answer(CODE)) == ()


def test_changes_name_each_field_with_what_it_said_before_and_after() -> None:
    first = PRACTICE.sub_items[0]
    before = Answer(CODE, Status.IN_PRACTICE, 2, notes="Two checks.")
    after = Answer(CODE, Status.IN_PRACTICE, 4, notes="Three checks.", sub_items=(first.letter,))
    assert changes(before, after) == (
        FieldChange("rating", "Rating", "2 (partly done)", "4 (done consistently)"),
        FieldChange("sub_items", "Covered", "nothing", f"{first.letter}. {first.text.rstrip('.')}"),
        FieldChange(
            "notes", "Notes", "Two checks.", "Three checks.",
            (Stretch("gone", "Two"), Stretch("new", "Three"), Stretch("same", " checks.")),
        ),
    )  # fmt: skip


def test_changes_from_no_answer_to_not_applicable() -> None:
    found = changes(None, Answer(CODE, Status.NOT_APPLICABLE, na_reason="No volunteers drive."))
    assert [(one.field, one.before, one.after) for one in found] == [
        ("status", "Not answered", "Not applicable"), ("na_reason", "", "No volunteers drive."),
    ]  # fmt: skip


def test_changes_of_a_practice_that_no_rules_know_name_the_letters() -> None:
    found = answer_changes(
        None, Answer("Z.1"), Answer("Z.1", Status.IN_PRACTICE, 4, sub_items=("a", "c")), RATING_LABELS
    )
    assert [(one.field, one.before, one.after) for one in found] == [
        ("status", "Not answered", "In practice"), ("rating", "none", "4 (done consistently)"), ("sub_items", "nothing", "a; c"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "stretches"),
    [
        ("Two of us ask.", "Three of us ask.", [("gone", "Two"), ("new", "Three"), ("same", " of us ask.")]),
        (
            "All 16, then.",
            "All 17, then.",
            [("same", "All"), ("same", " "), ("gone", "16"), ("new", "17"), ("same", ", then.")],
        ),
        ("We ask.", "We ask, twice.", [("same", "We ask"), ("new", ", twice"), ("same", ".")]),
        ("", "New words.", [("new", "New words.")]),
        ("Old words.", "", [("gone", "Old words.")]),
        ("same", "same", [("same", "same")]),
        (
            "We ask.\nAlways.",
            "We ask.\n\nAlways.",
            [("same", "We ask."), ("gone", "\nAlways"), ("new", "\n\nAlways"), ("same", ".")],
        ),
    ],
)
def test_word_changes_show_what_stayed_went_and_came(old: str, new: str, stretches: list[tuple[str, str]]) -> None:
    assert [(one.kind, one.text) for one in word_changes(old, new)] == stretches


@pytest.mark.parametrize(("old", "new"), [("a b c d", "x b y d"), ("eins zwei\n\ndrei ", "eins\tdrei vier"), (" ", "")])
def test_word_changes_hold_every_word_of_both_texts(old: str, new: str) -> None:
    found = list(word_changes(old, new))
    assert "".join(one.text for one in found if one.kind != "new") == old
    assert "".join(one.text for one in found if one.kind != "gone") == new


def test_long_stretch_that_stayed_is_counted_and_left_out() -> None:
    many = " ".join(f"word{n}" for n in range(100))
    found = list(word_changes(many, f"{many} more"))
    assert found[0] == Stretch("gap", "88 words unchanged")
    assert found[-1] == Stretch("new", " more")


@pytest.mark.parametrize(("old", "new"), [("a b " * 2500, "b a " * 2500), ("a" * 10_000, "b" * 10_000),
                                          ("a. b! " * 1600, "b! a. c? " * 1100), ("a.b\n" * 2500, "b\n.a" * 2500)])  # fmt: skip
def test_longest_texts_are_compared_in_a_moment_and_none_of_their_words_is_lost(old: str, new: str) -> None:
    begun = time.perf_counter()
    found = list(word_changes(old, new))
    assert time.perf_counter() - begun < 1
    if "gap" not in {one.kind for one in found}:
        assert "".join(one.text for one in found if one.kind != "new") == old


def test_pieces_are_told_as_added_and_taken_off_by_what_they_are() -> None:
    old, plan = {"title": "Handbook", "sha256": "a"}, {"title": "Plan", "address": "https://example.org"}
    newer = {"title": "Handbook", "sha256": "b"}
    assert pieces_changes([old, plan], [old, plan]) == pieces_changes([], []) == ()
    assert pieces_changes([old, plan], [plan, newer]) == (
        FieldChange(
            "evidence", "Files and links", "Handbook, Plan", "Plan, Handbook",
            (Stretch("gone", "Handbook"), Stretch("same", ", "), Stretch("same", "Plan"), Stretch("same", ", "),
             Stretch("new", "Handbook")),
        ),
    )  # fmt: skip


TEXT = st.text(alphabet="ab é.\n", max_size=60)


@given(TEXT, TEXT)
def test_word_changes_hold_both_texts_letter_by_letter(before: str, after: str) -> None:
    found = list(word_changes(before, after))
    assume("gap" not in {one.kind for one in found})
    assert "".join(one.text for one in found if one.kind != "new") == before
    assert "".join(one.text for one in found if one.kind != "gone") == after
