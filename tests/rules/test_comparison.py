"""Two cycles compared: what counts as a change, what never does, and how the coverage is said."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from rules.answers import Answer, Status
from rules.catalogue import Catalogue
from rules.comparison import Change, Comparison, compare
from rules.crosswalk import EditionsDiffer, Relation
from tests.rules.samples import no, yes
from tests.rules.two_cycles import NEW, OLD, WALK, across, adds_up

MANUAL = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8")


def _all(catalogue: Catalogue, **other: Answer) -> dict[str, Answer]:
    changed = {code.replace("_", "."): answer for code, answer in other.items()}
    return {practice.code: changed.get(practice.code, yes(practice)) for practice in catalogue.practices}


def _change_of(found: Comparison, old: str) -> tuple[Change, str]:
    (one,) = (one for one in found.changes if one.old == old)
    return one.change, one.sentence


@pytest.mark.parametrize(
    ("before", "after", "change", "sentence"),
    [
        (no, yes, Change.GAINED, "“Manual of policies and steps” is in practice now and was not before."),
        (yes, no, Change.LOST, "“Manual of policies and steps” was in practice before and is not now."),
        (yes, yes, Change.STILL, "“Manual of policies and steps” is still in practice."),
        (no, no, Change.STILL_NOT, "“Manual of policies and steps” is still not in practice."),
    ],
)
def test_same_practice_across_editions_gives_a_change(
    before: object, after: object, change: Change, sentence: str
) -> None:
    old = yes(OLD.practice("M.A.4")) if before is yes else no("M.A.4")
    new = yes(NEW.practice("F.2.6")) if after is yes else no("F.2.6")
    assert _change_of(across({"M.A.4": old}, {"F.2.6": new}), "M.A.4") == (change, sentence)


def test_reworded_practice_gives_a_change_and_says_that_the_question_changed() -> None:
    found = across({"B.5.1": no("B.5.1")}, {"F.11.1": yes(NEW.practice("F.11.1"))})
    assert _change_of(found, "B.5.1") == (
        Change.GAINED,
        "“Check-ins at a set rhythm” is in practice now and was not before. The question changed in between.",
    )
    (one,) = (one for one in found.changes if one.old == "B.5.1")
    assert (one.relation, "once a quarter" in one.note) == (Relation.REWORDED, True)


def test_practice_not_applicable_or_unanswered_on_a_side_is_not_comparable() -> None:
    old = {"B.6.5": Answer("B.6.5", Status.NOT_APPLICABLE, na_reason="We never do."), "M.A.4": Answer("M.A.4")}
    found = across(old, {"F.12.6": no("F.12.6")})
    assert _change_of(found, "B.6.5") == (
        Change.NOT_COMPARABLE,
        "“A new match later on” cannot be compared: "
        "before, it is given as not applicable; now, it is given as not in practice.",
    )
    assert _change_of(found, "M.A.4") == (
        Change.NOT_COMPARABLE,
        "“Manual of policies and steps” cannot be compared: before, it has no answer; now, it has no answer.",
    )
    assert found.coverage.compared == 0


def test_split_and_merged_practices_are_listed_without_a_change() -> None:
    found = across(_all(OLD), {practice.code: no(practice.code) for practice in NEW.practices})
    said = {one.old: one.sentence for one in found.reshaped}
    assert said[("B.4.1",)] == "B.4.1 was split into F.9.2 and F.9.4, so no gain or loss is counted."
    assert said[("M.E.2",)] == "Only a part of M.E.2 is asked in F.15.4, so no gain or loss is counted."
    assert said[("B.5.2", "B.5.3")] == "B.5.2 and B.5.3 went into F.11.3, so no gain or loss is counted."
    assert len(found.reshaped) == 10
    assert len(found.having(Change.LOST)) == 43


def test_coverage_says_how_much_can_be_compared_and_what_became_of_the_rest() -> None:
    found = across(_all(OLD, B_2_3=Answer("B.2.3")), _all(NEW))
    assert found.coverage.sentence == (
        "42 of 116 practices can be compared; 1 has no yes or no on one side, 12 were split or merged and "
        "61 have no known counterpart. Of 73 practices asked now, 17 are new and 13 come from a split or a merger."
    )
    assert (found.coverage.compared, found.coverage.old_total, found.coverage.new_total) == (42, 116, 73)
    assert adds_up(found)


def test_coverage_within_one_edition_is_whole() -> None:
    found = compare(OLD, _all(OLD), OLD, _all(OLD))
    assert found.coverage.sentence == "116 of 116 practices can be compared."


def test_areas_count_the_practices_compared_and_no_others() -> None:
    found = across(_all(OLD, M_A_4=no("M.A.4"), M_A_3=no("M.A.3")), _all(NEW, F_16_1=no("F.16.1"), F_1_1=no("F.1.1")))
    assert [(a.key, a.compared, a.old_in_practice, a.new_in_practice) for a in found.areas] == [
        ("management", 16, 15, 16),
        ("operations", 21, 21, 21),
        ("evaluation", 6, 6, 5),
    ]
    assert found.areas[0].sentence == "Program management: 15 of the 16 practices compared before, 16 now."
    nothing = across({}, {})
    assert [area.sentence for area in nothing.areas][2] == "Program evaluation: no practice can be compared."


def test_new_and_not_known_practices_are_listed_in_catalogue_order() -> None:
    found = across({}, {})
    assert [one.code for one in found.new] == [p.code for p in NEW.practices if p.code in {o.code for o in found.new}]
    known = {one.code for one in found.not_known}
    assert [one.code for one in found.not_known] == [p.code for p in OLD.practices if p.code in known]
    assert (found.not_known[0].code, found.not_known[0].title) == ("M.A.3", "Plan for the future")
    assert (found.new[0].code, found.new[0].title) == ("F.1.1", "Values in writing")


def test_changes_come_in_the_order_of_the_later_catalogue() -> None:
    codes = [one.new for one in across({}, {}).changes]
    assert codes == [p.code for p in NEW.practices if p.code in codes]


def test_within_one_edition_a_practice_of_one_catalogue_only_is_retired_or_new() -> None:
    fewer = _without(OLD, "M.A.1")
    gone, added = compare(OLD, {}, fewer, {}), compare(fewer, {}, OLD, {})
    assert [(one.code, one.note) for one in gone.retired] == [("M.A.1", "The later catalogue does not hold it.")]
    assert [one.code for one in added.new] == ["M.A.1"]
    assert (len(gone.changes), len(added.changes), gone.new, added.retired) == (115, 115, (), ())
    assert (
        gone.coverage.sentence
        == "0 of 116 practices can be compared; 115 have no yes or no on one side and 1 was retired."
    )


def test_across_editions_a_practice_that_a_partnership_dropped_leaves_its_counterpart_alone() -> None:
    found = compare(_without(OLD, "M.A.4"), {}, NEW, {}, WALK)
    assert "F.2.6" in [one.code for one in found.new]
    other = compare(OLD, {}, _without(NEW, "F.2.6", "F.9.2", "F.9.4"), {}, WALK)
    assert [one.code for one in other.retired] == ["M.A.4", "B.4.1"]
    assert adds_up(found)
    assert adds_up(other)


def test_across_editions_a_practice_that_a_partnership_added_to_both_is_compared() -> None:
    old, new = _with_own(OLD, "m-a"), _with_own(NEW, "f-2")
    found = compare(old, {"X.1": no("X.1")}, new, {"X.1": yes(new.practice("X.1"))}, WALK)
    assert _change_of(found, "X.1") == (Change.GAINED, "“Our own” is in practice now and was not before.")
    assert [one.code for one in compare(OLD, {}, new, {}, WALK).new if one.code[0] == "X"] == ["X.1"]
    assert adds_up(found)


def _without(catalogue: Catalogue, *codes: str) -> Catalogue:
    areas = tuple(
        replace(
            area,
            sections=tuple(
                replace(s, practices=tuple(p for p in s.practices if p.code not in codes)) for s in area.sections
            ),
        )
        for area in catalogue.areas
    )
    return Catalogue(catalogue.edition, catalogue.title, areas)


def _with_own(catalogue: Catalogue, section: str) -> Catalogue:
    own = replace(catalogue.section(section).practices[0], code="X.1", title="Our own")
    areas = tuple(
        replace(
            area,
            sections=tuple(replace(s, practices=(*s.practices, own)) if s.key == section else s for s in area.sections),
        )
        for area in catalogue.areas
    )
    return Catalogue(catalogue.edition, catalogue.title, areas)


def test_two_editions_without_their_crosswalk_are_refused() -> None:
    with pytest.raises(EditionsDiffer, match="A crosswalk is needed"):
        compare(OLD, {}, NEW, {})
    with pytest.raises(EditionsDiffer, match="The crosswalk leads from “eepm4” to “eepm5”"):
        compare(OLD, {}, OLD, {}, WALK)


def test_results_are_frozen() -> None:
    found = across({}, {})
    with pytest.raises(FrozenInstanceError):
        found.changes[0].change = Change.GAINED  # type: ignore[misc]


def test_example_of_the_manual_prints_the_coverage(capsys: pytest.CaptureFixture[str]) -> None:
    chapter = MANUAL[MANUAL.index("## Editions") :]
    code = re.search(r"```python\n(.*?)```", chapter, re.DOTALL)
    assert code
    exec(code[1], {})  # noqa: S102 - the text of our own manual
    assert capsys.readouterr().out == across({}, {}).coverage.sentence + "\n"
    assert f"{len(NEW.practices)} practices from the {len(NEW.sections)} elements" in chapter
