"""When is a job asked for again? By what it said last and since when it says the same. Pure; seconds.

The vendor's advice (Unsiloed: first after 1 s, doubling to 30 s, for 300 s) is followed while it lasts; a job that takes
longer is asked for every five minutes, and after a day every hour: it is called stalled then, never failed by us.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewapp.extraction.model import JobStatus
from reviewapp.work.pace import Uniform, backoff, not_before

FIRST, LONGEST = 1.0, 30.0
EAGER = timedelta(seconds=300)
SLOW = timedelta(minutes=5)
STALLED = timedelta(hours=24)
RARE = timedelta(hours=1)
#: After a failure: 2 s, doubling to five minutes.
FAILED_FIRST, FAILED_LONGEST = 2.0, 300.0
#: An answer that is no result may be a hiccup of the upstream's; the same three times is not.
BAD_ANSWERS = 3


@dataclass(frozen=True, slots=True)
class Next:
    """When to ask again, None: no more; `stalled`: nothing new for so long that a person should know."""

    at: datetime | None
    stalled: bool = False


def after_answer(status: JobStatus, *, asks: int, changed_at: datetime, at: datetime, uniform: Uniform) -> Next:
    """After an answer that was read. `asks`: how often was asked since it last changed.

    A job in `review` has its rows, but the vendor's own people may still change it: it is looked at for a day more.
    """
    quiet = at - changed_at
    if status is JobStatus.REVIEW:
        return Next(at=_jittered(at, SLOW, uniform) if quiet < STALLED else None)
    if status not in (JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.UNKNOWN):
        return Next(at=None)
    if quiet >= STALLED:
        return Next(at=_jittered(at, RARE, uniform), stalled=True)
    if quiet >= EAGER:
        return Next(at=_jittered(at, SLOW, uniform))
    return Next(at=at + backoff(asks, first=FIRST, longest=LONGEST, uniform=uniform))


def after_failure(
    *, attempts: int, changed_at: datetime, at: datetime, retry_at: datetime | None, uniform: Uniform
) -> Next:
    """After `attempts` tries in a row that brought nothing: later each time, and not sooner than the upstream asked."""
    if at - changed_at >= STALLED:
        return Next(at=not_before(_jittered(at, RARE, uniform), retry_at), stalled=True)
    wait = backoff(attempts, first=FAILED_FIRST, longest=FAILED_LONGEST, uniform=uniform)
    return Next(at=not_before(at + wait, retry_at))


def _jittered(at: datetime, wait: timedelta, uniform: Uniform) -> datetime:
    return at + wait * uniform(0.8, 1.0)
