"""The scanner hook with real commands: clean, infected, broken, too slow, absent."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.evidence import papers
from tests.evidence.conftest import Place

SCANNER = """#!/bin/sh
# Ends with 1 when the file holds the test signature of all scanners, and notes what it was asked.
echo "$#:$1" >> "$0.log"
for last; do :; done
case "$(cat "$0.mode" 2>/dev/null)" in
    broken) exit 2 ;;
    slow) sleep 60 & echo $! > "$0.child"; wait ;;
esac
grep -q 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE' "$last" && exit 1
exit 0
"""


@pytest.fixture
def scanner(tmp_path: Path) -> Path:
    path = tmp_path / "scan file; touch hacked"
    path.write_text(SCANNER)
    path.chmod(0o755)
    return path


@pytest.fixture
def place(place: Place, scanner: Path) -> Place:
    place.app.config.update(SCANNER=[str(scanner), "--quiet"], SCANNER_SECONDS=1)  # read when a file comes
    return place


def test_clean_file_is_stored_and_its_path_is_the_last_word(place: Place, scanner: Path) -> None:
    assert place.send(papers.pdf(), "$(touch hacked).pdf").status_code == 303
    assert scanner.with_name(scanner.name + ".log").read_text() == "2:--quiet\n"
    assert not (scanner.parent / "hacked").exists()


def test_infected_file_is_refused_and_stored_nowhere(place: Place) -> None:
    reply = place.send(papers.pdf() + papers.EICAR, title="Handbook")
    assert reply.status_code == 422
    assert reply.text.count("The selected file contains a virus.") == 2
    assert 'value="Handbook"' in reply.text
    assert (place.pieces(), place.stored(), place.arriving()) == ([], [], [])


def test_photo_is_scanned_as_it_came_and_not_as_it_is_drawn(place: Place) -> None:
    assert place.send(papers.photo() + papers.EICAR, "photo.jpg").status_code == 422


@pytest.mark.parametrize("mode", ["broken", "slow"])
def test_scanner_without_an_answer_means_not_stored_and_try_again(place: Place, scanner: Path, mode: str) -> None:
    scanner.with_name(scanner.name + ".mode").write_text(mode)
    begun = time.monotonic()
    reply = place.send(papers.pdf(), title="Handbook")
    assert reply.status_code == 503
    assert "could not be checked for viruses. Please try again in a few minutes. It was not stored." in reply.text
    assert 'value="Handbook"' in reply.text
    assert time.monotonic() - begun < 10
    assert (place.pieces(), place.stored(), place.arriving()) == ([], [], [])
    if mode == "slow":
        child = int(scanner.with_name(scanner.name + ".child").read_text())
        assert not Path(f"/proc/{child}").exists() or "State:\tZ" in Path(f"/proc/{child}/status").read_text()


def test_scanner_that_is_not_there_means_not_stored(place: Place, tmp_path: Path) -> None:
    place.app.config["SCANNER"] = [str(tmp_path / "nothing here")]
    assert place.send(papers.pdf()).status_code == 503
    assert place.stored() == []


def test_without_a_scanner_files_are_stored(place: Place) -> None:
    place.app.config["SCANNER"] = []
    assert place.send(papers.pdf() + papers.EICAR).status_code == 303
