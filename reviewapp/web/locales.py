"""How are numbers and times written for the person of this request? By Babel, in the person's own locale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, to_locale

_current: ContextVar[str] = ContextVar("reviewapp_locale", default="")


@contextmanager
def using(tag: str) -> Iterator[None]:
    """Write in that locale ("de-ch") inside the block; "" follows the language of the page."""
    token = _current.set(tag)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Locale:
    """The locale that counts now. Plain "en" writes the day before the month, which reads the same everywhere."""
    return Locale.parse(_name())


def number(value: Decimal | int | str) -> str:
    """A number with the locale's marks and every digit it came with: "1234.50" is 1,234.50 or 1.234,50."""
    exact = Decimal(value)
    exponent = exact.as_tuple().exponent
    return _written(exact, -exponent if isinstance(exponent, int) and exponent < 0 else 0, _name())


@lru_cache(maxsize=4096)
def _written(value: Decimal, places: int, name: str) -> str:
    # A long document says the same few scores a thousand times.
    pattern = "#,##0" + (f".{'0' * places}" if places else "")
    return format_decimal(value, format=pattern, locale=Locale.parse(name))


def _name() -> str:
    name = to_locale(_current.get() or get_language() or "en")
    return "en_GB" if name == "en" else name


def score(value: Decimal | int | str) -> str:
    """A score with two digits, cut and never rounded up: 0.799 must not read 0.80 beside a threshold of 0.8."""
    return number(Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_FLOOR))


def day(at: datetime | date) -> str:
    """The day in the person's time zone."""
    local = timezone.localtime(at).date() if isinstance(at, datetime) else at
    return _day(local, _name())


@lru_cache(maxsize=4096)
def _day(local: date, name: str) -> str:
    # A list of fifty tasks writes a hundred times, nearly all on the same few days.
    return format_date(local, format="medium", locale=Locale.parse(name))


def clock(at: datetime | time) -> str:
    """Hour and minute in the person's time zone."""
    return _clock(_wall(at).replace(second=0, microsecond=0), _name())


@lru_cache(maxsize=4096)
def _clock(wall: time, name: str) -> str:
    return format_time(wall, format="short", locale=Locale.parse(name))


def moment(at: datetime) -> str:
    """Day, hour and minute in the person's time zone."""
    return f"{day(at)} {clock(at)}"


def instant(at: datetime) -> str:
    """Day, hour, minute and second in the person's time zone."""
    return f"{day(at)} {format_time(_wall(at), format='medium', locale=Locale.parse(_name()))}"


def span(length: timedelta) -> str:
    """A length of time in its largest unit, cut: "50 min", "6 h", "3 d". Below two hours the minutes are said as well:
    "1 h 55 min". Less than a minute is "<1 min"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return gettext("<1 min")
    if minutes < 120:
        return exact(minutes)
    if minutes < 48 * 60:
        return gettext("%(hours)s h") % {"hours": number(minutes // 60)}
    return gettext("%(days)s d") % {"days": number(minutes // (24 * 60))}


def exact(minutes: int) -> str:
    """So many minutes, nothing cut: "50 min", "1 h 55 min", "1 d 1 h"."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    said = [
        gettext("%(days)s d") % {"days": number(days)} if days else "",
        gettext("%(hours)s h") % {"hours": number(hours)} if hours else "",
        gettext("%(minutes)s min") % {"minutes": number(left)} if left or not minutes else "",
    ]
    return " ".join(one for one in said if one)


def _wall(at: datetime | time) -> time:
    return timezone.localtime(at).time() if isinstance(at, datetime) else at
