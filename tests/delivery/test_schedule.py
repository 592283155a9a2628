"""When is it tried again, and what does each status mean?"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from reviewapp.delivery import schedule
from reviewapp.delivery.schedule import Verdict

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DELAYS = ["5 s", "30 s", "5 m", "30 m", "2 h", "5 h", "10 h", "14 h", "20 h", "24 h"]
SECONDS = [int(text.split()[0]) * {"s": 1, "m": 60, "h": 3600}[text.split()[1]] for text in DELAYS]


def after(failures: int, *, chance: float = 1.0, asked: datetime | None = None) -> timedelta | None:
    due = schedule.next_at(failures, at=AT, asked=asked, uniform=lambda low, high: low + (high - low) * chance)
    return None if due is None else due - AT


@pytest.mark.parametrize(("failures", "seconds"), list(enumerate(SECONDS, start=1)), ids=DELAYS)
def test_each_delay_lies_between_its_half_and_itself(failures: int, seconds: int) -> None:
    assert after(failures, chance=0) == timedelta(seconds=seconds / 2)
    assert after(failures, chance=1) == timedelta(seconds=seconds)


def test_after_the_last_delay_it_is_dead() -> None:
    assert after(len(SECONDS)) is not None
    assert after(len(SECONDS) + 1) is None
    assert after(len(SECONDS) + 1, asked=AT + timedelta(hours=1)) is None


def test_chance_comes_in_from_the_edge_and_spreads_the_delays() -> None:
    dice = random.Random(1)
    found = {schedule.next_at(3, at=AT, asked=None, uniform=dice.uniform) for _ in range(50)}
    assert len(found) > 40


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(None, 5), (-60, 5), (3, 5), (90, 90), (24 * 3600, 24 * 3600), (30 * 24 * 3600, 24 * 3600)],
)
def test_what_the_receiver_asks_is_a_lower_bound_of_at_most_a_day(asked: int | None, waits: int) -> None:
    moment = None if asked is None else AT + timedelta(seconds=asked)
    assert after(1, asked=moment) == timedelta(seconds=waits)


def test_every_status_has_its_meaning() -> None:
    again = {408, 425, 429, *range(500, 600)}
    for status in range(300, 600):
        expected = Verdict.DEAD
        if status in again:
            expected = Verdict.RETRY
        elif status == 410:
            expected = Verdict.DISABLE
        elif status in (401, 403):
            expected = Verdict.PAUSE
        assert schedule.verdict(status) is expected, status
    assert {schedule.verdict(status) for status in range(200, 300)} == {Verdict.DELIVERED}
