"""Is what a webhook carries taken for a result? Never, though it be signed and a whole result: it only wakes the pull."""

from __future__ import annotations

import json

from reviewapp.audit.models import Content
from reviewapp.intake import receiving
from reviewapp.intake.models import Pull
from reviewapp.results.models import Handoff, Job
from reviewapp.upstreams.models import Upstream
from tests.factories import AT, unsiloed

from .scripted import Scripted


def test_a_result_that_an_event_carries_is_not_taken_in(live: Upstream, vendor: Scripted) -> None:
    carried = unsiloed({"seller": ("Canary Paper", 0.99)})
    body = json.dumps({**carried, "event": "extract.success", "job": carried["job_id"]}).encode()
    assert receiving.hear(upstream=live, headers={"x-signature": "newest"}, body=body, at=AT)
    assert (Pull.objects.get().job_id, Pull.objects.get().next_at) == (carried["job_id"], AT)
    assert not Job.objects.exists() and not Handoff.objects.exists()
    assert not Content.objects.filter(text__contains="Canary").exists()
