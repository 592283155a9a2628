"""From when on may a server be asked again? What the headers of its answer say, in every form. Pure.

RFC 9110, 10.2.3: `Retry-After` is whole seconds or an HTTP date (5.6.7: IMF-fixdate, and the obsolete RFC 850 and asctime
forms, which a recipient must accept). Seen beside that: decimal seconds; `retry-after-ms` (read by the vendors' own
clients); Talonic's `X-RateLimit-Reset`, an ISO 8601 moment, with nothing remaining.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

#: No server makes us wait longer.
LONGEST = timedelta(hours=24)
TOO_MANY = 429

_NUMBER = re.compile(r"([+-]?)(\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_MOST_DIGITS = 15
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
#: Read with our own table of months: strptime's %b follows the locale, email.utils takes almost anything for a date.
_DATES = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"[A-Z][a-z]{{2}}, (?P<day>\d\d) (?P<month>[A-Z][a-z]{{2}}) (?P<year>\d{{4}}) {_CLOCK} GMT",
        rf"[A-Z][a-z]{{5,8}}, (?P<day>\d\d)-(?P<month>[A-Z][a-z]{{2}})-(?P<year>\d\d) {_CLOCK} GMT",
        rf"[A-Z][a-z]{{2}} (?P<month>[A-Z][a-z]{{2}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})",
    )
)


def moment(headers: Mapping[str, str], *, status: int, at: datetime) -> datetime | None:
    """The moment before which the server does not want to be asked again; None when it said nothing that can be read.

    `headers`: looked up by lower-case names. Never before `at` (negative seconds, a date in the past) and never later
    than 24 hours after it. Garbage counts as absent, and the next header is looked at.
    """
    said = headers.get("retry-after", "").strip()
    for asked in (
        _after(said, at, unit=timedelta(seconds=1)) or _date(said, at),
        _after(headers.get("retry-after-ms", "").strip(), at, unit=timedelta(milliseconds=1)),
        _reset(headers, at) if status == TOO_MANY else None,
    ):
        if asked is not None:
            return min(max(asked, at), at + LONGEST)
    return None


def _after(text: str, at: datetime, *, unit: timedelta) -> datetime | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, digits = found.groups()
    if sign == "-":
        return at
    if len(digits.partition(".")[0].lstrip("0")) > _MOST_DIGITS:
        return at + LONGEST
    return at + min(LONGEST / unit, float(digits)) * unit


def _date(text: str, at: datetime) -> datetime | None:
    for form in _DATES:
        found = form.fullmatch(text)
        if found is None or found["month"] not in _MONTHS:
            continue
        year = int(found["year"])
        if len(found["year"]) == 2:
            # RFC 9110, 5.6.7: more than 50 years in the future is the most recent year in the past with these digits.
            year += at.year // 100 * 100
            year -= 100 if year > at.year + 50 else 0
        try:
            return datetime(
                year,
                _MONTHS.index(found["month"]) + 1,
                int(found["day"]),
                int(found["hour"]),
                int(found["minute"]),
                min(int(found["second"]), 59),  # a leap second
                tzinfo=UTC,
            )
        except ValueError:
            return None
    return None


def _reset(headers: Mapping[str, str], at: datetime) -> datetime | None:
    # With calls remaining, the limit that was hit is another one, and this moment (midnight) says nothing about it.
    if headers.get("x-ratelimit-remaining", "").strip() != "0":
        return None
    try:
        moment_ = datetime.fromisoformat(headers.get("x-ratelimit-reset", "").strip())
    except ValueError:
        return None
    return moment_ if moment_.tzinfo is not None else None
