"""What may one call to another server cost, and how does time pass meanwhile?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may cost. `seconds`: everything together. `body`: bytes, on the way and inflated; more is an error, or
    with `cut` is left unread. `connect_seconds`: for TCP, and again for TLS. `tries`: at most."""

    seconds: float
    body: int
    tries: int = 4
    connect_seconds: float = 5.0
    cut: bool = False


JSON = Limits(seconds=30.0, body=20 * MB)
FILE = Limits(seconds=300.0, body=100 * MB)
#: A delivery is tried again by its own schedule, and of the receiver's answer only the beginning is of interest.
WEBHOOK = Limits(seconds=20.0, body=64 * 1024, tries=1, cut=True)


@dataclass(frozen=True, slots=True)
class Pace:
    """How time passes and chance falls: a clock that only goes forward, in seconds; waiting; a number between two."""

    monotonic: Callable[[], float]
    sleep: Callable[[float], object]
    uniform: Callable[[float, float], float]
