"""From when on may a server be asked again, in every form in which it may say so?"""

from __future__ import annotations

import locale
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.upstreams.retry_after import LONGEST, moment

AT = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = 24 * 3600.0
SECONDS = {
    "1": 1,
    "0": 0,
    "120": 120,
    "007": 7,
    " 5 ": 5,
    "+5": 5,
    "1.5": 1.5,
    ".25": 0.25,
    "2.": 2,
    "-1": 0,
    "-0.5": 0,
    "86400": DAY,
    "86401": DAY,
    "999999999999": DAY,
    "9" * 400: DAY,
    "Tue, 10 Mar 2026 12:00:30 GMT": 30,
    "Tuesday, 10-Mar-26 12:00:30 GMT": 30,
    "Tue Mar 10 12:00:30 2026": 30,
    "Tue Mar  3 12:00:30 2026": 0,  # past
    "Wed, 11 Mar 2026 12:00:00 GMT": DAY,
    "Thu, 10 Mar 2050 12:00:00 GMT": DAY,
    "Thursday, 10-Mar-50 12:00:00 GMT": DAY,
    "Saturday, 10-Mar-99 12:00:00 GMT": 0,  # 1999: more than 50 years ahead is the past
    "Sun, 06 Nov 1994 08:49:37 GMT": 0,
    "Sunday, 06-Nov-94 08:49:37 GMT": 0,
    "Sun Nov  6 08:49:37 1994": 0,
    "Tue, 10 Mar 2026 12:00:60 GMT": 59,  # a leap second
}
GARBAGE = [
    "", "soon", "1 s", "1s", "1,5", "5, 10", "0x10", "1e3", "inf", "nan", "--1", "१२", "²", "1_0",
    "Tue, 10 Foo 2026 12:00:30 GMT", "Tue, 32 Mar 2026 12:00:30 GMT", "Tue, 10 Mar 2026 25:00:30 GMT",
    "Tue, 10 Mar 2026 12:00:30 +0100", "10 Mar 2026 12:00:30 GMT", "2026-03-10T12:00:30Z", "Tue, 10 Mar 2026",
    "Tue, 10 Mar 0000 12:00:30 GMT", "Sun Feb 30 08:49:37 2026",
]  # fmt: skip


def seconds(status: int = 429, **headers: str) -> float | None:
    said = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    found = moment(said, status=status, at=AT)
    return None if found is None else (found - AT).total_seconds()


@pytest.mark.parametrize(("text", "expected"), SECONDS.items())
def test_every_form_is_read(text: str, expected: float) -> None:
    assert seconds(Retry_After=text) == expected


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_as_if_nothing_was_said(text: str) -> None:
    assert seconds(Retry_After=text) is None


def test_nothing_said_is_nothing() -> None:
    assert seconds() is None


def test_milliseconds_count_where_there_are_no_seconds() -> None:
    assert seconds(Retry_After_Ms="1500") == 1.5
    assert seconds(Retry_After="9", Retry_After_Ms="1500") == 9
    assert seconds(Retry_After="soon", Retry_After_Ms="1500") == 1.5
    assert seconds(Retry_After_Ms="-5") == 0
    assert seconds(Retry_After_Ms="9" * 30) == DAY


def test_a_reset_counts_when_nothing_remains() -> None:
    reset = "2026-03-10T13:00:00Z"
    assert seconds(X_RateLimit_Reset=reset, X_RateLimit_Remaining="0") == 3600
    assert seconds(X_RateLimit_Reset="2026-03-10T14:00:00+01:00", X_RateLimit_Remaining="0") == 3600
    assert seconds(X_RateLimit_Reset=reset, X_RateLimit_Remaining="0", Retry_After="2") == 2
    assert seconds(X_RateLimit_Reset=reset, X_RateLimit_Remaining="3") is None
    assert seconds(X_RateLimit_Reset=reset) is None
    assert seconds(503, X_RateLimit_Reset=reset, X_RateLimit_Remaining="0") is None
    for garbage in ("2026-03-10T13:00:00", "1773144000", "tomorrow"):
        assert seconds(X_RateLimit_Reset=garbage, X_RateLimit_Remaining="0") is None


def test_other_zones_are_the_same_moments() -> None:
    there = AT.astimezone(timezone(timedelta(hours=-7)))
    said = {"retry-after": "Tue, 10 Mar 2026 12:00:30 GMT"}
    assert moment(said, status=503, at=there) == AT + timedelta(seconds=30)


def test_months_are_english_in_every_locale() -> None:
    before = locale.setlocale(locale.LC_TIME)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_TIME, name)
        except locale.Error:
            continue
        try:
            assert seconds(Retry_After="Tue, 10 Mar 2026 12:00:30 GMT") == 30
        finally:
            locale.setlocale(locale.LC_TIME, before)


@given(st.text(max_size=40) | st.floats().map(str) | st.integers().map(str) | st.datetimes().map(str))
def test_whatever_is_said_the_moment_is_within_a_day(text: str) -> None:
    found = moment({"retry-after": text, "retry-after-ms": text}, status=429, at=AT)
    assert found is None or AT <= found <= AT + LONGEST
