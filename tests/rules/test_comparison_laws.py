"""Laws of comparing two cycles, over random answers and random crosswalks."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rules.answers import Answer
from rules.catalogue import Catalogue
from rules.comparison import Change, compare
from rules.crosswalk import Crosswalk, Link, Relation
from tests.rules.samples import unhurried
from tests.rules.two_cycles import NEW, OLD, WALK, across, adds_up, answers_to

UNCOUNTED = {
    side: {code for link in WALK.links if link.relation in (Relation.SPLIT, Relation.MERGED) for code in codes(link)}
    for side, codes in (("old", lambda link: link.old), ("new", lambda link: link.new))
}

SEEDED = st.randoms(
    use_true_random=True
)  # hypothesis gives only the seed: to draw each step of a shuffle would be slow


@unhurried
@given(answers_to(OLD), answers_to(NEW))
def test_split_or_merged_practice_never_yields_a_change(old: dict[str, Answer], new: dict[str, Answer]) -> None:
    found = across(old, new)
    assert UNCOUNTED["old"] & {one.old for one in found.changes} == set()
    assert UNCOUNTED["new"] & {one.new for one in found.changes} == set()
    without = across(
        {code: answer for code, answer in old.items() if code not in UNCOUNTED["old"]},
        {code: answer for code, answer in new.items() if code not in UNCOUNTED["new"]},
    )
    assert found == without


@unhurried
@given(answers_to(OLD), answers_to(NEW))
def test_groups_add_up_to_the_totals_of_both_sides(old: dict[str, Answer], new: dict[str, Answer]) -> None:
    found = across(old, new)
    assert adds_up(found)
    sides = {code for one in found.changes for code in (one.old, one.new)}
    sides |= {code for one in found.reshaped for code in one.old + one.new}
    sides |= {one.code for one in found.retired + found.not_known + found.new}
    assert sides == {p.code for p in OLD.practices} | {p.code for p in NEW.practices}


@st.composite
def _crosswalks(draw: st.DrawFn) -> Crosswalk:
    """Draw links of any relation between codes of both editions; many codes stay without one."""
    chance = draw(SEEDED)
    olds, news = (chance.sample([p.code for p in side.practices], 40) for side in (OLD, NEW))
    links = []
    while len(olds) > 2 and len(news) > 2:
        relation = draw(st.sampled_from(Relation))
        takes_old = {Relation.NEW: 0, Relation.MERGED: 2}.get(relation, 1)
        takes_new = {Relation.RETIRED: 0, Relation.NOT_KNOWN: 0, Relation.SPLIT: 2}.get(relation, 1)
        links.append(
            Link(
                relation,
                tuple(olds.pop() for _ in range(takes_old)),
                tuple(news.pop() for _ in range(takes_new)),
                "Because.",
            )
        )
    return Crosswalk("eepm4", "eepm5", tuple(links))


@unhurried
@given(_crosswalks(), answers_to(OLD), answers_to(NEW))
def test_any_crosswalk_adds_up_and_changes_only_what_it_links(
    walk: Crosswalk, old: dict[str, Answer], new: dict[str, Answer]
) -> None:
    found = compare(OLD, old, NEW, new, walk)
    assert adds_up(found)
    linked = {(link.old[0], link.new[0]) for link in walk.links if link.relation in (Relation.SAME, Relation.REWORDED)}
    assert {(one.old, one.new) for one in found.changes} == linked


@unhurried
@given(answers_to(OLD), answers_to(NEW), SEEDED)
def test_order_of_links_does_not_matter(old: dict[str, Answer], new: dict[str, Answer], chance: random.Random) -> None:
    shuffled = list(WALK.links)
    chance.shuffle(shuffled)
    assert compare(OLD, old, NEW, new, replace(WALK, links=tuple(shuffled))) == across(old, new)


@unhurried
@given(st.sampled_from([OLD, NEW]).flatmap(lambda one: st.tuples(st.just(one), answers_to(one))))
def test_comparing_answers_with_themselves_shows_no_gain_or_loss(
    drawn: tuple[Catalogue, dict[str, Answer]],
) -> None:
    catalogue, answers = drawn
    found = compare(catalogue, answers, catalogue, answers)
    assert {one.change for one in found.changes} <= {Change.STILL, Change.STILL_NOT, Change.NOT_COMPARABLE}
    assert [area.new_in_practice - area.old_in_practice for area in found.areas] == [0, 0, 0]
    assert (found.reshaped, found.retired, found.not_known, found.new) == ((), (), (), ())


@unhurried
@given(answers_to(OLD), answers_to(OLD))
def test_looking_back_turns_gains_into_losses(old: dict[str, Answer], new: dict[str, Answer]) -> None:
    there, back = compare(OLD, old, OLD, new), compare(OLD, new, OLD, old)
    assert [one.old for one in there.having(Change.GAINED)] == [one.old for one in back.having(Change.LOST)]
    assert sum(a.new_in_practice - a.old_in_practice for a in there.areas) == len(there.having(Change.GAINED)) - len(
        there.having(Change.LOST)
    )
