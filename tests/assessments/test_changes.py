"""What is different between two answers, field by field and word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.assessments.changes import FieldChange, Piece, answer_changes, word_changes
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
            (Piece("gone", "Two"), Piece("new", "Three"), Piece("same", " checks.")),
        ),
    )  # fmt: skip


def test_changes_from_no_answer_to_not_applicable() -> None:
    found = changes(None, Answer(CODE, Status.NOT_APPLICABLE, na_reason="No volunteers drive."))
    assert [(one.field, one.before, one.after) for one in found] == [
        ("status", "Not answered", "Not applicable"), ("na_reason", "", "No volunteers drive."),
    ]  # fmt: skip


def test_words_added_at_the_end_leave_the_others_as_they_were() -> None:
    assert word_changes("Each year.", "Each year. Twice.") == (Piece("same", "Each year."), Piece("new", " Twice."))


TEXT = st.text(alphabet="ab é.\n", max_size=60)


@given(TEXT, TEXT)
def test_pieces_hold_both_texts_letter_by_letter(before: str, after: str) -> None:
    pieces = word_changes(before, after)
    assert "".join(one.text for one in pieces if one.kind != "new") == before
    assert "".join(one.text for one in pieces if one.kind != "gone") == after
