"""A webhook that is signed wakes its job's pull, once; one that is not does nothing and says nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from reviewapp.intake import receiving
from reviewapp.intake.models import Event, Listing, Pull
from reviewapp.results.models import Job
from reviewapp.upstreams.models import Upstream
from tests.factories import AT

from .scripted import Scripted

pytestmark = pytest.mark.django_db
BODY = json.dumps({"event": "extract.success", "job": "j1", "values": {"total": 1}}).encode()


def hear(live: Upstream, signature: str = "newest", *, body: bytes = BODY, minutes: int = 0, **headers: str) -> bool:
    said = {"x-signature": signature, **{f"x-{name}": value for name, value in headers.items()}}
    return receiving.hear(upstream=live, headers=said, body=body, at=AT + timedelta(minutes=minutes))


@pytest.mark.parametrize("signature", ["newest", "older"])
def test_an_event_wakes_its_job_and_brings_nothing(live: Upstream, vendor: Scripted, signature: str) -> None:
    assert hear(live, signature)
    pull = Pull.objects.get()
    assert (pull.job_id, pull.origin, pull.next_at) == ("j1", "event", AT)
    assert not Job.objects.exists()


def test_the_same_event_is_heard_once(live: Upstream, vendor: Scripted) -> None:
    assert hear(live, delivery="d1")
    Pull.objects.update(next_at=None)
    assert not hear(live, delivery="d1", minutes=1)
    assert Pull.objects.get().next_at is None
    assert hear(live, delivery="d2", minutes=2)
    assert Pull.objects.get().next_at == AT + timedelta(minutes=2)
    assert Event.objects.count() == 2


@pytest.mark.parametrize("change", ["bad signature", "no secrets", "no address", "sends none"])
def test_what_is_not_believed_leaves_no_trace(change: str, live: Upstream, vendor: Scripted, monkeypatch: Any) -> None:
    if change == "no secrets":
        live.webhook_secrets = ""
    if change == "no address":
        live.base_url = ""
    if change == "sends none":
        vendor.can = type(vendor.can)()
    with pytest.raises(receiving.NotHeard):
        hear(live, "bad" if change == "bad signature" else "newest")
    assert not Event.objects.exists()
    assert not Pull.objects.exists()


def test_an_event_that_names_no_job_hastens_the_look_for_new_ones(live: Upstream, vendor: Scripted) -> None:
    look = Listing.objects.create(upstream=live, next_at=AT + timedelta(minutes=9))
    assert hear(live, body=json.dumps({"event": "extraction.complete", "job": ""}).encode())
    look.refresh_from_db()
    assert (look.next_at, Pull.objects.count()) == (AT, 0)
