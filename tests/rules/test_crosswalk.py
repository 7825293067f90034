"""The links between two editions: their shapes, the bundled file, and complaints with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.catalogue import CatalogueError, load_edition
from rules.crosswalk import (
    COMPARABLE,
    Crosswalk,
    CrosswalkError,
    EditionsDiffer,
    Link,
    Relation,
    links_between,
    load_crosswalk,
    read_crosswalk,
)

OLD, NEW = load_edition("eepm4"), load_edition("eepm5")
BUNDLED = load_crosswalk("eepm4", "eepm5")
FILE = Path(__file__).parents[2] / "rules" / "editions" / "crosswalk-eepm4-eepm5.toml"
TEXT = FILE.read_text("utf-8")

CHANGED = {  # where a number or the standing of a practice changed, with words that name it
    "B.3.1": "two hours",
    "B.5.11": "one training a year",
    "E.3.4": "at least one hour",
    "B.5.1": "once a quarter",
    "B.5.5": "once a quarter",
    "B.2.3": "live video",
    "V.1": "recommendation",
    "V.3": "recommendation",
    "V.4": "recommendation",
    "V.5": "recommendation",
    "V.8": "recommendation",
    "V.10": "recommendation",
    "M.F.2": "recommendation",
}


def _line_of(words: str) -> int:
    return TEXT[: TEXT.index(words)].count("\n") + 1


def _read(tmp_path: Path, old: str = "", new: str = "", more: str = "") -> Crosswalk:
    """Read the bundled file with one passage changed."""
    path = tmp_path / "crosswalk.toml"
    assert old in TEXT
    path.write_text(TEXT.replace(old, new, 1) + more, "utf-8")
    return read_crosswalk(path, OLD, NEW)


def _problems(tmp_path: Path, old: str = "", new: str = "", more: str = "") -> tuple[str, ...]:
    with pytest.raises(CrosswalkError) as refused:
        _read(tmp_path, old, new, more)
    return refused.value.problems


def test_bundled_crosswalk_is_loaded_once_and_leads_one_way() -> None:
    assert load_crosswalk("eepm4", "eepm5") is BUNDLED
    assert (BUNDLED.old_edition, BUNDLED.new_edition) == ("eepm4", "eepm5")
    with pytest.raises(CrosswalkError, match=r"^There is no crosswalk from “eepm5” to “eepm4”\.$"):
        load_crosswalk("eepm5", "eepm4")
    with pytest.raises(CatalogueError, match="There is no edition"):
        load_crosswalk("eepm4", "../eepm5")


def test_bundled_crosswalk_names_every_code_of_both_editions_once() -> None:
    assert sorted(code for link in BUNDLED.links for code in link.old) == sorted(p.code for p in OLD.practices)
    assert sorted(code for link in BUNDLED.links for code in link.new) == sorted(p.code for p in NEW.practices)


def test_bundled_crosswalk_retires_nothing_since_no_page_was_read_to_its_end() -> None:
    assert {link.relation for link in BUNDLED.links} == set(Relation) - {Relation.RETIRED}


@pytest.mark.parametrize("code", CHANGED)
def test_practice_whose_number_changed_is_reworded_and_the_note_names_it(code: str) -> None:
    (link,) = (link for link in BUNDLED.links if code in link.old)
    assert (link.relation, CHANGED[code] in link.note) == (Relation.REWORDED, True)


def test_practice_with_another_threshold_is_never_called_the_same() -> None:
    pairs = [
        (OLD.practice(link.old[0]), NEW.practice(link.new[0]))
        for link in BUNDLED.links
        if link.relation is Relation.SAME
    ]
    assert len(pairs) == 9
    assert [old.code for old, new in pairs if old.thresholds != new.thresholds] == []
    assert [old.code for old, new in pairs if (old.safety, old.area) != (new.safety, new.area)] == []


def test_safety_critical_practice_without_a_counterpart_says_to_keep_asking() -> None:
    links = [link for link in BUNDLED.links if link.relation is Relation.NOT_KNOWN]
    critical = {code for link in links for code in link.old if OLD.practice(code).is_critical}
    assert critical == {code for link in links for code in link.old if "Keep asking" in link.note}
    assert critical == {"M.C.4", "M.E.3", "B.2.5", "B.2.10", "B.4.3", "B.4.4", "B.6.9"}


def test_notes_are_whole_sentences() -> None:
    assert [link.note for link in BUNDLED.links if link.note and not link.note.endswith(".")] == []


@pytest.mark.parametrize(
    ("relation", "old", "new", "problem"),
    [
        ("same", ("A", "B"), ("C",), "A “same” link needs exactly one code in “old”; this one has 2."),
        ("reworded", ("A",), (), "A “reworded” link needs exactly one code in “new”; this one has 0."),
        ("split", ("A", "B"), ("C",), "A “split” link needs exactly one code in “old”; this one has 2."),
        ("merged", ("A",), ("B", "C"), "A “merged” link needs exactly one code in “new”; this one has 2."),
        ("new", ("A",), ("B",), "A “new” link needs no code in “old”; this one has 1."),
        ("retired", ("A",), ("B",), "A “retired” link needs no code in “new”; this one has 1."),
        ("not_known", (), (), "A “not_known” link needs one or more codes in “old”; this one has 0."),
    ],
)
def test_link_of_the_wrong_shape_is_refused(
    relation: str, old: tuple[str, ...], new: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(CrosswalkError) as refused:
        Link(Relation(relation), old, new, "Because.")
    assert refused.value.problems == (problem,)


@pytest.mark.parametrize("relation", [r for r in Relation if r not in (Relation.SAME, Relation.NEW)])
def test_link_without_the_note_it_needs_is_refused(relation: Relation) -> None:
    new = () if relation in (Relation.RETIRED, Relation.NOT_KNOWN) else ("B",)
    with pytest.raises(CrosswalkError, match="needs a “note”"):
        Link(relation, ("A",), new, " ")


def test_crosswalk_with_a_code_in_two_links_is_refused() -> None:
    with pytest.raises(CrosswalkError, match=r"^The code A stands in the links more than once\.$"):
        Crosswalk("x", "y", (Link(Relation.SAME, ("A",), ("B",)), Link(Relation.SAME, ("A",), ("C",))))


@pytest.mark.parametrize(
    ("old", "new", "where", "problem"),
    [
        ('["M.D.1"]', '["M.D.9"]', '["M.D.1"]', "There is no practice M.D.9 in “eepm4”."),
        ('["F.15.5"]', '["F.2.6"]', '["F.15.5"]', "The code F.2.6 was used before, in link 5."),
        ('["M.D.1"]', '["M.D.1"]\nnoet = "x"', '["F.15.5"]', "“noet” is not known here; is it misspelled?"),
        ('new = ["F.15.5"]', "new = 5", '["F.15.5"]', "“new” should be a list of texts."),
        ('new = ["F.15.5"]', "", "", "No link names F.15.5 of “eepm5”."),
        ('old = "eepm4"', 'old = "eepm3"', 'old = "eepm4"', "“old” should be “eepm4”."),
    ],
)
def test_malformed_crosswalk_names_file_and_line(tmp_path: Path, old: str, new: str, where: str, problem: str) -> None:
    line = _line_of(where) if where else _line_of('new = "eepm5"')
    assert f"crosswalk.toml:{line}: {problem}" in _problems(tmp_path, old, new)


def test_unknown_relation_names_file_and_line(tmp_path: Path) -> None:
    line = TEXT.count("\n") + 2
    more = '[[link]]\nrelation = "moved"\nold = ["M.A.1"]\n'
    words = "“relation” cannot be “moved”; it is one of: same, reworded, split, merged, new, retired, not_known."
    assert f"crosswalk.toml:{line}: {words}" in _problems(tmp_path, more=more)


def test_wrong_shape_in_a_file_names_file_and_line(tmp_path: Path) -> None:
    problems = _problems(tmp_path, '["M.D.1"]', '["M.D.1", "M.D.4"]')
    line = _line_of('["M.D.1"]')
    assert f"crosswalk.toml:{line}: A “same” link needs exactly one code in “old”; this one has 2." in problems


def test_broken_toml_names_file_and_line(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, '["M.D.1"]', "[M.D.1]")
    line = _line_of('["M.D.1"]')
    assert problem.startswith(f"crosswalk.toml:{line}: This is not valid TOML")


def test_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(CrosswalkError, match=r"^none\.toml:1: This file cannot be read\.$"):
        read_crosswalk(tmp_path / "none.toml", OLD, NEW)


def test_links_between_two_catalogues_come_in_catalogue_order() -> None:
    links = links_between(OLD, NEW, BUNDLED)
    firsts = [link.new[0] for link in links if link.new]
    assert firsts == [p.code for p in NEW.practices if p.code in firsts]
    alone = [link.old[0] for link in links if not link.new]
    assert alone == [p.code for p in OLD.practices if p.code in alone]
    assert len([link for link in links if link.relation in COMPARABLE]) == 43


def test_catalogues_of_other_editions_than_the_crosswalk_are_refused() -> None:
    with pytest.raises(EditionsDiffer, match=r"^A crosswalk is needed to compare “eepm4” with “eepm5”\.$"):
        links_between(OLD, NEW, None)
    with pytest.raises(EditionsDiffer, match=r"but the answers are from “eepm5” and “eepm4”\.$"):
        links_between(NEW, OLD, BUNDLED)
