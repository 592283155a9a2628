"""Every fault of the simulator in the way of a poll, a result and a file: each ends in its state, in time, and makes no row.

What a fault of the vendor's answer becomes stands in one table; a new fault of the simulator must be given a place here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from reviewapp.extraction.model import Kind
from reviewapp.intake import files, pulling
from reviewapp.intake.models import Pull, SourceFile
from reviewapp.ops.simulator import FAULTS, KEYS, Shape, Simulator, Vendor, running
from reviewapp.results.models import Job, ResultRow
from reviewapp.review import triage
from reviewapp.review.models import Task
from reviewapp.upstreams import sealing
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.factories import AT
from tests.upstreams.servers import client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
UNSILOED = "6150397b-4b8f-5189-9b87-e9c7fd724486"
#: (kind, the operation that meets the fault): one address that is both, and one of three.
ASKED = [(Kind.UNSILOED_EXTRACT, "poll"), (Kind.LLAMACLOUD, "result")]
#: What differs by where it is met; the others are met there by the long run.
TELLING = {"not_found", "expired_link", "wrong_types", "html_for_pdf", "truncated_pdf", "truncated_body", "empty_body"}
TELLING |= {"drip_body", "gzip_bomb", "redirect_302", "retry_after_date", "unavailable_body_alone", "unknown_status"}


def everywhere(name: str) -> Any:
    """A fault as a parameter: at its first place always, elsewhere by the long run unless it is telling."""
    return pytest.param(name, marks=[] if name in TELLING else [pytest.mark.long])


#: Seconds for a server that never comes to an end.
SECONDS = 1.0

#: What a poll of a job that can be had becomes. Refusals in the vendor's words first, then what the wire does.
POLL = {
    "bad_request": "refused",
    "unauthorized": "auth",
    "quota_used_up": "quota",
    "forbidden": "forbidden",
    "not_found": "not_found",
    "conflict": "conflict",
    "stale_revision": "conflict",
    "open_flags": "conflict",
    "job_not_reviewable": "conflict",
    "too_large": "refused",  # the vendor's 413: our question was
    "unprocessable": "refused",
    "usage_limit": "quota",
    "expired_link": "forbidden",
}
#: What is another thing there: a job that is done may be ahead of its result.
SAID_OTHERWISE = {"result": {"not_found": "unavailable"}}
#: Where a fault damages nothing: LlamaCloud's result has no status.
HARMLESS = {("unknown_status", "result")}
#: States of a job that make no reading.
UNREAD = ("unknown", "queued", "processing")
STATE = {"refused": "refused", "forbidden": "refused", "too_large": "refused", "not_found": "gone"}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with running(settled=True) as simulator:
        yield simulator


@pytest.fixture
def short(sim: Simulator, settings: Any, db: None) -> None:
    settings.UPSTREAM_SECONDS = settings.UPSTREAM_FILE_SECONDS = SECONDS
    sim.reset()


def connected(sim: Simulator, kind: Kind) -> tuple[Upstream, str]:
    """An upstream at the simulator, and a job of it that has ended with its rows."""
    vendor = Vendor.UNSILOED if kind is Kind.UNSILOED_EXTRACT else Vendor.LLAMACLOUD
    made = factories.create_upstream(slug="live", kind=kind)
    made.base_url, made.private, made.file_hosts = sim.base(vendor), "127.0.0.0/8", "*:*"
    made.credential = sealing.seal(KEYS[vendor])
    made.save()
    return made, UNSILOED if vendor is Vendor.UNSILOED else sim.job_ids(Shape(kind.value))[0]


def ask(at: datetime) -> Pull:
    started = time.monotonic()
    assert pulling.step(at=at, client=client(), worker="w", uniform=lambda low, high: high)
    assert time.monotonic() - started < SECONDS + 1
    return Pull.objects.get()


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("name", "kind", "operation"),
    [
        pytest.param(name, kind, operation, marks=[] if operation == "poll" or name in TELLING else [pytest.mark.long])
        for kind, operation in ASKED
        for name in FAULTS
    ],
)
def test_a_job_that_meets_a_fault_ends_in_its_state_and_is_had_the_next_time(
    name: str, kind: Kind, operation: str, sim: Simulator
) -> None:
    upstream, job_id = connected(sim, kind)
    pulling.add(upstream=upstream, text=job_id, at=AT, by=factories.trail.SYSTEM)
    sim.fault(operation, name, times=None)
    pull = ask(AT)
    assert len(sim.requests) >= 1
    rows = ResultRow.objects.count()
    triage.run(at=AT)
    if pull.last_code == "":
        # What came can be read, and it is nobody's reading: a word that we do not know, or no result yet.
        if (name, operation) not in HARMLESS:
            assert not Task.objects.exists()
            assert pull.known_job.status in UNREAD, pull.known_job.status
    else:
        assert rows == 0
        assert pull.attempts == 1
        assert pull.last_code == {**POLL, **SAID_OTHERWISE.get(operation, {})}.get(name, pull.last_code)
        assert pull.state == STATE.get(pull.last_code, "waiting")
        assert (pull.next_at is None) == (pull.state != "waiting")
    assert not any(secret in pull.last_error for secret in (*KEYS.values(), "X-Amz"))
    sim.rules.clear()
    later = AT + timedelta(days=2)
    Upstream.objects.update(held_until=None)
    Pull.objects.update(next_at=later, state="waiting")
    pull = ask(later)
    assert pull.attempts == 0
    assert pull.known_job.status in ("review", "completed")
    assert ResultRow.objects.exists()


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("name", [everywhere(name) for name in FAULTS])
def test_a_file_that_meets_a_fault_ends_in_its_state_and_the_next_try_keeps_it(name: str, sim: Simulator) -> None:
    upstream, _ = connected(sim, Kind.UNSILOED_EXTRACT)
    pulling.add(upstream=upstream, text=UNSILOED, at=AT, by=factories.trail.SYSTEM)
    ask(AT)
    sim.fault("file", name, times=None)

    def fetch(at: datetime) -> SourceFile:
        started = time.monotonic()
        assert files.step(at=at, client=client(), worker="w", uniform=lambda low, high: high)
        # An expired link is asked for anew and fetched once more, in the same try.
        assert time.monotonic() - started < 2 * SECONDS + 2
        return SourceFile.objects.get()

    wanted = fetch(AT)
    if wanted.state != "kept":
        assert wanted.attempts == 1
        assert wanted.last_code != ""
        assert (wanted.next_at is None) == (wanted.state == "refused")
    else:
        # What damages JSON leaves a document as it is.
        assert Job.objects.get().document_links.get().document.state == "ready"
        return
    assert not Job.objects.get().document_links.exists()
    assert "X-Amz" not in wanted.last_error
    sim.rules.clear()
    later = AT + timedelta(days=1)
    SourceFile.objects.update(next_at=later, state="waiting")
    assert fetch(later).state == "kept"
    assert Job.objects.get().document_links.get().document.state == "ready"
