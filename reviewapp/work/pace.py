"""When is something tried again? Delays that grow, with chance in them, and never sooner than the other side asked. Pure.

Chance (`uniform`) comes in from the edge, like time: the same numbers give the same delays.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

Uniform = Callable[[float, float], float]


def backoff(attempts: int, *, first: float, longest: float, uniform: Uniform) -> timedelta:
    """The wait after `attempts` failed tries (at least 1): `first` seconds, doubling up to `longest`, each x (0.5 to 1)."""
    doubled = min(longest, first * 2.0 ** min(max(attempts, 1) - 1, 60))
    return timedelta(seconds=doubled * uniform(0.5, 1.0))


def not_before(moment: datetime, asked: datetime | None) -> datetime:
    """The moment, or the later one that the other side asked for."""
    return moment if asked is None or asked <= moment else asked
