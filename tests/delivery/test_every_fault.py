"""Every fault of the simulator in the way of a webhook and of a write-back: each ends in a state, in time, and loses nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reviewapp.audit import trail
from reviewapp.delivery import destinations, outbox
from reviewapp.delivery.models import Attempt, Delivery, Destination
from reviewapp.extraction.jsontext import Number
from reviewapp.ops.simulator import FAULTS, KEYS, Simulator, Vendor, running
from reviewapp.review import triage
from reviewapp.review.models import Task
from reviewapp.upstreams import sealing
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.delivery.receiver import LOOPBACK, TERMS, create_destination, create_rows, finish, run
from tests.factories import AT, VIA
from tests.ops.simulator.asking import get
from tests.ops.simulator.test_talonic import JOB, V1
from tests.review.test_decisions import approve, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
#: Seconds for a server that never comes to an end.
SECONDS = 1.0
SECRET = "a-path-that-is-a-key"
QUICK = replace(TERMS, limits=replace(TERMS.limits, seconds=SECONDS))

#: What a fault means to a webhook; every other one is tried again.
DELIVERED = "delivered"  # a 2xx is a yes, whatever stands in it
DEAD = "dead"
PAUSED = "paused"
WEBHOOK = {
    **dict.fromkeys(["bad_request", "quota_used_up", "not_found", "conflict", "stale_revision", "open_flags"], DEAD),
    **dict.fromkeys(["job_not_reviewable", "too_large", "unprocessable"], DEAD),
    **dict.fromkeys(["redirect_301", "redirect_302", "redirect_307", "redirect_loop"], DEAD),
    **dict.fromkeys(["unauthorized", "forbidden", "expired_link"], PAUSED),
}


#: What a write-back takes otherwise than the outbound client alone shows; the long run meets the others there too.
TELLING = {"unauthorized", "not_found", "conflict", "unprocessable", "usage_limit", "server_error", "lost_answer"}
TELLING |= {"wrong_types", "not_json", "empty_body", "html_200", "drip_body", "redirect_307", "retry_after_seconds"}


def telling(name: str) -> Any:
    """A fault as a parameter: by the long run unless it is telling."""
    return pytest.param(name, marks=[] if name in TELLING else [pytest.mark.long])


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with running(settled=True) as simulator:
        yield simulator


def one_attempt(**over: Any) -> Delivery:
    started = time.monotonic()
    run(terms=QUICK, **over)
    assert time.monotonic() - started < SECONDS + 2
    return Delivery.objects.select_related("destination").get()


@pytest.mark.parametrize("name", FAULTS)
def test_a_webhook_that_meets_a_fault(name: str, sim: Simulator) -> None:
    sim.reset()
    (row,) = create_rows()
    create_destination(f"{sim.url}/taken/{SECRET}")
    finish(row)
    outbox.run(at=AT)
    sim.fault("webhook", name, times=None)
    delivery = one_attempt()
    attempt = Attempt.objects.select_related("answer").get()
    state = delivery.destination.state if delivery.destination.state != "active" else delivery.state
    if attempt.status is not None and 200 <= attempt.status < 300:
        assert state == DELIVERED
    else:
        assert state == WEBHOOK.get(name, "retrying"), (attempt.code, attempt.status)
    assert (delivery.next_at is None) == (state in (DELIVERED, DEAD))
    said = f"{attempt.sentence} {attempt.answer.text if attempt.answer else ''} {delivery.last_error}"
    assert SECRET not in said
    assert len(said) < 4000
    # What is not delivered is delivered by the very same body when a person asks for it.
    assert delivery.body.text


@pytest.mark.parametrize("name", [telling(name) for name in FAULTS])
def test_a_write_back_that_meets_a_fault(name: str, sim: Simulator, settings: Any) -> None:
    settings.UPSTREAM_SECONDS = SECONDS
    sim.reset()
    ana = factories.create_user(username="ana", queues=[factories.create_queue()])
    job = factories.take_in(get(sim, f"{V1}/jobs/{JOB}/results").body.decode()).job
    triage.run(at=AT)
    Upstream.objects.update(
        base_url=f"{sim.url}/talonic", credential=sealing.seal(KEYS[Vendor.TALONIC]), private=LOOPBACK
    )
    job.upstream.refresh_from_db()
    wanted = destinations.Wanted(name="B", outcomes=["approved"], upstream=job.upstream, way="corrections")
    destinations.add_write_back(slug="b", wanted=wanted, at=AT, by=trail.SYSTEM, via=VIA)
    task = Task.objects.filter(job=job).order_by("id").first()
    assert task is not None
    say(task, ana, "/total", "corrected", Number("4250.00"))
    approve(task, ana, sign_off=True, reason="only the total matters")
    outbox.run(at=AT)
    sim.fault("write_back", name, times=None)
    delivery = one_attempt()
    attempt = Attempt.objects.select_related("answer").get()
    assert delivery.state in ("pending", "retrying", "dead", "not_accepted", "delivered")
    if delivery.state == "delivered":
        # The vendor's 200 was read as its contract promises, or the work was done and a repeat found it so.
        assert attempt.code == "ok"
    said = f"{attempt.sentence} {attempt.answer.text if attempt.answer else ''} {delivery.last_error}"
    assert not any(secret in said for secret in (*KEYS.values(), "X-Amz"))
    sim.rules.clear()
    if delivery.state in ("pending", "retrying"):
        Destination.objects.update(state="active")
        Upstream.objects.update(held_until=None)
        later = AT + timedelta(days=2)
        Delivery.objects.update(next_at=later)
        run(terms=QUICK, at=later)
        delivery.refresh_from_db()
        assert delivery.state == "delivered"
