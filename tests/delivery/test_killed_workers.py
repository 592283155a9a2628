"""Workers are killed in the middle of everything: is every row delivered, in order, with one body for each id?"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from reviewapp.audit import append_only
from reviewapp.delivery import outbox
from reviewapp.delivery.models import Attempt, Delivery
from tests.delivery.receiver import Heard, create_destination, create_rows, finish, receiving

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Book:
    """What a receiver that answers as it likes writes down: arrivals, and what it said 200 to."""

    seed: int
    hang: float
    arrived: list[tuple[str, str]] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    #: (id, ids that had been accepted when it came first)
    first: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._chance = random.Random(self.seed)

    def __call__(self, heard: Heard) -> tuple[int, Mapping[str, str], bytes]:
        with self._lock:
            self.arrived.append((heard.id, hashlib.sha256(heard.body).hexdigest()))
            self.first.setdefault(heard.id, set(self.accepted))
            dice = self._chance.random()
            # Bad luck alone must not use up the schedule: nothing dies in this story.
            if dice < 0.6 or sum(webhook_id == heard.id for webhook_id, _ in self.arrived[-500:]) > 6:
                self.accepted.add(heard.id)
                return 200, {}, b"thanks"
        if dice < 0.85:
            return 500, {}, b"not now"
        time.sleep(self.hang)
        return 200, {}, b"too late"


class Pool:
    """Worker processes on the test's database; one that is killed is followed by another."""

    def __init__(self, number: int, *, seconds: float, factor: float) -> None:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "reviewapp.settings",
            "REVIEWAPP_BOOTSTRAP": "off",
            "REVIEWAPP_LOG_LEVEL": "WARNING",
        }
        self._start = lambda: subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.delivery.pusher",
                str(connection.settings_dict["NAME"]),
                str(seconds),
                str(factor),
            ],
            cwd=Path(settings.BASE_DIR),
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        self.processes = [self._start() for _ in range(number)]

    def kill_one(self, place: int) -> None:
        process = self.processes[place % len(self.processes)]
        assert process.poll() is None, f"a worker ended by itself: {process.returncode}"
        process.kill()
        process.wait()
        self.processes[place % len(self.processes)] = self._start()

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@contextmanager
def working(number: int, *, seconds: float, factor: float) -> Iterator[Pool]:
    pool = Pool(number, seconds=seconds, factor=factor)
    try:
        yield pool
    finally:
        pool.end()


def story(
    *, documents: int, each: int, kills: int, workers: int, seconds: float, factor: float, patience: float
) -> Book:
    """All of it delivered while workers are killed, each at a moment at which something is on the wire."""
    book = Book(seed=documents, hang=seconds * 1.5)
    total = documents * each
    with receiving(book) as receiver:
        create_destination(receiver.url)
        began = timezone.now() - timedelta(minutes=1)
        rows = create_rows(documents)
        for n in range(each):
            for row in rows:
                finish(row, at=began + timedelta(seconds=n))
        assert outbox.run(at=began) == total
        done, ends = 0, time.monotonic() + patience
        with working(workers, seconds=seconds, factor=factor) as pool:
            while Delivery.objects.exclude(state=Delivery.State.DELIVERED).exists():
                assert time.monotonic() < ends, f"{len(book.accepted)} of {total} after {patience} s and {done} kills"
                if done < kills and len(book.arrived) >= (done + 1) * total // (kills + 1):
                    pool.kill_one(done)
                    done += 1
                time.sleep(0.02)
        assert done == kills
    return book


def check(book: Book, *, total: int) -> None:
    known = dict(Delivery.objects.values_list("webhook_id", "final_id"))
    assert len(known) == total
    assert book.accepted == set(known), "missing, or never ours"
    bodies = defaultdict(set)
    for webhook_id, digest in book.arrived:
        bodies[webhook_id].add(digest)
    assert {webhook_id for webhook_id, found in bodies.items() if len(found) > 1} == set(), "bodies that differ"
    documents = defaultdict(list)
    for webhook_id, order in Delivery.objects.order_by("final").values_list("webhook_id", "order_key"):
        documents[order].append(webhook_id)
    early = {
        webhook_id
        for ids in documents.values()
        for n, webhook_id in enumerate(ids)
        if not set(ids[:n]) <= book.first[webhook_id]
    }
    assert early == set(), "came before an earlier one of its document was accepted"
    stored = {one.body.text: one.webhook_id for one in Delivery.objects.select_related("body")}
    assert {hashlib.sha256(text.encode()).hexdigest() for text in stored} == {digest for _, digest in book.arrived}
    assert Attempt.objects.filter(code="ok").count() == total, (
        "one success each is written down, however often it was sent"
    )


def test_sixty_deliveries_survive_three_killed_workers() -> None:
    book = story(documents=10, each=6, kills=3, workers=2, seconds=0.4, factor=0.002, patience=90)
    check(book, total=60)


@pytest.mark.long
def test_two_thousand_deliveries_survive_thirty_killed_workers() -> None:
    book = story(documents=200, each=10, kills=30, workers=3, seconds=1.0, factor=0.002, patience=1500)
    check(book, total=2000)
    with append_only.lifted(connection), connection.cursor() as cursor:
        # The flush that follows deletes in any order, and SQLite looks through what points there for each row.
        for table in ("delivery_attempt", "delivery_delivery", "audit_entry"):
            cursor.execute(f"DELETE FROM {table}")
    print(f"{len(book.arrived)} requests for {len(book.accepted)} deliveries")  # the long run's figure
