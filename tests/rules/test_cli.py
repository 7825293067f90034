"""`nqms-rules`: reasons for every number, what differs by a plugin, every problem at once, and neither web nor database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rules.cli import SAMPLES, main
from rules.conformance import Report
from tests.rules.drop_ins import put

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "rules" / "examples" / "answers.toml"
PROGRAM = """[program]
name = "Willow Road"
model = "one-to-one"
settings = ["school"]
founded = 2019-05-01
youth_min_age = 8
youth_max_age = 14
in_service_area = true
registered = true
capacity_confirmed = true
pairs_volunteers = true
"""


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["explain", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_example_is_explained_with_traces(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = explained(capsys, str(EXAMPLE))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "Safety gaps: 1" in lines
    assert "  Screening                          1 of  20   5 %  average rating 4.00" in lines
    assert "  Expert Partner" in lines
    assert [line for line in lines if "[national 1.0.0, rule safety-gap; from B.2.4]" in line]


def test_partnership_changes_the_tiers(capsys: pytest.CaptureFixture[str]) -> None:
    out = explained(capsys, str(EXAMPLE), "--partnership", "north_carolina")[1]
    assert "  Quality Partner" in out.splitlines()
    assert "Expert Partner" not in out


@pytest.mark.parametrize("name", ["north_carolina", "national,northlake"])
def test_list_of_plugins_is_named(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert name.split(",")[-1] + " 1.0.0" in explained(capsys, str(EXAMPLE), "--partnership", name)[1].splitlines()[0]


def test_unknown_partnership_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = explained(capsys, str(EXAMPLE), "--partnership", "atlantis")
    assert (code, out) == (2, "")
    assert err == "The plugin “atlantis” cannot be used. There is no plugin with this name.\n"


def refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | bytes) -> list[str]:
    path = tmp_path / "answers.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, out, err = explained(capsys, str(path))
    assert (code, out) == (2, "")
    return [line.removeprefix(f"{path}:") for line in err.splitlines()]


def test_every_problem_of_the_answers_is_named_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = PROGRAM + (
        '[answers."B.2.10"]\nstatus = "in_practice"\n[answers."B.2.1"]\nstatus = "in_practice"\nrating = 9\n'
        '[answers."B.9.9"]\nstatus = "in_practice"\n[answers."B.2.3"]\nstatus = "not_applicable"\nnots = "x"\n'
    )
    assert refused(capsys, tmp_path, text) == [
        "16: B.2.1: Choose a whole number from 1 to 5 as the rating.",
        "17: There is no practice B.9.9 in Elements of Effective Practice for Mentoring, 4th edition.",
        "20: B.2.3: This practice applies to every program, so “not applicable” cannot be chosen.",
        "21: B.2.3: “nots” is not known here; an answer has status, rating, na_reason, notes, sub_items and own_minimum.",
    ]


def test_every_problem_of_the_facts_is_named_with_its_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = PROGRAM.replace('"one-to-one"', '"solo"').replace("2019-05-01", '"then"').replace("= 14", "= true")
    assert refused(capsys, tmp_path, text + '[answers."V.1"]\nrating = 6\n') == [
        "3: The model cannot be “solo”; it is one of: one-to-one, group, team, peer, e-mentoring.",
        "5: “founded” should be a date such as 2026-10-01.",
        "7: “youth_max_age” should be a whole number.",
        "13: V.1: Choose a whole number from 1 to 5 as the rating.",
    ]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("[program\n", "1: This is not valid TOML"),
        (b"\xff\xfe", "1: This file is not text in UTF-8."),
        ("", "1: “program” is missing."),
        ("program = 5\n", "1: “program” should be a table."),
        (PROGRAM + "answers = 3\n", "12: “answers” is not known here"),
        (PROGRAM + '[answers]\n"V.1" = 3\n', "13: “V.1” should be a table."),
        (PROGRAM + "[cycle]\ntoday = 5\n[answers]\n", "13: “today” should be a date"),
        (PROGRAM + "[cycle]\ncheck_ins_done = [0]\n[answers]\n", "13: “check_ins_done” should be a list of months"),
        (PROGRAM.replace("= 8", "= 80") + "[answers]\n", "7: The ages of the young people"),
    ],
)
def test_malformed_file_is_refused_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | bytes, start: str
) -> None:
    problems = refused(capsys, tmp_path, text)
    assert [line for line in problems if line.startswith(start)], problems


def test_missing_file_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert explained(capsys, str(path)) == (2, "", f"{path}:1: This file cannot be read: No such file or directory.\n")


def test_explaining_imports_neither_web_nor_database() -> None:
    program = (
        "import sys; from rules.cli import main; code = main(['explain', sys.argv[1]]); "
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'flask', 'sqlalchemy', 'werkzeug', 'jinja2', 'portal', 'xhtml2pdf', 'reportlab'})); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(EXAMPLE)], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "[]")


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out.splitlines(), said.err


def test_explain_and_plugins_take_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = put(tmp_path / "plugins", "raises")
    (folder / "broken.py").write_text("RULES_API = (1,\n")
    out = explained(capsys, str(EXAMPLE), "--partnership", "good", "--folder", str(folder))[1]
    assert out.splitlines()[0].endswith("rules: national 1.0.0, good 1.0.0")
    code, lines, _ = ran(capsys, "plugins", "--folder", str(folder))
    assert code == 0
    assert "good 1.0.0  Good" in lines
    assert [line.partition(".py")[0] for line in lines if "cannot be used" in line] == ["broken cannot be used. broken"]


def test_samples_that_come_along_are_three_stages(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = []
    for path in SAMPLES:
        out = explained(capsys, str(path))[1].splitlines()
        outcomes.append(next(line for line in out if line.startswith("Recognition: ")))
    assert outcomes == [
        "Recognition: awarded. All conditions of Expert Partner are met.",
        "Recognition: awarded. All conditions of Dedicated Partner are met.",
        "Recognition: not yet. Not yet Dedicated Partner. Still open: self-assessment submitted.",
    ]


def test_try_prints_what_differs_from_the_national_rules(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = put(tmp_path / "plugins")
    code, lines, err = ran(capsys, "try", "northlake", "--sample")
    assert (code, err) == (0, "")
    assert lines[:5] == [
        "northlake 1.0.0 beside the national rules",
        "  tiers: Quality Partner",
        "",
        "all-in-place.toml, Willow Road Mentors (fictional)",
        "  Expert Partner, 116 of 116 in practice; with northlake: Quality Partner, 116 of 116 in practice",
    ]
    assert (
        "    All core practices in practice: met, would be not asked for (national 1.0.0, rule all-core: " in lines[5]
    )
    told = ran(capsys, "try", str(folder / "good.py"), str(SAMPLES[2]))[1]
    assert told[-2:] == [
        "  not yet, 8 of 116 in practice; with good: not yet, 8 of 116 in practice", "    note: 13 answers seen.",
    ]  # fmt: skip


def test_try_names_a_rule_that_could_not_judge(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = put(tmp_path / "plugins", "raises")
    code, lines, _ = ran(capsys, "try", "raises", str(SAMPLES[0]), "--folder", str(folder))
    assert code == 0
    assert "    could not judge: raises, nqms_findings: ZeroDivisionError: division by zero" in lines
    assert lines[4] == "  Expert Partner, 116 of 116 in practice; with raises: undetermined, 116 of 116 in practice"


def test_try_takes_settings_and_refuses_those_that_do_not_fit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "tiers.py"
    path.write_text(
        'from rules import Tier, hookimpl\nRULES_API = (1, 1)\nVERSION = "1.0.0"\n'
        'SETTINGS = {"rank": {"kind": "whole", "title": "Rank", "default": 1, "least": 1, "most": 9}}\n\n\n'
        '@hookimpl\ndef nqms_tiers(settings):\n    return [Tier("one", f"Tier {settings[\'rank\']}", 1, ("submitted",))]\n'
    )
    assert ran(capsys, "try", str(path), "--set", "rank=7")[1][1] == "  tiers: Tier 7"
    code, lines, err = ran(capsys, "try", str(path), "--set", "rank=70", "--set", "rnk=1")
    assert (code, lines, err) == (2, [], "There is no setting “rnk”.\n“Rank” is a whole number from 1 to 9.\n")


def test_report_prints_text_or_json_and_says_in_its_code_whether_all_is_well(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = put(tmp_path / "plugins", "connects")
    code, lines, _ = ran(capsys, "report", "connects", "--folder", str(folder), "--json")
    assert (code, Report.from_json(lines[0]).plugin) == (1, "connects")
    code, lines, _ = ran(capsys, "report", str(folder / "connects.py"))
    assert (code, lines[-1]) == (1, "It should not be enabled as it is.")
    assert "NO  Uses no network, file or program: nqms_findings: it tried to open a network connection." in lines


@pytest.mark.parametrize("command", ["try", "report", "check"])
def test_plugin_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert ran(capsys, command, "atlantis") == (2, [], "There is no plugin and no file called atlantis.\n")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 5000 + "]" * 5000,
        "[" + ".".join("a" * 3000) + "]\nx = 1",
        "x = " + "9" * 5000,
        "x = " + "{a=" * 900,
    ],
    ids=["lists", "tables", "digits", "inline tables"],
)
@pytest.mark.parametrize("command", [["check"], ["try", "--sample"], ["report"], ["explain"]])
def test_file_of_absurd_depth_or_length_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str], text: str
) -> None:
    file = tmp_path / "absurd.toml"
    file.write_text(f'[plugin]\nversion = "1.0.0"\ntitle = "A"\nsource = ""\nrules_api = [1, 1]\n{text}\n', "utf-8")
    code = main([*command, str(file)])
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert code in (1, 2)
    assert "absurd.toml:" in said
    assert ("too deep" in said or "too long" in said or "not valid TOML" in said) is True


def test_endless_file_is_not_read_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "/dev/zero"]) == 2
    assert "/dev/zero:1: This file is larger than 5,000,000 bytes." in capsys.readouterr().err
