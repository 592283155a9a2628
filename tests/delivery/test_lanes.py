"""Does `manage.py work` take rows out by itself, and does the work page say what is on its way?"""

from __future__ import annotations

import threading
import time

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from reviewapp.delivery import outbox
from reviewapp.delivery.models import Delivery
from reviewapp.delivery.push import Terms
from reviewapp.ops import lanes, overview
from reviewapp.ops.worker import Process
from tests.delivery.receiver import Heard, always, create_destination, create_rows, finish, receiving

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_takes_a_row_all_the_way_out() -> None:
    with receiving(always(200)) as receiver:
        create_destination(receiver.url)
        for row in create_rows(3):
            finish(row)
        handed = overview.of(at=timezone.now()).errands[5]
        call_command("work", once=True, only=["outbox", "push"])
    assert handed.due == 3
    assert len(receiver.heard) == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_the_work_page_counts_what_is_on_its_way_and_shows_what_fails() -> None:
    with receiving(always(500)) as receiver:
        create_destination(receiver.url)
        for row in create_rows(2):
            finish(row)
        call_command("work", once=True, only=["outbox", "push"])
    found = overview.of(at=timezone.now())
    assert (found.errands[6].failing, found.errands[6].stuck) == (2, 0)
    assert {(one.upstream, one.error) for one in found.troubles} == {("Books", "answered 500")}


def test_rows_that_nobody_wants_are_taken_up_to_the_last() -> None:
    for row in create_rows(120):
        finish(row)
    call_command("work", once=True, only=["outbox"])
    assert not outbox.waits() and not Delivery.objects.exists()


def test_a_worker_that_ends_finishes_what_is_on_the_wire_and_leaves_the_rest() -> None:
    """A backlog of 200 at a slow receiver, which a run would send on and on for its five seconds."""
    on_the_wire = threading.Event()

    def slow(heard: Heard) -> tuple[int, dict[str, str], bytes]:
        on_the_wire.set()
        time.sleep(0.2)
        return 200, {}, b""

    with receiving(slow) as receiver:
        create_destination(receiver.url)
        for row in create_rows(200):
            finish(row)
        call_command("work", once=True, only=["outbox"])
        process = Process([lanes.all_()["push"]], name="w", now=timezone.now, interval=0.01)

        def work() -> None:
            process.run()
            connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        assert on_the_wire.wait(10)
        process.stop()
        began = time.monotonic()
        thread.join(10)
        assert not thread.is_alive() and time.monotonic() - began < 2
    sent = len(receiver.heard)
    assert 1 <= sent <= 2 * Terms().width
    assert Delivery.objects.filter(state="delivered", tries=1).count() == sent
    waiting = Delivery.objects.filter(state="pending", tries=0)
    assert waiting.count() == 200 - sent and not waiting.exclude(lease_until=None).exists()
