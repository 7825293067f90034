"""A table sent as a file opens in a spreadsheet as text: with its letters, and without running anything."""

from __future__ import annotations

import csv
import io

import pytest

from portal.foundation.csvfile import csv_of, safe


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"],
)
def test_cell_that_would_run_gets_an_apostrophe(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_plain_cells_stay_as_they_are() -> None:
    assert [safe(cell) for cell in ("Ana Núñez", "3-month check-in", 12, None, "")] == [
        "Ana Núñez", "3-month check-in", "12", "", "",
    ]  # fmt: skip


def test_file_begins_with_a_mark_and_keeps_quotes_commas_and_line_breaks() -> None:
    rows = [["Núñez, “Ana”", 'say "yes"\nor no', "=cmd"]]
    made = csv_of(("Who", "Says", "Runs"), rows)
    assert made.startswith(b"\xef\xbb\xbfWho,Says,Runs\r\n")
    read = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert read[1] == ["Núñez, “Ana”", 'say "yes"\nor no', "'=cmd"]
