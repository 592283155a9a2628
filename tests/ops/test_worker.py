"""A worker's threads do what is due, say that they live, survive errors and end after the act at hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connections
from django.utils import timezone

from reviewapp.ops import worker as workers_module
from reviewapp.ops.lanes import Lane, Step, Stop
from reviewapp.ops.worker import Process
from reviewapp.work.leases import Lost
from reviewapp.work.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)


def process(*steps: Step, threads: int = 1) -> Process:
    lanes = [Lane(f"lane-{number}", step, threads=threads) for number, step in enumerate(steps)]
    return Process(lanes, name="w", now=timezone.now, interval=0.01)


def started(made: Process) -> threading.Thread:
    """The worker in a thread, which leaves no connection behind."""

    def work() -> None:
        try:
            made.run()
        finally:
            connections.close_all()

    return threading.Thread(target=work)


def run(made: Process, until: Callable[[], bool]) -> None:
    thread = started(made)
    thread.start()
    deadline = time.monotonic() + 10
    while not until() and time.monotonic() < deadline:
        time.sleep(0.005)
    made.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert until()


def test_once_does_all_that_is_due_in_every_lane() -> None:
    left = {"a": 3, "b": 2}

    def step(name: str) -> Step:
        def one(at: datetime, worker: str, stop: Stop) -> bool:
            left[name] -= left[name] > 0
            return left[name] > 0

        return one

    process(step("a"), step("b")).once()
    assert left == {"a": 0, "b": 0}


def test_one_lane_that_hangs_does_not_hold_up_the_others() -> None:
    hanging, done = threading.Event(), threading.Event()

    def hangs(at: datetime, worker: str, stop: Stop) -> bool:
        assert hanging.wait(10)
        return False

    def works(at: datetime, worker: str, stop: Stop) -> bool:
        done.set()
        return False

    made = process(hangs, works)
    thread = started(made)
    thread.start()
    assert done.wait(10)
    made.stop()
    hanging.set()
    thread.join(10)
    assert not thread.is_alive()


def test_an_error_is_logged_and_the_lane_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers_module, "AFTER_ERROR", 0.01)
    tries: list[int] = []

    def fails_first(at: datetime, worker: str, stop: Stop) -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("out of the blue")
        return False

    run(process(fails_first), lambda: len(tries) > 1)
    assert "the lane lane-0 met an error" in caplog.text
    assert Worker.objects.get().failed == 1


def test_it_says_hello_what_it_did_and_goodbye() -> None:
    done: list[str] = []

    def step(at: datetime, worker: str, stop: Stop) -> bool:
        if len(done) < 3:
            done.append(worker)
            return True
        return False

    run(process(step), lambda: len(done) == 3)
    said = Worker.objects.get()
    assert (said.name, said.done, said.failed, said.doing) == ("w", 3, 0, "")
    assert said.stopped_at is not None


def test_a_lane_may_have_several_threads() -> None:
    together = threading.Barrier(3, timeout=10)
    met: list[int] = []

    def step(at: datetime, worker: str, stop: Stop) -> bool:
        if len(met) < 3:
            together.wait()
            met.append(1)
        return False

    run(process(step, threads=3), lambda: len(met) >= 3)


def test_who_lost_its_lease_says_so_in_one_line_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    tries: list[int] = []

    def step(at: datetime, worker: str, stop: Stop) -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise Lost("the row is in other hands")
        return False

    run(process(step), lambda: len(tries) > 1)
    assert "was too slow: the row is in other hands" in caplog.text
    assert "Traceback" not in caplog.text
    assert Worker.objects.get().failed == 0


def test_an_act_of_many_pieces_is_told_to_stop() -> None:
    pieces: list[int] = []

    def step(at: datetime, worker: str, stop: Stop) -> bool:
        while not stop() and len(pieces) < 100_000:
            pieces.append(1)
            time.sleep(0.001)
        return True

    run(process(step), lambda: len(pieces) > 3)
    assert len(pieces) < 10_000
