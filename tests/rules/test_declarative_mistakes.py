"""What a TOML plugin gets wrong is told in sentences with file and line, all at once, before or when its rules are built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.declarative import read_toml
from rules.discovery import discover
from rules.plugininfo import PluginRefused
from tests.rules.toml_plugins import HEAD, why_not_built, why_quarantined


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[policy]\ncontact_weeks = 99 99", ["7: This is not valid TOML: Expected newline or end of document after a statement."]),
        ("[policy]\ncontact_week = 3", ["7: There is no policy value “contact_week”. Do you mean “contact_weeks”?"]),
        ("[policy]\nreminder_days = -1", ["7: The policy value reminder_days must be a whole number from 0 to 1200."]),
        ('[policy]\ncontact_weeks = "3"', ["7: The policy value contact_weeks must be a whole number from 1 to 1200."]),
        ('[policy]\ngates = ["oath"]', ["7: The policy value gates may hold approval, needs_assessment, mou, or gates of your own with all their parts."]),
        ('[texts]\ngreeting = "Hi"', ["7: There is no text called “greeting”; there are welcome, receipt, statement, recognition, mou, meanwhile."]),
        ('[condition]\nkey = "a"', ["6: Write “condition” with two brackets, [[condition]]; there may be several."]),
        ("[[conditions]]", ["6: “conditions” is not known here; is it misspelled?"]),
        ("colour = 3", ["6: “colour” is not known here; is it misspelled?"]),
        ("[plugin.settings.x]\nkind = 'whole'", ["6: The setting “x” needs a kind (text, whole, number, flag, choice or practice), a title and a default."]),
        ('[texts]\nwelcome = "$hello"', ["7: There is no setting “hello”; settings stand in [plugin.settings.hello]."]),
        ("[[tier]]\nkey = 'a'\nname = 'A'\nrank = 1\nconditions = []", ["10: “conditions” is empty; name at least one."]),
        ("[[tier]]\nkey = 'a'\nname = 'A'\nrank = 1\nconditions = ['x']\nfallback = 'b'", ["11: “b” is no lower tier of this file; write the lower tiers first."]),
        ("[[tier]]\nkey = 'a'\nname = 'A'\nrank = 1\nconditions = ['x']\nprovisional = true", ["6: The tier a is provisional, so it needs months."]),
        ("[[resource]]\ntitle = 'T'\naddress = 'http://a'\npractices = ['V.1']", ["6: The address of the resource “T” must begin with https://."]),
        ("[[change]]\nchange = 'reword'\nsentence = 'S.'", ["7: “change” cannot be “reword”; it is one of: drop, adjust, section, add."]),
        ("[[change]]\nchange = 'adjust'\nsentence = 'S.'\npractices = ['V.1']\nset = { title = 'T' }", ["10: “title” cannot be set, only help, evidence, kind, safety, na, own_minimum, rated, needs_notes and tags."]),
        ("[[condition]]\nkey = 'a'\ntitle = 'A'\nkind = 'maybe'\nyes = 'Y.'\nno = 'N.'", ["9: “kind” cannot be “maybe”; it is one of: share, average, in_practice, rating, no_safety_gaps, staff, check_ins, any_of."]),
        ("[[condition]]\nkey = 'a'\ntitle = 'A'\nkind = 'share'\nof = 'core'\nat_least = 101\nyes = 'Y.'\nno = 'N {code}.'", ["11: “at_least” should be a number from 1 to 100.", "13: “no” has the blank {code}, which nothing fills; there is {number} and {open}."]),
        ("[[condition]]\nkey = 'A b'\ntitle = 'A'\nkind = 'staff'\nyes = 'Y.'\nno = 'N.'\nat_least = 3", ["7: “A b” cannot be a key; it has small letters, digits, hyphens, and begins with a letter.", "12: “at_least” is not known here; is it misspelled?"]),
        ("[[condition]]\nkey = 'a'\ntitle = 'A'\nkind = 'in_practice'\npractices = ['V.1']\nat_least = 2\nyes = 'Y.'\nno = 'N.'", ["11: “at_least” should be a whole number from 1 to 1."]),
        ("[[condition]]\nkey = 'a'\ntitle = 'A'\nkind = 'check_ins'\nmonths = []\nyes = 'Y.'\nno = 'N.'", ["10: “months” should be a list of whole numbers."]),
        ("[[condition]]\nkey = 'a'\ntitle = 'A'\nkind = 'any_of'\nkeys = ['b']\nyes = 'Y.'\nno = 'N.'", ["10: “b” is no condition of this file that could be joined."]),
        ("[[eligibility]]\nrule = 'a'\nfact = 'wealth'\nis = true\nyes = 'Y.'\nno = 'N.'", ["8: There is no fact “wealth”; it is one of: name, model, settings, founded, youth_min_age, youth_max_age, in_service_area, registered, capacity_confirmed, pairs_volunteers, gates_passed, youth_served, full_cycle_done."]),
        ("[[eligibility]]\nrule = 'a'\nfact = 'registered'\nat_least = 1\nyes = 'Y.'\nno = 'N.'", ["9: “registered” cannot be tested with “at_least”, only with is."]),
        ("[[eligibility]]\nrule = 'a'\nfact = 'model'\none_of = ['club']\nyes = 'Y.'\nno = 'N.'", ["9: “one_of” cannot be “club”; it is one of: one-to-one, group, team, peer, e-mentoring."]),
        ("[[finding]]\nrule = 'a'\npractices = []\nsentence = 'S.'\nwhen = {}", ["8: “practices” is empty; name at least one code.", "10: “when” is empty; it takes status, rating_at_most, rating_at_least, notes_missing, model or setting."]),
        ("[[finding]]\nrule = 'a'\nkind = 'alarm'\npractices = ['V.1']\nsentence = 'S.'\nwhen = { status = 'bad', rating = 3 }", ["8: “kind” cannot be “alarm”; it is one of: safety_gap, safety_note, note.", "11: “status” cannot be “bad”; it is one of: in_practice, not_in_practice, not_applicable.", "11: “rating” is not known here; is it misspelled?"]),
        ("[[priority]]\nrule = 'a'\npractices = ['V.1']\ntitle = 'T'\nwhen = { status = 'in_practice' }", ["6: “why” is missing."]),
    ],
)  # fmt: skip
def test_mistake_is_told_with_file_and_line(tmp_path: Path, text: str, said: list[str]) -> None:
    assert why_quarantined(tmp_path, text) == [f"lakeside.toml:{line}" for line in said]


def test_all_mistakes_are_told_at_once_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "lakeside.toml").write_text(
        '[texts]\nwelcome = 3\n\n[plugin]\nrules_api = 1\nversion = "one"\n', "utf-8"
    )
    lines = discover(tmp_path).quarantined["lakeside"].splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"lakeside.toml:{at}" for at in (2, 4, 4, 5, 6)]


def test_file_for_another_contract_is_told_that_alone(tmp_path: Path) -> None:
    (tmp_path / "later.toml").write_text(HEAD.replace("[1, 1]", "[2, 3]") + "[weather]\n", "utf-8")
    why = "later.toml:2: It works with the contract 2 to 3; this portal has 1."
    assert discover(tmp_path).quarantined == {"later": why}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[policy]\nmin_months = 30", ["6: The least of a plan must not be above the most."]),
        ("[[benefit]]\ntier = 'gold'\ntext = 'Gold.'", ["7: There is no tier “gold”; there is dedicated and expert."]),
        ("[[change]]\nchange = 'drop'\nsentence = 'S.'\npractices = ['V.99']\n[[change]]\nchange = 'section'\nkey = 'x'\n"
         "area = 'moon'\ntitle = 'T'\naim = 'A'\nsentence = 'S.'",
         ["7: There is no practice V.99 in Elements of Effective Practice for Mentoring, 4th edition.",
          "11: There is no area “moon”."]),
        ("[[condition]]\nkey = 'a'\ntitle = 'A'\nkind = 'in_practice'\npractices = ['V.1', 'V.98', 'V.99']\nyes = 'Y.'\n"
         "no = 'N.'", ["10: There is no practice V.98 in Elements of Effective Practice for Mentoring, 4th edition.",
                       "10: There is no practice V.99 in Elements of Effective Practice for Mentoring, 4th edition."]),
        ("[[change]]\nchange = 'drop'\nsentence = 'S.'\npractices = ['V.1']\n[[finding]]\nrule = 'a'\npractices = ['V.1']\n"
         "sentence = 'S.'\nwhen = { status = 'in_practice' }",
         ["12: There is no practice V.1 in Elements of Effective Practice for Mentoring, 4th edition."]),
    ],
)  # fmt: skip
def test_name_that_these_rules_do_not_know_is_refused_when_they_are_described(
    tmp_path: Path, text: str, said: list[str]
) -> None:
    assert why_not_built(tmp_path, text) == [f"lakeside.toml:{line}" for line in said]


def test_group_that_these_rules_do_not_know_is_refused(tmp_path: Path) -> None:
    text = (
        "[[condition]]\nkey = 'a'\ntitle = 'A'\nkind = 'share'\nof = 'screening'\nat_least = 5\nyes = 'Y.'\nno = 'N.'"
    )
    (line,) = why_not_built(tmp_path, text)
    assert line.startswith("lakeside.toml:10: There is no area or section “screening”; “of” is one of: core, ")


MANUAL = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8").split("```toml\n")[1].split("```")[0]
ODD = ("3", "0", "-1", "1.5", "nan", "true", "''", "'x'", "'{x}'", "'$x'", "[]", "[3]", "['']", "['x']", "{}", "{ x = 1 }",
       "[{}]", "1979-05-27", "07:32:00", "'\\u0000'", "9223372036854775807")  # fmt: skip


@pytest.mark.parametrize("at", [at for at, line in enumerate(MANUAL.splitlines()) if re.match(r"\w+ = ", line)])
def test_odd_value_is_read_or_refused_with_file_and_line(at: int) -> None:
    lines, said = MANUAL.splitlines(), list[str]()
    for value in ODD:
        text = "\n".join([*lines[:at], f"{lines[at].split(' = ')[0]} = {value}", *lines[at + 1 :]])
        try:
            read_toml("lakeside", text, "lakeside.toml", "drop-in")
        except PluginRefused as refusal:
            said += str(refusal).splitlines()
    assert said
    assert [line for line in said if not line.startswith("lakeside.toml:")] == []
