"""How may a value stand on the page? The texts to look for: as it was read, then as people print figures and days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from django.utils.dates import MONTHS

_FIGURE = re.compile(r"([-+]?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
#: Thousands and decimal mark, as printed.
_MARKS = ((",", "."), (".", ","), (" ", ","), (" ", "."), ("'", "."), ("", "."), ("", ","))


def texts(text: str) -> list[str]:
    """`text` as it was read, and each other way to print it once. A number is in JSON's form, a day in ISO's."""
    return list(dict.fromkeys([text, *_figures(text), *_days(text)])) if text else []


def _figures(text: str) -> Iterator[str]:
    found = _FIGURE.fullmatch(text)
    if found is None or (found[2].startswith("0") and len(found[2]) > 1):
        return
    whole, decimals = found[2], found[3] or ""
    short = decimals.rstrip("0")
    for thousands, mark in _MARKS:
        grouped = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", thousands, whole)
        for tail in (decimals, short.ljust(2, "0"), short):
            yield f"{grouped}{mark}{tail}" if tail else grouped


def _days(text: str) -> Iterator[str]:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return
    if len(text) > 10 and text[10] not in "T ":
        return
    y, m, d = day.year, day.month, day.day
    for mark in "./-":
        yield from (f"{d:02}{mark}{m:02}{mark}{y}", f"{d}{mark}{m}{mark}{y}", f"{m:02}{mark}{d:02}{mark}{y}")
        yield from (f"{m}{mark}{d}{mark}{y}", f"{d:02}{mark}{m:02}{mark}{y % 100:02}")
    for name in dict.fromkeys((_ENGLISH[m - 1], str(MONTHS[m]))):
        for word in (name, name[:3]):
            yield from (f"{d} {word} {y}", f"{d:02} {word} {y}", f"{d}. {word} {y}", f"{word} {d}, {y}")


_ENGLISH = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
