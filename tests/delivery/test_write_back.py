"""What becomes of a decision that goes back to the vendor, whatever the vendor's client says?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from reviewapp.audit import trail
from reviewapp.delivery import destinations, outbox, push
from reviewapp.delivery.models import Attempt, Delivery, Destination
from reviewapp.extraction.jsontext import Number
from reviewapp.upstreams import adapter, sealing
from reviewapp.upstreams.clients import Capabilities, Connection, Correction, Receipt
from reviewapp.upstreams.models import Upstream
from tests.delivery.receiver import create_rows, finish, run
from tests.factories import AT, VIA

pytestmark = pytest.mark.django_db(transaction=True)


class Vendor:
    """A client that does as it is told; `got`: what it was handed."""

    can = Capabilities(writes_back=("corrections",))

    def __init__(self, act: Callable[[], Receipt]) -> None:
        self._act = act
        self.got: list[tuple[Connection, Correction, str]] = []

    def push(self, to: Connection, what: Correction, *, way: str, at: object) -> Receipt:
        self.got.append((to, what, way))
        return self._act()


def failing(error: Exception) -> Vendor:
    def act() -> Receipt:
        raise error

    return Vendor(act)


@pytest.fixture
def destination() -> Destination:
    (row,) = create_rows()
    Upstream.objects.update(base_url="https://api.example.com", credential=sealing.seal("tlnc_1"))
    upstream = Upstream.objects.get()
    wanted = destinations.Wanted(name="B", outcomes=["approved", "rejected"], upstream=upstream, way="corrections")
    made = destinations.add_write_back(slug="b", wanted=wanted, at=AT, by=trail.SYSTEM, via=VIA)
    finish(row, outcome="rejected")
    outbox.run(at=AT)
    return made


def pushed(vendor: object) -> Delivery:
    run(clients=lambda kind: vendor)
    return Delivery.objects.select_related("destination").get()


def test_the_vendor_takes_it(destination: Destination) -> None:
    vendor = Vendor(lambda: Receipt(True, "two fields locked", {"revision": Number("4")}))
    assert pushed(vendor).state == "delivered"
    ((to, what, way),) = vendor.got
    assert (to.credential, to.base_url, way, what.outcome) == (
        "tlnc_1",
        "https://api.example.com",
        "corrections",
        "rejected",
    )
    assert Attempt.objects.get().answer.text == 'two fields locked {"revision":4}'


def test_the_vendor_has_no_place_for_it(destination: Destination) -> None:
    delivery = pushed(Vendor(lambda: Receipt(False, "no review is open there")))
    assert (delivery.state, delivery.next_at, delivery.last_code) == ("not_accepted", None, "not_accepted")
    assert Attempt.objects.get().answer.text == "no review is open there"


def test_a_kind_that_takes_nothing_back_is_said_plainly(destination: Destination) -> None:
    vendor = Vendor(lambda: Receipt(True))
    vendor.can = Capabilities()
    delivery = pushed(vendor)
    assert (delivery.state, delivery.last_code, vendor.got) == ("not_accepted", "no_way", [])


@pytest.mark.parametrize(
    ("error", "state", "stands"),
    [
        (adapter.AuthRefused("no"), "pending", "paused"),
        (adapter.Forbidden("no"), "pending", "paused"),
        (adapter.QuotaUsedUp("no"), "pending", "paused"),
        (adapter.NotAllowed("no"), "pending", "paused"),
        (adapter.NotFound("no"), "dead", "active"),
        (adapter.RequestRefused("no"), "dead", "active"),
        (adapter.TooLarge("no"), "dead", "active"),
        (adapter.BadPayload("no"), "dead", "active"),
        (adapter.Uncertain("no"), "dead", "active"),
        (adapter.Conflict("no"), "retrying", "active"),
        (adapter.RateLimited("no"), "retrying", "active"),
        (adapter.Unavailable("no"), "retrying", "active"),
        (RuntimeError("a bug"), "retrying", "active"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_error_of_an_upstream_has_its_state(
    destination: Destination, error: Exception, state: str, stands: str
) -> None:
    delivery = pushed(failing(error))
    assert (delivery.state, delivery.destination.state) == (state, stands)
    assert Attempt.objects.get().code == getattr(error, "code", "broke")


def test_the_vendors_words_stand_in_content_and_its_retry_after_counts(destination: Destination) -> None:
    asked = AT + timedelta(hours=3)
    delivery = pushed(failing(adapter.RateLimited("Quagga asks to wait", retry_at=asked)))
    attempt = Attempt.objects.get()
    assert delivery.next_at == asked
    assert "Quagga" in attempt.answer.text and "Quagga" not in attempt.sentence + delivery.last_error


def test_every_try_sends_the_same(destination: Destination) -> None:
    vendor = failing(adapter.Unavailable("no"))
    run(clients=lambda kind: vendor)
    run(AT + timedelta(seconds=5), clients=lambda kind: vendor)
    assert len(vendor.got) == 2 and vendor.got[0][1] == vendor.got[1][1]


def test_a_paused_upstream_is_not_asked(destination: Destination) -> None:
    vendor = Vendor(lambda: Receipt(True))
    Upstream.objects.update(paused=True)
    assert pushed(vendor).state == "pending" and vendor.got == []
    Upstream.objects.update(paused=False)
    assert pushed(vendor).state == "delivered"


def test_an_upstream_that_is_not_set_up_pauses_the_destination(destination: Destination) -> None:
    Upstream.objects.update(base_url="")
    delivery = pushed(Vendor(lambda: Receipt(True)))
    assert (delivery.destination.state, delivery.state, delivery.last_code) == ("paused", "pending", "not_configured")
    assert push.open_destinations() == []
