"""How does one process work? A few threads, each on its lane, look at what is due until they are told to stop.

Each thread has its own connection to the database. SIGTERM ends each after the act at hand; what a killed process had
comes back when its leases end. An act that fails is logged and does not stop its lane: its row keeps its next time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import close_old_connections, connections

from reviewapp.work import workers
from reviewapp.work.leases import Lost

from .lanes import Lane

logger = logging.getLogger(__name__)

#: After an error that nobody expected a lane waits, so that it does not write the log full.
AFTER_ERROR = 5.0


class Process:
    """The threads of one worker. `now`: the clock; `interval`: seconds between looks when nothing is due."""

    def __init__(self, lanes: Sequence[Lane], *, name: str, now: Callable[[], datetime], interval: float) -> None:
        self._lanes = lanes
        self._name = name
        self._now = now
        self._interval = interval
        self._stop = threading.Event()
        self._doing: dict[str, int] = {}
        self._done = self._failed = 0
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End after the acts at hand. May be called from a signal's handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop`, saying now and then that this worker lives."""
        workers.begin(name=self._name, at=self._now())
        threads = [
            threading.Thread(target=self._work, args=(lane,), name=f"{lane.name}-{number}", daemon=False)
            for lane in self._lanes
            for number in range(lane.threads)
        ]
        for thread in threads:
            thread.start()
        while not self._stop.wait(workers.EVERY.total_seconds()):
            self._beat()
        for thread in threads:
            thread.join()
        self._beat()
        workers.end(name=self._name, at=self._now())

    def once(self) -> None:
        """Do what is due now, lane by lane, until a whole round finds nothing."""
        busy = True
        while busy:
            busy = False
            for lane in self._lanes:
                busy = bool(self._step(lane)) or busy

    def _work(self, lane: Lane) -> None:
        while not self._stop.is_set():
            close_old_connections()
            busy = self._step(lane)
            if busy is None:
                self._stop.wait(AFTER_ERROR)
            elif not busy:
                self._stop.wait(self._interval)
        connections.close_all()

    def _step(self, lane: Lane) -> bool | None:
        """Whether there was something; None: it ended in an error."""
        self._count(lane.name, 1)
        try:
            busy = lane.step(self._now(), self._name, self._stop.is_set)
        except Lost as lost:
            # It took longer than its lease, nothing of it was saved, and whoever has the row does it.
            logger.warning("the lane %s was too slow: %s", lane.name, lost)
            return True
        except Exception:
            # What failed keeps its row, and the others must not wait for it.
            logger.exception("the lane %s met an error and goes on", lane.name)
            with self._lock:
                self._failed += 1
            return None
        finally:
            self._count(lane.name, -1)
        if busy:
            with self._lock:
                self._done += 1
        return busy

    def _count(self, lane: str, by: int) -> None:
        with self._lock:
            self._doing[lane] = self._doing.get(lane, 0) + by

    def _beat(self) -> None:
        with self._lock:
            doing = ", ".join(lane for lane, threads in self._doing.items() if threads)
            done, failed, self._done, self._failed = self._done, self._failed, 0, 0
        try:
            close_old_connections()
            workers.beat(name=self._name, at=self._now(), doing=doing, done=done, failed=failed)
        except Exception:
            logger.exception("the worker could not say that it lives, and goes on")
