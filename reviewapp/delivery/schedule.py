"""When is a delivery tried again, and what does an answer mean for it? Pure; chance comes in from the edge.

Delays and statuses are those of Standard Webhooks 1.0, with a day between the last two attempts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

#: Seconds after the first, second ... failed attempt; each is multiplied by a number between 0.5 and 1.
DELAYS = (5, 30, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
#: Nobody makes us wait longer.
LONGEST = timedelta(hours=24)

_AGAIN = frozenset({408, 425, 429})
_GONE = 410
_REFUSED = frozenset({401, 403})


class Verdict(Enum):
    """What becomes of a delivery after an attempt. PAUSE and DISABLE are about its whole destination: there the delivery
    stays as it was and the attempt does not count towards its death."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DEAD = "dead"
    NOT_ACCEPTED = "not_accepted"
    PAUSE = "pause"
    DISABLE = "disable"


def verdict(status: int) -> Verdict:
    """What an HTTP status means. Redirects are never followed, so they end it like any other answer that says no."""
    if 200 <= status < 300:
        return Verdict.DELIVERED
    if status in _AGAIN or status >= 500:
        return Verdict.RETRY
    if status == _GONE:
        return Verdict.DISABLE
    return Verdict.PAUSE if status in _REFUSED else Verdict.DEAD


def next_at(
    failures: int,
    *,
    at: datetime,
    asked: datetime | None,
    uniform: Callable[[float, float], float],
    factor: float = 1.0,
) -> datetime | None:
    """When to try again after `failures` failed attempts (at least 1); None: never, it is dead.

    `asked`: the moment that the receiver's Retry-After names, a lower bound of at most 24 hours. `factor` shortens the
    delays where a test has no days to wait.
    """
    if failures > len(DELAYS):
        return None
    due = at + timedelta(seconds=DELAYS[failures - 1] * uniform(0.5, 1.0) * factor)
    return due if asked is None else max(due, min(asked, at + LONGEST))
