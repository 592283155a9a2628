"""Celery drives the same acts with the same rows, over a real broker that this test starts."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewapp.ops import lanes, testing
from reviewapp.ops.machine import REDIS
from reviewapp.results.models import Handoff
from reviewapp.review.models import Task
from tests import factories, processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    program = REDIS.path()
    if program is None:
        pytest.skip("Redis is not installed on this machine (Debian's package redis-server)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(true: object, *, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "Celery did not do it in time"
        time.sleep(0.1)


def test_celery_does_what_is_due(broker: str) -> None:
    factories.create_queue()
    factories.take_in(factories.unsiloed({"total": (12, 0.3)}))
    celery = [sys.executable, "-m", "celery", "-A", "reviewapp.ops.engine"]
    options = {
        "cwd": testing.BASE_DIR,
        "env": processes.environment(REVIEWAPP_CELERY_BROKER=broker),
        "stderr": subprocess.DEVNULL,
    }
    started = [
        subprocess.Popen([*celery, "worker", "--pool", "solo", "--without-mingle", "--without-gossip"], **options),  # type: ignore[call-overload]
        subprocess.Popen(
            [*celery, "beat", "--schedule", "/dev/null/none", "--scheduler", "celery.beat:Scheduler"], **options
        ),  # type: ignore[call-overload]
    ]
    try:
        wait_for(lambda: Task.objects.filter(state=Task.State.OPEN).exists())
        assert not Handoff.objects.filter(to=Handoff.To.REVIEW).exists()
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(20)


def test_every_lane_is_on_the_schedule() -> None:
    from reviewapp.ops import engine

    assert {entry["args"][0] for entry in engine.app.conf.beat_schedule.values()} == set(lanes.all_())


def test_a_message_twice_is_a_look_twice_and_nothing_more() -> None:
    from reviewapp.ops import engine

    factories.create_queue()
    factories.take_in(factories.unsiloed({"total": (12, 0.3)}))
    assert (engine.look("triage"), engine.look("triage")) == (1, 0)
    assert Task.objects.count() == 1
