"""Which numbers stand in a printed text? Each with every way to read its separators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .jsontext import Number

_SPACE: Final = " \u00a0\u2007\u2009\u202f"
_RUN: Final = re.compile(rf"[0-9]+(?:[.,'’{_SPACE}][0-9]+)*|(?<![0-9])[.,][0-9]+")
_GROUPS: Final = re.compile(rf"[0-9]{{1,3}}(?:(?P<mark>[.,'’{_SPACE}])[0-9]{{3}})(?:(?P=mark)[0-9]{{3}})*")
_MINUS: Final = "-\u2010\u2011\u2012\u2013\u2212"
_NEAR: Final = 16  # characters before and after a figure that may tell its sign
_SIGNS: Final = r"€$£¥₹"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text. `1,234` has two readings; a figure has at least one."""

    readings: tuple[Number, ...]
    percent: bool = False


def figures(text: str) -> list[Figure]:
    """In their order. Parentheses around, a minus before or after make it negative; a hyphen between two does not."""
    line = " ".join(text.split())
    found = list(_found(line))
    if len(found) > 1 and re.fullmatch(rf"[{_MINUS}(]?[0-9{_SPACE}]+[.,]?[0-9{_SPACE}]*\)?", line):
        # Figures one by one, as in the boxes of a form.
        found += _found("".join(line.split()))
    return found


def _found(line: str) -> Iterator[Figure]:
    for match in _RUN.finditer(line):
        begin = match.start()
        for start, stop, readings in _pieces(match[0]):
            first, beyond = begin + start, begin + stop
            before, after = line[max(0, first - _NEAR) : first], line[beyond : beyond + _NEAR]
            sign = "-" if _negative(before, after) else ""
            percent = bool(re.match(r"\s*%", after))
            yield Figure(tuple(Number(sign + one) for one in readings), percent)


def _pieces(run: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where a run of digits and separators is one number; where it cannot be one, its parts."""
    if readings := _readings(run):
        yield 0, len(run), readings
        return
    for piece in re.finditer(rf"[^{_SPACE}]+", run):
        readings = _readings(piece[0])
        if readings:
            yield *piece.span(), readings
        else:
            for digits in re.finditer("[0-9]+", piece[0]):
                yield piece.start() + digits.start(), piece.start() + digits.end(), [_number(digits[0])]


def _readings(text: str) -> list[str]:
    readings = []
    if text.isdigit():
        readings.append(_number(text))
    if groups := _GROUPS.fullmatch(text):
        readings.append(_number(re.sub("[^0-9]", "", text)))
    head, mark, tail = _last_mark(text)
    if mark and (not head or head.isdigit() or ((groups := _GROUPS.fullmatch(head)) and groups["mark"] != mark)):
        readings.append(f"{_number(re.sub('[^0-9]', '', head))}.{tail}")
    return list(dict.fromkeys(readings))


def _last_mark(text: str) -> tuple[str, str, str]:
    place = max(text.rfind("."), text.rfind(","))
    return (
        (text[:place], text[place], text[place + 1 :]) if place >= 0 and text[place + 1 :].isdigit() else ("", "", "")
    )


def _number(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _negative(before: str, after: str) -> bool:
    if re.search(rf"\([{_SIGNS}A-Z\s]{{0,6}}\Z", before) and re.match(rf"[\s{_SIGNS}A-Z%]{{0,6}}\)", after):
        return True
    if re.search(rf"(?:\A|[\s(:{_SIGNS}])[{_MINUS}]\s?[{_SIGNS}]?\s?\Z", before):
        return True
    return bool(re.match(rf"[{_MINUS}](?:\Z|\s*[{_SIGNS}]|\s*\Z)", after))
