"""Which passwords are refused because somebody would guess them, without a network."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.accounts import guessable
from portal.accounts.passwords import names_of, password_problems
from portal.foundation.access import Role
from tests.factories import make_partnership, make_person, make_program

NAMES = ("Winona Redfeather-Clark", "winona.r@example.org", "winona.r", "Circle of Elders", "Riverbend Mentoring")


def sentence(password: str, names: tuple[str, ...] = NAMES) -> str:
    return " ".join(one.sentence for one in password_problems(password, names))


@pytest.mark.parametrize(
    "password",
    ["password123456", "Password1234!", "qwertyuiop", "1q2w3e4r5t", "1234567890", "passw0rd2026", "iloveyou2026!",
     "sunshine!!!!", "letmeinletmein", "abcabcabcabc", "121212121212", "aaaaaaaaaaaa", "  summer2026  "],
)  # fmt: skip
def test_common_password_is_refused(password: str) -> None:
    assert "Many people use this password" in sentence(password)


@pytest.mark.parametrize(
    "password",
    ["winona12345", "Redfeather-1", "redfeatherclark", "circleofelders1", "Circle of Elders 1", "RiverbendMentoring!",
     "mentoring2026", "nqmsportal1", "NQMS-Portal-2026", "winona.r@example.org"],
)  # fmt: skip
def test_word_of_this_place_is_refused(password: str) -> None:
    assert "easy to guess" in sentence(password)


@pytest.mark.parametrize(
    "password",
    ["three calm words", "correct horse battery staple", "all lower case phrase", "kq7vz1mxp0", "ñandú gris azul",
     "mentoring takes patience", "x7!" * 42 + "ab", "winona likes teal kayaks"],
)  # fmt: skip
def test_good_password_passes_without_rules_for_its_composition(password: str) -> None:
    assert sentence(password) == ""


@pytest.mark.parametrize(("length", "ok"), [(7, False), (9, False), (10, True), (128, True), (200, True), (201, False)])
def test_length_is_from_ten_to_two_hundred(length: int, ok: bool) -> None:
    assert (sentence(("kq7vz1mxp0w3 " * 20)[:length]) == "") is ok


def test_list_names_more_than_three_thousand_words_once_each() -> None:
    lines = [line for line in guessable.LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) > 3000
    assert lines == sorted(set(lines))
    assert {len(line) for line in lines} == {10}


def test_names_are_those_of_the_person_and_of_every_place(app: Flask) -> None:
    partnership = make_partnership("lakeside")
    contributor = make_person(Role.CONTRIBUTOR, make_program(partnership, name="Fresh Tracks"), name="Ana Núñez")
    reviewer = make_person(Role.REVIEWER, partnership, name="Priya Nair")
    assert names_of(contributor) == [
        "Ana Núñez", contributor.email, contributor.email.partition("@")[0], "Fresh Tracks", "Lakeside Mentoring",
    ]  # fmt: skip
    assert names_of(reviewer)[3:] == ["Lakeside Mentoring"]
