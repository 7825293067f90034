"""A code from a paper is found however it is typed, and a slip of the pen is told from a code that does not exist."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.codes import LETTERS, new_code, read_code, shown_code

codes = st.builds(new_code)


@given(codes, st.sampled_from((str.lower, str.upper, shown_code, lambda one: f" {one[:4]} {one[4:]}. ")))
def test_code_is_read_however_it_is_typed(code: str, typed: object) -> None:
    assert (len(code), read_code(typed(code))) == (9, code)


@given(codes, st.integers(0, 8), st.sampled_from(LETTERS))
def test_one_wrong_letter_always_shows(code: str, at: int, letter: str) -> None:
    slipped = code[:at] + letter + code[at + 1 :]
    assert read_code(slipped) == (code if slipped == code else None)


@given(codes, st.integers(0, 7))
def test_two_letters_in_each_others_place_always_show(code: str, at: int) -> None:
    slipped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert read_code(slipped) == (code if slipped == code else None)


def test_letters_that_look_alike_are_in_no_code() -> None:
    assert set("01ILOUZ") & set(LETTERS) == set()
    assert [read_code(typed) for typed in ("", "ABC", "\0" * 9, "ILOUZ0123", "٢" * 9, "A" * 5000)] == [None] * 6
