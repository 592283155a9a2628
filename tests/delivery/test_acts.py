"""What may a person do about destinations and deliveries, and which entry does each act leave?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.delivery import destinations, push, retrying, testing
from reviewapp.delivery.destinations import Wanted
from reviewapp.delivery.models import Delivery, Destination
from reviewapp.upstreams import sealing
from reviewapp.work import leases
from tests import factories
from tests.delivery.receiver import LOOPBACK, OUTCOMES, always, create_destination, deliveries, receiving, run
from tests.factories import AT, VIA
from tests.upstreams import servers

pytestmark = pytest.mark.django_db(transaction=True)
SOL = trail.Actor(type="person", id="7", name="Sol", role="supervisor")
LATER = AT + timedelta(hours=1)
BY = {"at": LATER, "by": SOL, "via": VIA}


def acts() -> list[str]:
    return list(Entry.objects.filter(actor_id="7").order_by("id").values_list("action", flat=True))


def dead(number: int = 1) -> list[Delivery]:
    with receiving(always(422)) as receiver:
        create_destination(receiver.url)
        deliveries(documents=number)
        run()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dead"}
    return list(Delivery.objects.order_by("id"))


def test_the_address_and_the_secret_are_sealed_and_in_no_entry() -> None:
    url = "https://hooks.example.com:8443/T000/B000/verysecretpath"
    made, secret = destinations.add_webhook(slug="h", wanted=Wanted(name="H", outcomes=OUTCOMES, url=url), **BY)
    assert (made.host, sealing.open_(made.url), destinations.secrets_of(made)) == (
        "hooks.example.com:8443",
        url,
        (secret,),
    )
    stored = str(Destination.objects.values().get()) + "".join(bytes(one.body).decode() for one in Entry.objects.all())
    assert "verysecretpath" not in stored and secret not in stored
    assert acts() == [Action.DESTINATION_ADDED]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"url": ""}, "address"),
        ({"url": "ftp://example.com/"}, "address"),
        ({"url": "https://user:word@example.com/"}, "address"),
        ({"url": "https://example.com./"}, "address"),
        ({"private": "169.254.0.0/16"}, "private"),
        ({"private": "everything"}, "private"),
        ({"outcomes": []}, "outcomes"),
        ({"outcomes": ["approved", "else"]}, "outcomes"),
    ],
)
def test_a_destination_that_cannot_work_is_refused(wanted: dict, code: str) -> None:
    with pytest.raises(destinations.Refused) as refused:
        create_destination(**wanted)
    assert refused.value.code == code and not Destination.objects.exists()


def test_two_destinations_have_two_short_names() -> None:
    create_destination(slug="one")
    with pytest.raises(destinations.Refused) as refused:
        create_destination(slug="one")
    assert refused.value.code == "slug_taken"


def test_a_write_back_takes_no_rows_that_nobody_looked_at() -> None:
    upstream = factories.create_upstream()
    for over, code in (({"outcomes": ["passed"]}, "outcomes"), ({"way": ""}, "way"), ({"upstream": None}, "way")):
        wanted = {"name": "B", "outcomes": ["approved"], "upstream": upstream, "way": "w", **over}
        with pytest.raises(destinations.Refused) as refused:
            destinations.add_write_back(slug="b", wanted=Wanted(**wanted), **BY)
        assert refused.value.code == code


def test_a_change_keeps_the_address_unless_another_is_given() -> None:
    made = create_destination("https://one.example.com/secretpath")
    wanted = Wanted(name="Other", outcomes=["approved"], private="")
    destinations.change(destination_id=made.pk, wanted=wanted, **BY)
    found = Destination.objects.get()
    assert (found.name, found.host) == ("Other", "one.example.com")
    assert sealing.open_(found.url) == "https://one.example.com/secretpath"
    kept = replace(wanted)
    destinations.change(
        destination_id=made.pk,
        wanted=replace(kept, url="https://two.example.com/x"),
        **BY,
    )
    assert Destination.objects.get().host == "two.example.com"
    destinations.change(destination_id=made.pk, wanted=kept, **BY)
    said = [
        json.loads(bytes(one.body))["details"]["changed"] for one in Entry.objects.filter(actor_id="7").order_by("id")
    ]
    assert said == [["name", "outcomes", "private"], ["host", "url"]]


def test_paused_resumed_disabled() -> None:
    made = create_destination()
    deliveries()
    assert destinations.pause(destination_id=made.pk, reason="they move", **BY)
    assert not destinations.pause(destination_id=made.pk, reason="again", **BY)
    found = Destination.objects.get()
    assert (found.state, found.reason, found.since) == ("paused", "they move", LATER)
    assert run(LATER) == push.Pushed()
    assert destinations.resume(destination_id=made.pk, **BY) and not destinations.resume(destination_id=made.pk, **BY)
    assert destinations.disable(destination_id=made.pk, reason="", **BY)
    assert not destinations.pause(destination_id=made.pk, reason="", **BY), "disabled is more than paused"
    assert acts() == [Action.DESTINATION_PAUSED, Action.DESTINATION_RESUMED, Action.DESTINATION_DISABLED]
    assert Entry.objects.filter(action=Action.DESTINATION_PAUSED).get().reason.text == "they move"


def test_a_secret_is_exchanged_in_two_steps() -> None:
    made = create_destination()
    (first,) = destinations.secrets_of(made)
    assert not destinations.forget_older_secrets(destination_id=made.pk, **BY)
    second = destinations.rotate_secret(destination_id=made.pk, **BY)
    assert destinations.secrets_of(Destination.objects.get()) == (second, first)
    with pytest.raises(destinations.Refused, match="take it away first"):
        destinations.rotate_secret(destination_id=made.pk, **BY)  # a second press must not end the one that is known
    assert destinations.secrets_of(Destination.objects.get()) == (second, first)
    assert destinations.forget_older_secrets(destination_id=made.pk, **BY)
    third = destinations.rotate_secret(destination_id=made.pk, **BY)
    assert destinations.secrets_of(Destination.objects.get()) == (third, second)
    assert acts() == [Action.SECRET_ROTATED, Action.SECRET_FORGOTTEN, Action.SECRET_ROTATED]


def test_a_dead_delivery_is_tried_again_with_the_whole_schedule() -> None:
    (delivery,) = dead()
    retrying.try_again(delivery_id=delivery.pk, **BY)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at, delivery.attempts, delivery.tries) == ("pending", LATER, 0, 1)
    run(LATER)  # nobody listens there any more
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.tries) == ("retrying", 1, 2)
    retrying.try_again(delivery_id=delivery.pk, **BY)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at, delivery.attempts) == ("retrying", LATER, 1)
    assert acts() == [Action.DELIVERY_TRIED_AGAIN] * 2


def test_what_is_over_or_on_the_wire_is_left_alone() -> None:
    with receiving(always(200)) as receiver:
        made = create_destination(receiver.url)
        first, second = deliveries(documents=2)
        leases.take(push.due(made).filter(pk=second.pk), at=LATER, worker="w", seconds=60)
        run()
    for act in (retrying.try_again, retrying.give_up):
        for delivery, code in ((first, "over"), (second, "in_flight")):
            with pytest.raises(retrying.Refused) as refused:
                act(delivery_id=delivery.pk, **BY)
            assert refused.value.code == code
    assert acts() == []


def test_what_was_given_up_is_over() -> None:
    (delivery,) = dead()
    retrying.give_up(delivery_id=delivery.pk, **BY)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.given_up_at, delivery.holds_back) == ("dead", LATER, False)
    for act in (retrying.try_again, retrying.give_up):
        with pytest.raises(retrying.Refused):
            act(delivery_id=delivery.pk, **BY)
    assert retrying.replay(destination_id=delivery.destination_id, **BY) == 0
    assert acts() == [Action.DELIVERY_GIVEN_UP]


def test_a_slow_worker_writes_nothing_over_what_a_person_gave_up() -> None:
    made = create_destination()
    (delivery,) = deliveries()
    (slow,) = leases.take(push.due(made), at=AT, worker="w", seconds=60)
    retrying.give_up(delivery_id=delivery.pk, **BY)
    with pytest.raises(leases.Lost):
        leases.settle(slow, at=LATER, next_at=None)


def test_all_dead_ones_of_a_destination_are_tried_again() -> None:
    ours = dead(3)
    retrying.give_up(delivery_id=ours[0].pk, **BY)
    assert retrying.replay(destination_id=ours[0].destination_id, **BY) == 2
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["dead", "pending", "pending"]
    assert acts() == [Action.DELIVERY_GIVEN_UP, Action.DESTINATION_REPLAYED]


def test_a_test_event_is_signed_said_and_changes_nothing() -> None:
    with receiving(always(403, b"who are you")) as receiver:
        made = create_destination(receiver.url, private=LOOPBACK)
        outcome = testing.send(destination_id=made.pk, client=servers.client(), **BY)
    assert (outcome.code, outcome.answer) == ("http_403", "who are you")
    (heard,) = receiver.heard
    assert json.loads(heard.body)["type"] == "test.sent" and heard.headers["webhook-signature"].startswith("v1,")
    assert Destination.objects.get().state == "active" and not Delivery.objects.exists()
    assert acts() == [Action.DESTINATION_TESTED]
