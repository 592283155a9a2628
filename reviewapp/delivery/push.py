"""How do due deliveries leave? Taken fairly, sent outside any transaction, written down in one.

* In order: a delivery is due only when no earlier one of its destination and document is still to be sent or lies dead.
* Fairly: each destination has a few deliveries in flight at most, one while it fails, so that none waits for another.
* At least once: a worker that was killed or that lost its lease has saved nothing; the next one sends the same body
  under the same webhook-id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Set
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from reviewapp.upstreams import connecting, failures, http, sealing
from reviewapp.work import leases

from . import attempts, compose, destinations, sending
from .models import HOLDING, Delivery, Destination
from .schedule import Verdict
from .sending import Outcome

logger = logging.getLogger(__name__)

#: Characters of bodies on the wire at once; one alone may be 20 MB.
HEAVY = 8_000_000
BROKE = Outcome(Verdict.RETRY, "broke", "an error of ours; the log tells more")


@dataclass(frozen=True, slots=True)
class Terms:
    """How one run works. `lease`, `write_back_lease`: seconds that a delivery is held, more than its sending can take.
    `width`: how many are in flight at one destination. `seconds`: after so long the run comes to its end. `factor`: of the
    schedule's delays. The tests shorten all of it."""

    limits: http.Limits = http.WEBHOOK
    lease: float = 60.0
    write_back_lease: float = 300.0
    width: int = 4
    threads: int = 32
    seconds: float = 5.0
    factor: float = 1.0


@dataclass(slots=True)
class Pushed:
    """What a run did: attempts that ended well, and others."""

    delivered: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Flight:
    lease: leases.Lease[Delivery]
    began: float


@dataclass(slots=True)
class _Flights:
    """What is on the wire, and which destinations did not take the last thing that was sent there."""

    at_work: dict[Future[Outcome], _Flight] = field(default_factory=dict)
    failing: set[int] = field(default_factory=set)

    @property
    def heavy(self) -> bool:
        """So much text is on the wire that nothing more is taken until some of it has arrived."""
        return sum(len(flight.lease.row.body.text or "") for flight in self.at_work.values()) > HEAVY

    def room(self, destination_id: int, width: int) -> int:
        used = sum(flight.lease.row.destination_id == destination_id for flight in self.at_work.values())
        return (1 if destination_id in self.failing else width) - used

    def waits_for_one_from_before(self, began: float) -> bool:
        return any(flight.began < began for flight in self.at_work.values())


def run(
    *,
    at: datetime,
    client: http.Client,
    worker: str,
    limit: int = 1000,
    terms: Terms = Terms(),
    clients: sending.Clients = sending.client_of,
    stop: Callable[[], bool] = lambda: False,
) -> Pushed:
    """Push what is due at `at` and what becomes due meanwhile, at most `limit`; safe beside other runs.

    `client` calls, and with its pace tells the time and throws the dice. `stop` True: nothing more is taken, what is on
    the wire is brought to its end.
    """
    began = client.pace.monotonic()
    done, flights, left = Pushed(), _Flights(), limit
    with ThreadPoolExecutor(max_workers=terms.threads, thread_name_prefix="push") as pool:
        while True:
            passed = client.pace.monotonic() - began
            # While the run waits for a slow receiver's answer, the others get theirs.
            late = passed >= terms.seconds
            if left > 0 and not stop() and (not late or flights.waits_for_one_from_before(terms.seconds)):
                left -= _launch(
                    pool,
                    flights,
                    passed=passed,
                    but=flights.failing if late else frozenset(),
                    at=at + timedelta(seconds=passed),
                    worker=worker,
                    limit=left,
                    terms=terms,
                    client=client,
                    clients=clients,
                )
            if not flights.at_work:
                return done
            landed, _ = wait(flights.at_work, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in landed:
                lease = flights.at_work.pop(future).lease
                moment = at + timedelta(seconds=client.pace.monotonic() - began)
                outcome = future.result()
                _remember(flights, done, lease.row.destination_id, outcome)
                attempts.write_down(lease, outcome, at=moment, uniform=client.pace.uniform, factor=terms.factor)


def due(destination: Destination) -> models.QuerySet[Delivery]:
    """Deliveries of a destination that nothing holds back; whether their time has come is the lease's question."""
    earlier = Delivery.objects.filter(
        Q(state__in=HOLDING) | Q(state=Delivery.State.DEAD, given_up_at=None),
        destination=OuterRef("destination"),
        order_key=OuterRef("order_key"),
        final__lt=OuterRef("final"),
    )
    waiting = Delivery.objects.filter(~Exists(earlier), destination=destination, next_at__isnull=False)
    return waiting.select_related("destination", "body")


def open_destinations() -> list[Destination]:
    """Those that are called at all: not paused, not disabled, and no write-back to an upstream that is paused."""
    active = Destination.objects.filter(state=Destination.State.ACTIVE).select_related("upstream")
    return [one for one in active.order_by("id") if one.upstream is None or not one.upstream.paused]


def _launch(
    pool: ThreadPoolExecutor,
    flights: _Flights,
    *,
    passed: float,
    but: Set[int],
    at: datetime,
    worker: str,
    limit: int,
    terms: Terms,
    client: http.Client,
    clients: sending.Clients,
) -> int:
    """Take what there is room for, a few of each destination save those of `but`, and send it off; how many."""
    launched = 0
    for destination in open_destinations():
        room = min(flights.room(destination.pk, terms.width), terms.threads - len(flights.at_work), limit - launched)
        if room <= 0 or flights.heavy or destination.pk in but:
            continue
        seconds = terms.write_back_lease if destination.upstream_id else terms.lease
        for lease in leases.take(due(destination), at=at, worker=worker, seconds=seconds, limit=room):
            send = _ready(lease.row, destination, client=client, clients=clients, limits=terms.limits, at=at)
            flights.at_work[pool.submit(_safely, send)] = _Flight(lease, passed)
            launched += 1
    return launched


def _ready(
    delivery: Delivery,
    destination: Destination,
    *,
    client: http.Client,
    clients: sending.Clients,
    limits: http.Limits,
    at: datetime,
) -> Callable[[], Outcome]:
    """What a thread has to do, read here, because threads that wait hold no connection to the database."""
    try:
        return _prepared(delivery, destination, client=client, clients=clients, limits=limits, at=at)
    except sealing.Unopened as why:
        sentence = str(why)
        return lambda: Outcome(Verdict.PAUSE, "sealed", sentence)
    except failures.NotAllowed:
        return lambda: Outcome(Verdict.PAUSE, "not_configured", "the upstream's connection is not set up")
    except Exception:
        logger.exception("delivery %s cannot be made ready", delivery.webhook_id)
        return lambda: BROKE


def _safely(send: Callable[[], Outcome]) -> Outcome:
    try:
        return send()
    except Exception:
        # One bad row must not end the worker; what happened is in the log, and the schedule ends it.
        logger.exception("an error of ours while a delivery was sent")
        return BROKE


def _prepared(
    delivery: Delivery,
    destination: Destination,
    *,
    client: http.Client,
    clients: sending.Clients,
    limits: http.Limits,
    at: datetime,
) -> Callable[[], Outcome]:
    body = delivery.body.text
    if body is None:
        return lambda: Outcome(Verdict.NOT_ACCEPTED, "erased", "the row was erased before it was sent")
    if destination.upstream is None:
        envelope = sending.Envelope(
            url=sealing.open_(destination.url),
            private=destination.private,
            secrets=destinations.secrets_of(destination),
            webhook_id=delivery.webhook_id,
            body=body,
        )
        return lambda: sending.webhook(envelope, client=client, limits=limits, at=at)
    vendor = clients(destination.upstream.kind)
    to = connecting.to(destination.upstream, client=client)
    what = compose.correction(body)
    return lambda: sending.write_back(vendor, to, what, way=destination.way, client=client, at=at)


def _remember(flights: _Flights, done: Pushed, destination_id: int, outcome: Outcome) -> None:
    if outcome.verdict is Verdict.DELIVERED:
        done.delivered += 1
        flights.failing.discard(destination_id)
        return
    done.failed += 1
    if outcome.verdict is Verdict.RETRY:
        flights.failing.add(destination_id)
