"""The search for the smallest sets that are enough, against plain trying of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.subsets import Search, Smallest, Spent, smallest_sets

LETTERS = "abcdefgh"
WAYS = st.lists(st.frozensets(st.sampled_from(LETTERS), min_size=1), min_size=1, max_size=6)


class Question:
    """Answer whether a set is enough: it is when it holds one of the ways. Counts, and refuses beyond `most`."""

    def __init__(self, ways: list[frozenset[str]], most: int = 10_000) -> None:
        self.ways, self.most, self.asked = ways, most, 0

    def enough(self, codes: Sequence[str]) -> bool:
        if self.asked >= self.most:
            raise Spent
        self.asked += 1
        return any(way <= set(codes) for way in self.ways)

    def search(self, shown: int = 100) -> Smallest:
        order, kind = LETTERS.index, "aabbbccc".__getitem__
        return smallest_sets(
            LETTERS,
            Search(self.enough, lambda: self.most - self.asked, lambda code: kind(order(code)), order, order, shown),
        )

    def by_trying_all(self) -> set[frozenset[str]]:
        for size in range(len(LETTERS) + 1):
            found = {
                frozenset(codes) for codes in combinations(LETTERS, size) if any(w <= set(codes) for w in self.ways)
            }
            if found:
                return found
        return set()


@given(WAYS)
@settings(deadline=None)
def test_finished_search_finds_every_smallest_set(ways: list[frozenset[str]]) -> None:
    question = Question(ways)
    found = question.search()
    assert (found.exact, found.irreducible) == (True, True)
    smallest = question.by_trying_all()
    if found.more:  # shown only where the search was not finished
        assert {frozenset(one) for one in found.sets} < smallest
    else:
        assert {frozenset(one) for one in found.sets} == smallest


@given(WAYS, st.integers(0, 60))
@settings(deadline=None)
def test_bounded_search_keeps_to_its_number_and_claims_no_more_than_it_knows(
    ways: list[frozenset[str]], most: int
) -> None:
    question = Question(ways, most)
    found = question.search()
    assert question.asked <= most
    smallest = question.by_trying_all()
    for one in map(frozenset, found.sets):
        assert any(way <= one for way in ways)
        if found.irreducible:
            assert not any(way <= one - {code} for code in one for way in ways)
        if found.exact:
            assert one in smallest


@given(WAYS, st.integers(0, 60))
@settings(deadline=None)
def test_same_search_gives_the_same_sets(ways: list[frozenset[str]], most: int) -> None:
    assert Question(ways, most).search() == Question(ways, most).search()


def test_no_more_sets_than_asked_for_and_told_so() -> None:
    found = Question([frozenset(pair) for pair in combinations(LETTERS, 2)]).search(shown=5)
    assert (len(found.sets), found.exact, found.more) == (5, True, True)


def test_exactly_as_many_sets_as_asked_for_are_all_of_them() -> None:
    found = Question([frozenset(letter) for letter in "abcde"]).search(shown=5)
    assert (found.sets, found.more) == ((("a",), ("b",), ("c",), ("d",), ("e",)), False)


def test_question_that_adding_harms_is_not_called_exact() -> None:
    class Odd(Question):
        def enough(self, codes: Sequence[str]) -> bool:
            self.asked += 1
            return set(codes) in (set(LETTERS), set(LETTERS[:-1]), set(LETTERS[1:-1]), set("a"), set("cdefg"))

    assert not Odd([]).search().exact
