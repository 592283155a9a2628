"""Does `manage.py work` take rows out by itself, and does the work page say what is on its way?"""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone

from reviewapp.delivery import outbox
from reviewapp.delivery.models import Delivery
from reviewapp.ops import overview
from tests.delivery.receiver import always, create_destination, create_rows, finish, receiving

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
    assert (found.errands[6].failing, found.errands[6].given_up) == (2, 0)
    assert {(one.upstream, one.error) for one in found.troubles} == {("Books", "answered 500")}


def test_rows_that_nobody_wants_are_taken_up_to_the_last() -> None:
    for row in create_rows(120):
        finish(row)
    call_command("work", once=True, only=["outbox"])
    assert not outbox.waits() and not Delivery.objects.exists()
