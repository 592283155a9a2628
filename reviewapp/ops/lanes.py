"""What work is there, and which act does one piece of it? Each lane is a function that does what is due and says whether it did.

An act knows ids, `at=` and nothing of loops, processes or queues, so that another engine can drive it as well
(`ops/celery.py` does). A lane does one piece at a time; several workers, and several threads of one, may run the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reviewapp.delivery import outbox, push
from reviewapp.intake import files, listing, pulling, submitting
from reviewapp.review import triage
from reviewapp.upstreams import outbound

#: Whether the worker was told to end: an act that does many pieces takes no more of them then.
Stop = Callable[[], bool]
Step = Callable[[datetime, str, Stop], bool]


@dataclass(frozen=True, slots=True)
class Lane:
    """`step(at, worker, stop)` does one piece of what is due. `threads`: how many of one process may be at it at once; lanes
    that wait for other servers have more, so that one that hangs does not hold up the rest."""

    name: str
    step: Step
    threads: int = 1


def never() -> bool:
    """For an engine that ends its work in its own way."""
    return False


def all_() -> Mapping[str, Lane]:
    """Every lane by name, in the order in which data takes them."""
    lanes = (
        Lane("submit", _submit),
        Lane("list", _list),
        Lane("pull", _pull, threads=2),
        Lane("files", _files, threads=2),
        Lane("triage", _triage),
        Lane("overdue", _overdue),
        Lane("outbox", _outbox),
        Lane("push", _push),
    )
    return {lane.name: lane for lane in lanes}


def _submit(at: datetime, worker: str, stop: Stop) -> bool:
    return submitting.step(at=at, client=outbound.client(), worker=worker, uniform=random.uniform)


def _list(at: datetime, worker: str, stop: Stop) -> bool:
    return listing.step(at=at, client=outbound.client(), worker=worker, uniform=random.uniform)


def _pull(at: datetime, worker: str, stop: Stop) -> bool:
    return pulling.step(at=at, client=outbound.client(), worker=worker, uniform=random.uniform)


def _files(at: datetime, worker: str, stop: Stop) -> bool:
    return files.step(at=at, client=outbound.client(), worker=worker, uniform=random.uniform)


def _triage(at: datetime, worker: str, stop: Stop) -> bool:
    done = triage.run(at=at, limit=10, awaiting=files.on_their_way(at=at))
    return bool(done.tasks or done.passed)


def _overdue(at: datetime, worker: str, stop: Stop) -> bool:
    return bool(triage.reorder(at=at))


def _outbox(at: datetime, worker: str, stop: Stop) -> bool:
    return bool(outbox.run(at=at, limit=50)) or outbox.waits()


def _push(at: datetime, worker: str, stop: Stop) -> bool:
    # One thread is enough: a run has several deliveries on the wire, and none waits for another destination's.
    done = push.run(at=at, client=outbound.client(), worker=worker, stop=stop)
    return bool(done.delivered + done.failed)
