"""What does a value mean to a rule? A number, a day, a text; None where it means none for certain. Pure, and nothing is guessed.

An upstream may write a figure as a text: "1.234,50 €" is one number in any language, "1,234" is two.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Final

from reviewapp.extraction.jsontext import Json, Number

#: Wide enough that sums and products of what `number` lets through are never rounded.
EXACT: Final = Context(prec=700, Emax=100_000, Emin=-100_000)
#: A figure with more digits than this is none.
_DIGITS: Final = 60
_LONGEST: Final = 100
_MONEY = re.compile(r"[€$£¥]|[A-Z]{3}\b|\b[A-Z]{3}", re.ASCII)
_PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?\Z", re.ASCII)
_GROUPED = re.compile(r"([0-9]{1,3})(?:([., '’\u00a0\u202f])[0-9]{3})(?:\2[0-9]{3})*(?:([.,])([0-9]+))?\Z", re.ASCII)
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z", re.ASCII)
_DOTTED = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})\Z", re.ASCII)
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\Z", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}", re.ASCII)


def number(value: Json) -> Decimal | None:
    """The exact number, without a percent sign's meaning: "19 %" is 19."""
    if isinstance(value, Number):
        return _usable(value.decimal)
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = _MONEY.sub("", value.strip().removesuffix("%"), count=1).strip()
    sign = ""
    if text[:1] in ("-", "−", "+"):
        sign, text = ("" if text[0] == "+" else "-"), text[1:].strip()
    digits = _digits(text)
    return None if digits is None else _usable(Decimal(sign + digits))


def is_percentage(value: Json) -> bool:
    """Whether the value itself says that it is one."""
    return isinstance(value, str) and value.strip().endswith("%")


def moment(value: Json) -> date | None:
    """The day, or the moment as a `datetime`."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = value.strip()
    try:
        if match := _DAY.match(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DOTTED.match(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _SLASHED.match(text):
            return _slashed(int(match[1]), int(match[2]), int(match[3]))
        return datetime.fromisoformat(text) if _MOMENT.match(text) else None
    except ValueError:
        return None


def text(value: Json) -> str | None:
    """The value as a text; None for nothing, and for what holds other values."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) and value.strip() else None


def later(one: date, other: date) -> bool:
    """Whether `one` comes after `other`: by the day alone where either says no more, or where only one names its zone."""
    if isinstance(one, datetime) and isinstance(other, datetime) and (one.tzinfo is None) == (other.tzinfo is None):
        return one > other
    return _day(one) > _day(other)


def _day(one: date) -> date:
    return one.date() if isinstance(one, datetime) else one


def _slashed(first: int, second: int, year: int) -> date | None:
    if first <= 12 and second <= 12 and first != second:
        return None
    return date(year, second, first) if first > 12 else date(year, first, second)


def _digits(text: str) -> str | None:
    """A number's digits with a dot before its decimals; None where a mark could mean two things."""
    if match := _PLAIN.match(text):
        whole, decimals = match.groups()
        # 1,234 and 1.234: more than a thousand in one language, a little more than one in another.
        two_things = decimals is not None and len(decimals) == 3 and len(whole) <= 3 and not whole.startswith("0")
        return None if two_things else text.replace(",", ".")
    match = _GROUPED.match(text)
    if match is None or match[2] == match[3]:
        return None
    whole = text[: match.start(3)] if match[3] else text
    return re.sub("[^0-9]", "", whole) + (f".{match[4]}" if match[3] else "")


def _usable(found: Decimal) -> Decimal | None:
    try:
        fits = found.is_finite() and abs(found.adjusted()) <= _DIGITS and len(found.as_tuple().digits) <= _DIGITS
    except InvalidOperation:
        return None
    return found if fits else None
