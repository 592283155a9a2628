"""Does the page say what was read? A value beside the text under its box, normalised by type.

The text is pdfium's, so exact, but its box may be wider or narrower than the value, and pages print values in their own way.
What the page may well mean is `SAME`; only what it cannot mean is `DIFFERS`; where the text is no value of the type at all,
nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from .jsontext import Json, Number
from .printed_days import days
from .printed_figures import Figure, figures
from .printed_words import bare, folded, lines_say, plain, same_words
from .values import FieldType

#: A page that says more than this says no value that could be taken.
_LONGEST: Final = 200
ON, OFF = "\u2611", "\u2610"  # a ticked box and an empty one, as the reading process writes them
_CURRENCIES: Final = {
    "€": "eur",
    "$": "usd",
    "£": "gbp",
    "¥": "jpy",
    "₹": "inr",
    "fr.": "chf",
    "zł": "pln",
    "kč": "czk",
}
_ISO_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}).*)?\Z", re.DOTALL)
_IN_FIGURE: Final = re.compile("[.,:'’]")
_TIME: Final = re.compile(r"(?<![0-9:])([0-9]{1,2})[:h]([0-9]{2})(?![0-9])")


class Verdict(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`text`: what the page says, in one line; `value`: the same as a value of the type, None where it cannot be one."""

    verdict: Verdict
    text: str = ""
    value: Json = None


_SAME: Final = Comparison(Verdict.SAME)
_UNKNOWN: Final = Comparison(Verdict.UNKNOWN)


def compare(value: Json, texts: Sequence[str], kind: FieldType, *, options: Sequence[Json] = ()) -> Comparison:
    """`texts`: what stands under the box, as exactly as it was drawn, then with words that it cuts made whole. The first is
    what the page says; a value that any of them says is the same. `options`: the choices of a schema."""
    said = [text for text in texts if text.strip()]
    if not said:
        return _UNKNOWN
    found = [_compare(value, text, kind, options) for text in said]
    if any(one.verdict is Verdict.SAME for one in found):
        return _SAME
    return found[0]


def _compare(value: Json, text: str, kind: FieldType, options: Sequence[Json]) -> Comparison:
    match value:
        case bool():
            return _ticked(value, text)
        case Number():
            return _figure(value, text)
        case str() if value.strip():
            if kind is FieldType.ENUM:
                return _option(value, text, options)
            if day := _ISO_DAY.match(value.strip()):
                return _day(value, day[1], day[2], text)
            return _words(value, text)
    return _UNKNOWN


def _ticked(value: bool, text: str) -> Comparison:
    """Only a form field says whether it is ticked; a drawn box does not."""
    marks = {character for character in text if character in (ON, OFF)}
    if len(marks) != 1 or text.strip() not in marks:
        return _UNKNOWN
    on = marks == {ON}
    return _SAME if on is value else Comparison(Verdict.DIFFERS, text.strip())


def _figure(value: Number, text: str) -> Comparison:
    amount = value.decimal
    found = figures(text)
    if not found:
        return _UNKNOWN
    for one in found:
        if any(reading.decimal == amount for reading in one.readings):
            return _SAME
        if one.percent and any(reading.decimal == amount * 100 for reading in one.readings):
            return _SAME
    return Comparison(Verdict.DIFFERS, plain(text)[:_LONGEST], _nearest(found, amount))


def _nearest(found: Sequence[Figure], amount: Decimal) -> Number | None:
    """The only figure there; of its readings, as `1,234` has two, the one of the value's size."""
    if len(found) != 1:
        return None

    def distance(reading: Number) -> int:
        return abs(reading.decimal.adjusted() - amount.adjusted())

    return min(found[0].readings, key=distance)


def _day(value: str, day: str, time: str | None, text: str) -> Comparison:
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        return _words(value, text)
    found = days(text)
    if wanted in found:
        times = {(int(hour), int(minute)) for hour, minute in _TIME.findall(text)}
        if time is None or not times or (int(time[:2]), int(time[3:5])) in times:
            return _SAME
        return Comparison(Verdict.DIFFERS, plain(text)[:_LONGEST])
    if not found:
        return _UNKNOWN
    nearest = min(found, key=lambda one: abs((one - wanted).days))
    return Comparison(Verdict.DIFFERS, plain(text)[:_LONGEST], nearest.isoformat() if time is None else None)


def _option(value: str, text: str, options: Sequence[Json]) -> Comparison:
    """A choice stands for what is printed: only another choice, word for word, says otherwise."""
    if _words(value, text).verdict is Verdict.SAME:
        return _SAME
    others = [one for one in options if isinstance(one, str) and one and folded(one) == folded(text)]
    return Comparison(Verdict.DIFFERS, plain(text), others[0]) if len(others) == 1 else _UNKNOWN


def _words(value: str, text: str) -> Comparison:
    wanted, there = folded(value), folded(text)
    if not there or not wanted:
        return _UNKNOWN
    if wanted == there or same_words(value, text) or wanted in _currencies(text):
        return _SAME
    if _holds(text, wanted) or lines_say(text, value):
        return _SAME
    if len(wanted) > len(there) and _holds(value, there) and len(bare(value).split()) > len(bare(text).split()):
        return _UNKNOWN  # the box has only a part of it
    says = plain(text)
    return Comparison(Verdict.DIFFERS, says[:_LONGEST], says if len(says) <= _LONGEST else None)


def _currencies(text: str) -> Iterator[str]:
    for sign, code in _CURRENCIES.items():
        if sign in text.casefold():
            yield code


def _holds(text: str, part: str) -> bool:
    """Whether `part`, a folded text, stands in `text` and no word is cut where it begins or ends."""
    spaced = bare(text)
    letters = [(place, character) for place, character in enumerate(spaced) if not character.isspace()]
    joined = "".join(character for _, character in letters)
    start = joined.find(part)
    while start >= 0:
        first, last = letters[start][0], letters[start + len(part) - 1][0]
        if not _goes_on(spaced, first - 1, first) and not _goes_on(spaced, last, last + 1):
            return True
        start = joined.find(part, start + 1)
    return False


def _goes_on(text: str, place: int, following: int) -> bool:
    """Whether the characters at two neighbouring places are of one word, or of one figure: `1:00.5`, `0.4`."""
    if place < 0 or following >= len(text):
        return False
    one, other = text[place], text[following]
    if one.isalnum() and other.isalnum():
        return True
    left, right = text[place - 1 : place] if place else "", text[following + 1 : following + 2]
    marked = (one, other) if _IN_FIGURE.fullmatch(other) else (other, one)
    figure, mark = marked
    beyond = right if mark is other else left
    return bool(_IN_FIGURE.fullmatch(mark)) and figure.isdigit() and beyond.isdigit()
