"""The ruler itself: syllables against counts made by ear, and the grade against the published formula."""

import pytest

from tests.rules.reading_grade import longest_sentence, reading_grade, sentences, syllables, words

BY_EAR = {
    1: "month guide raised asked whose years staff child's friend each homes talked",
    2: "mentor mentee program every people table handle safety likely statement reaches agree meeting able",
    3: "family families guardian agreement policy criminal media qualify studying suicide calendar",
    4: "responsible community application activity emergency references material",
    5: "evaluation liability personality communication",
}


@pytest.mark.parametrize(("word", "count"), [(word, count) for count, line in BY_EAR.items() for word in line.split()])
def test_syllables_of_a_word_counted_by_ear(word: str, count: int) -> None:
    assert syllables(word) == count


def test_syllables_of_words_with_hyphens_add_up() -> None:
    assert [syllables(word) for word in words("face-to-face one-page mentee's 12")] == [3, 2, 2, 2]


def test_sentences_end_at_marks_and_not_inside_numbers() -> None:
    assert sentences("We meet. Do you? It takes 2.5 hours!") == ["We meet.", "Do you?", "It takes 2.5 hours!"]


def test_longest_sentence_counts_words() -> None:
    assert longest_sentence("We meet face-to-face. Then we go home again.") == 5


def test_reading_grade_follows_the_published_formula() -> None:
    # 10 words, 2 sentences, 14 syllables: 0.39 * 5 + 11.8 * 1.4 - 15.59
    assert round(reading_grade("We thank each mentor. Staff call the family every month."), 2) == 2.88


def test_reading_grade_rises_with_long_words_and_long_sentences() -> None:
    plain = reading_grade("We call you. We help you.")
    longer = reading_grade("We call you and we help you.")
    harder = reading_grade("Organizational responsibility necessitates communication.")
    assert plain < longer < 8 < harder


def test_reading_grade_without_words_is_zero() -> None:
    assert reading_grade(" … ") == 0.0
