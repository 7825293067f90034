"""Loading an edition: what is found in it, and how a malformed file is complained about."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.catalogue import EDITIONS, Catalogue, CatalogueError, UnknownPractice, UnknownSection, load_edition
from rules.editionfiles import read_edition

MAIN = 'edition = "x"\ntitle = "X"\nfiles = ["one.toml"]\n[[areas]]\nkey = "a"\ntitle = "A"\n'
ONE = """[[section]]
key = "a-1"
area = "a"
title = "One"
aim = "To begin."
[[section.practice]]
code = "A.1"
kind = "core"
title = "First"
question = "Do you?"
statement = "We do."
help = "Begin."
concerns = ["staff"]
safety = "none"
na = {allowed = false}
"""


def edition(tmp_path: Path, one: str, main: str = MAIN) -> Catalogue:
    (tmp_path / "edition.toml").write_text(main, "utf-8")
    (tmp_path / "one.toml").write_text(one, "utf-8")
    return read_edition(tmp_path)


def test_fourth_edition_loads_once_with_116_practices() -> None:
    catalogue = load_edition("eepm4")
    assert catalogue is load_edition("eepm4")
    assert (len(catalogue.practices), len(catalogue.sections), len(catalogue.areas)) == (116, 13, 3)
    assert catalogue.practice("B.2.3").section == "s-2"
    assert [practice.number for practice in catalogue.section("m-b").practices] == [1, 2]


def test_hash_is_of_the_words_and_not_of_the_loading() -> None:
    again = read_edition(EDITIONS / "eepm4")
    assert (again.hash, again) == (load_edition("eepm4").hash, load_edition("eepm4"))
    assert len(again.hash) == 64


@pytest.mark.parametrize("code", ["", "B.9.9", "b.2.3", None, []])
def test_unknown_practice_is_refused(code: str) -> None:
    with pytest.raises(UnknownPractice):
        load_edition("eepm4").practice(code)


def test_unknown_section_is_refused() -> None:
    with pytest.raises(UnknownSection):
        load_edition("eepm4").section("s-7")


@pytest.mark.parametrize("name", ["eepm9", "", "../eepm4", "eepm4/../eepm4"])
def test_unknown_edition_is_refused(name: str) -> None:
    with pytest.raises(CatalogueError, match="There is no edition"):
        load_edition(name)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('kind = "core"', 'kind = "main"', "one.toml:8: “kind” cannot be “main”; it is one of: core, enhancement."),
        ('title = "First"\n', "", "one.toml:6: “title” is missing."),
        ('help = "Begin."', "help = 5", "one.toml:12: “help” should be a text in quotes."),
        ('help = "Begin."', 'hepl = "Begin."', "one.toml:12: “hepl” is not known here; is it misspelled?"),
        ('area = "a"', 'area = "b"', "one.toml:3: The area “b” is not one of: a."),
        ('"A.1"', '"first"', "one.toml:7: “first” is not a practice code such as B.2.3."),
        ("= false}", "= true}", "one.toml:15: Say in “when” which programs may answer “not applicable”."),
    ],
)
def test_malformed_edition_names_file_and_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        edition(tmp_path, ONE.replace(old, new))
    assert problem in refused.value.problems


def test_broken_toml_names_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"^one\.toml:7: This is not valid TOML"):
        edition(tmp_path, ONE.replace('"A.1"', "A.1"))


def test_code_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"one\.toml:17: The code A\.1 was used before, in one\.toml\."):
        edition(tmp_path, ONE + ONE[ONE.index("[[section.practice]]") :])


def test_well_formed_edition_loads(tmp_path: Path) -> None:
    assert [practice.code for practice in edition(tmp_path, ONE).practices] == ["A.1"]


def test_preview_says_what_was_not_found_and_counts_in_the_hash(tmp_path: Path) -> None:
    plain = edition(tmp_path, ONE)
    told = edition(tmp_path, ONE, 'preview = true\nnot_found = ["Part 3: its page was not found."]\n' + MAIN)
    assert (told.preview, told.not_found) == (True, ("Part 3: its page was not found.",))
    assert (plain.preview, plain.not_found, plain == told) == (False, (), False)


def test_preview_that_is_not_true_or_false_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"^edition\.toml:1: “preview” should be true or false\.$"):
        edition(tmp_path, ONE, 'preview = "yes"\n' + MAIN)
