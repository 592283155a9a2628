"""How often is a job asked for? Eagerly for five minutes, slowly for a day, rarely after; and not at all when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reviewapp.extraction.model import JobStatus
from reviewapp.intake import polls

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
RUNNING = (JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.UNKNOWN)
OVER = (JobStatus.COMPLETED, JobStatus.PARTIAL, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.BLOCKED)


def highest(low: float, high: float) -> float:
    return high


def lowest(low: float, high: float) -> float:
    return low


def wait(status: JobStatus, *, asks: int = 1, quiet: float = 0.0, uniform: polls.Uniform = highest) -> float | None:
    then = polls.after_answer(status, asks=asks, changed_at=AT - timedelta(seconds=quiet), at=AT, uniform=uniform)
    return None if then.at is None else (then.at - AT).total_seconds()


@pytest.mark.parametrize("status", RUNNING)
@pytest.mark.parametrize(("asks", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30)])
def test_a_running_job_is_asked_for_after_a_second_doubling_to_thirty(
    status: JobStatus, asks: int, seconds: float
) -> None:
    assert wait(status, asks=asks) == seconds
    assert wait(status, asks=asks, uniform=lowest) == seconds / 2


@pytest.mark.parametrize(("quiet", "seconds"), [(299, 30), (300, 300), (86_399, 300), (86_400, 3600), (900_000, 3600)])
def test_one_that_says_nothing_new_is_asked_for_less_and_less(quiet: float, seconds: float) -> None:
    assert wait(JobStatus.PROCESSING, asks=99, quiet=quiet) == seconds


def test_after_a_day_it_is_called_stalled_and_still_asked_for() -> None:
    day_ago = AT - timedelta(hours=24)
    then = polls.after_answer(JobStatus.PROCESSING, asks=9, changed_at=day_ago, at=AT, uniform=highest)
    assert then == polls.Next(at=AT + timedelta(hours=1), stalled=True)


@pytest.mark.parametrize("status", OVER)
def test_one_that_is_over_is_not_asked_for(status: JobStatus) -> None:
    assert wait(status) is None


@pytest.mark.parametrize(("quiet", "seconds"), [(0, 300), (86_399, 300), (86_400, None)])
def test_one_in_review_is_looked_at_for_a_day(quiet: float, seconds: float | None) -> None:
    assert wait(JobStatus.REVIEW, quiet=quiet) == seconds


def test_every_status_is_decided_on() -> None:
    assert set(RUNNING) | set(OVER) | {JobStatus.REVIEW} == set(JobStatus)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (8, 256), (9, 300), (40, 300)])
def test_failures_in_a_row_wait_longer_each_time(attempts: int, seconds: float) -> None:
    then = polls.after_failure(attempts=attempts, changed_at=AT, at=AT, retry_at=None, uniform=highest)
    assert then == polls.Next(at=AT + timedelta(seconds=seconds))


def test_what_the_upstream_asks_for_is_a_lower_bound() -> None:
    later = AT + timedelta(hours=2)
    asked = polls.after_failure(attempts=1, changed_at=AT, at=AT, retry_at=later, uniform=highest)
    ours = polls.after_failure(attempts=9, changed_at=AT, at=AT, retry_at=AT, uniform=highest)
    assert (asked.at, ours.at) == (later, AT + timedelta(seconds=300))
