"""Workers say that they live; one that says nothing for a minute is gone, and is forgotten after a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reviewapp.work import workers
from reviewapp.work.models import Worker

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def names(found: list[Worker]) -> list[str]:
    return [worker.name for worker in found]


def test_a_worker_lives_while_it_says_so() -> None:
    workers.begin(name="a", at=AT)
    workers.beat(name="a", at=AT + timedelta(seconds=30), doing="pull", done=2, failed=1)
    (worker,) = workers.alive(at=AT + timedelta(seconds=89))
    assert (worker.doing, worker.done, worker.failed) == ("pull", 2, 1)
    assert workers.alive(at=AT + timedelta(seconds=90)) == []
    assert names(workers.known(at=AT + timedelta(seconds=90))) == ["a"]


def test_one_that_said_goodbye_is_not_alive() -> None:
    workers.begin(name="a", at=AT)
    workers.end(name="a", at=AT + timedelta(seconds=1))
    assert workers.alive(at=AT + timedelta(seconds=2)) == []


def test_the_long_gone_are_forgotten_when_another_begins() -> None:
    workers.begin(name="old", at=AT)
    workers.begin(name="new", at=AT + timedelta(days=1, seconds=1))
    assert names(list(Worker.objects.all())) == ["new"]


def test_two_processes_never_share_a_name() -> None:
    assert workers.name() != workers.name()
