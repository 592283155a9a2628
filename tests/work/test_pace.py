"""Waits double up to their longest, chance shortens them by at most half, and nobody is asked sooner than they asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reviewapp.work import pace

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (10_000, 30)])
def test_the_wait_doubles_up_to_the_longest(attempts: int, seconds: float) -> None:
    longest = pace.backoff(attempts, first=1, longest=30, uniform=lambda low, high: high)
    shortest = pace.backoff(attempts, first=1, longest=30, uniform=lambda low, high: low)
    assert (longest, shortest) == (timedelta(seconds=seconds), timedelta(seconds=seconds / 2))


def test_the_later_of_ours_and_theirs_counts() -> None:
    later = AT + timedelta(minutes=1)
    assert [pace.not_before(AT, None), pace.not_before(AT, later), pace.not_before(later, AT)] == [AT, later, later]
