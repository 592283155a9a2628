"""Which days stand in a printed text? Every day that its figures and names of months may mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

#: January to December in English, German, French, Dutch and Spanish, without accents.
_NAMES: Final = (
    ("january", "januar", "janner", "janvier", "januari", "enero"),
    ("february", "februar", "feber", "fevrier", "februari", "febrero"),
    ("march", "marz", "maerz", "mars", "maart", "mrt", "marzo"),
    ("april", "avril", "abril"),
    ("may", "mai", "mei", "mayo"),
    ("june", "juni", "juin", "junio"),
    ("july", "juli", "juillet", "julio"),
    ("august", "aout", "augustus", "agosto"),
    ("september", "septembre", "septiembre", "setiembre"),
    ("october", "oktober", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "dezember", "decembre", "diciembre"),
)
_YEAR: Final = r"(?P<y>[0-9]{4}|'?[0-9]{2})"
_FIGURES: Final = re.compile(r"(?<![0-9])([0-9]{1,4})\s?([./-])\s?([0-9]{1,2})\s?\2\s?([0-9]{4}|[0-9]{2})(?![0-9])")
_COMPACT: Final = re.compile(r"(?<![0-9])([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")
_WORD: Final = r"(?P<m>[a-z]{3,10})"
_NAMED: Final = (
    re.compile(rf"(?<![0-9])(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th|er|\.)?[\s./-]*(?:(?:of|del?)\s+)?{_WORD}[\s.,/-]*(?:del?\s+)?{_YEAR}(?![0-9])"),
    re.compile(rf"{_WORD}[\s.-]*(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s.,/-]+{_YEAR}(?![0-9])"),
    re.compile(rf"(?<![0-9])(?P<y>[0-9]{{4}})[\s.,/-]*{_WORD}[\s./-]*(?P<d>[0-9]{{1,2}})(?![0-9])"),
)  # fmt: skip


def days(text: str) -> set[date]:
    """`03/04/2026` may mean two days, `3.4.2026` means one: a dot is written where the day comes first."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    line = " ".join("".join(character for character in folded if not unicodedata.combining(character)).split())
    return {day for year, month, number in _read(line) if (day := _day(year, month, number)) is not None}


def _read(line: str) -> Iterator[tuple[str, int, int]]:
    for first, mark, second, third in _FIGURES.findall(line):
        if len(first) > 2:
            if len(first) == 4:
                yield first, int(second), int(third) if len(third) == 2 else 0
            continue
        yield third, int(second), int(first)
        if mark != ".":
            yield third, int(first), int(second)
        if len(third) == 2 and mark == "-":
            yield first, int(second), int(third)
    for year, month, number in _COMPACT.findall(line):
        yield year, int(month), int(number)
    for pattern in _NAMED:
        for match in pattern.finditer(line):
            for month in _months(match["m"]):
                yield match["y"].lstrip("'"), month, int(match["d"])


def _months(word: str) -> Iterator[int]:
    for month, names in enumerate(_NAMES, start=1):
        if any(name.startswith(word) for name in names):
            yield month


def _day(year: str, month: int, number: int) -> date | None:
    full = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 70 else 1900 + int(year)
    try:
        return date(full, month, number)
    except ValueError:
        return None
