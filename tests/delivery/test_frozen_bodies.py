"""Does every attempt send the very same bytes, whatever became of the destination and the row in between?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from reviewapp.delivery.models import Delivery, Destination
from tests.factories import AT

from .receiver import create_destination, deliveries, in_turn, receiving, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_second_attempt_sends_what_the_first_one_sent() -> None:
    with receiving(in_turn(500, 200)) as receiver:
        create_destination(receiver.url)
        (queued,) = deliveries()
        run()
        # What is made from now on looks otherwise.
        destination = Destination.objects.get()
        destination.form = Destination.Form.EVENT
        destination.save()
        run(AT + timedelta(days=1))
    first, second = receiver.heard
    assert first.body == second.body == queued.body.text.encode()
    assert first.id == second.id
    assert Delivery.objects.get().state == Delivery.State.DELIVERED
