"""A worker process stays alive and small whatever upstreams and receivers do to it, and what it could not do it does later."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from reviewapp.audit import trail
from reviewapp.delivery import destinations
from reviewapp.delivery.models import Delivery
from reviewapp.extraction.model import Kind
from reviewapp.intake import connections, pulling
from reviewapp.intake.models import Pull, SourceFile
from reviewapp.ops.simulator import FAULTS, KEYS, Simulator, Vendor, running
from reviewapp.upstreams.models import Upstream
from tests import processes
from tests.delivery.receiver import create_rows, finish
from tests.factories import VIA

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
UNSILOED = "6150397b-4b8f-5189-9b87-e9c7fd724486"
HEAVY = ("oversized", "oversized_without_length", "oversized_error", "gzip_bomb", "header_flood", "drip_body", "stall")
MEGABYTES = 300


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running(settled=True) as simulator:
        yield simulator


def until(true: Any, what: str) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, f"it never came: {what}"
        time.sleep(0.05)


def largest(pid: int) -> float:
    """The most memory that a process ever had, in MB."""
    said = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in said.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


@pytest.mark.parametrize("names", [HEAVY, pytest.param(tuple(FAULTS), marks=pytest.mark.long)], ids=["heavy", "all"])
def test_it_stays_alive_and_small_and_does_all_in_the_end(
    names: Sequence[str], sim: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REVIEWAPP_UPSTREAM_SECONDS", "1")
    monkeypatch.setenv("REVIEWAPP_UPSTREAM_FILE_SECONDS", "1")
    acting: Any = {"at": timezone.now(), "by": trail.SYSTEM, "via": VIA}
    reached = connections.Reached(
        base_url=sim.base(Vendor.UNSILOED),
        credential=KEYS[Vendor.UNSILOED],
        file_hosts="127.0.0.1:*",
        private="127.0.0.0/8",
    )
    upstream = connections.add(slug="live", name="Live", kind=Kind.UNSILOED_EXTRACT, reached=reached, **acting)
    with processes.workers(1, output=str(tmp_path / "said")) as (worker,):
        for number, name in enumerate(names):
            sim.fault("poll", name, times=None)
            Upstream.objects.update(held_until=None)
            Pull.objects.all().delete()
            pulling.add(upstream=upstream, text=UNSILOED, at=timezone.now(), by=trail.SYSTEM)
            until(lambda: Pull.objects.filter(tried_at__isnull=False).exists(), f"a poll that met {name}")
            assert worker.poll() is None
            if number == 0:
                assert not SourceFile.objects.exists()
            sim.rules.clear()
        Upstream.objects.update(held_until=None)
        Pull.objects.all().delete()
        pulling.add(upstream=upstream, text=UNSILOED, at=timezone.now(), by=trail.SYSTEM)
        until(lambda: Pull.objects.filter(known_job__isnull=False).exists(), "the job itself")
        until(lambda: SourceFile.objects.filter(state="kept").exists(), "its document")
        for name in names:
            sim.fault("file", name, times=None)
            tried = timezone.now()
            SourceFile.objects.update(next_at=tried, state="waiting", tried_at=None)
            Upstream.objects.update(held_until=None)
            until(lambda: SourceFile.objects.filter(tried_at__isnull=False).exists(), f"a file that met {name}")
            assert worker.poll() is None
            sim.rules.clear()
        webhook = destinations.Wanted(
            name="Ours", outcomes=["approved", "passed"], url=f"{sim.url}/taken/ours", private="127.0.0.0/8"
        )
        made, _ = destinations.add_webhook(slug="ours", wanted=webhook, **acting)
        (row,) = create_rows()
        sim.fault("webhook", names[0], times=None)
        finish(row)
        until(lambda: Delivery.objects.filter(tried_at__isnull=False).exists(), f"a webhook that met {names[0]}")
        for name in names[1:]:
            sim.rules.clear()
            sim.fault("webhook", name, times=None)
            destinations.resume(destination_id=made.pk, **acting)
            Delivery.objects.update(next_at=timezone.now(), state="retrying", tried_at=None)
            until(lambda: Delivery.objects.filter(tried_at__isnull=False).exists(), f"a webhook that met {name}")
            assert worker.poll() is None
        sim.rules.clear()
        destinations.resume(destination_id=made.pk, **acting)
        Delivery.objects.exclude(state="delivered").update(next_at=timezone.now(), state="retrying")
        until(lambda: Delivery.objects.get().state == "delivered", "the delivery")
        assert worker.poll() is None
        memory = largest(worker.pid)
        print(f"{len(names)} faults; the worker's memory was at most {memory:.0f} MB")
        assert memory < MEGABYTES
    log = (tmp_path / "said").read_text()
    assert "Traceback" not in log, log[-3000:]
    assert not any(secret in log for secret in (*KEYS.values(), "X-Amz-"))
