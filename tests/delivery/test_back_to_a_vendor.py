"""A person decides, and the simulated Talonic has the corrected value: through the real client, over real HTTP."""

from __future__ import annotations

import json

import pytest

from reviewapp.audit import trail
from reviewapp.delivery import destinations, outbox
from reviewapp.delivery.models import Attempt, Delivery
from reviewapp.extraction.jsontext import Number
from reviewapp.ops.simulator import KEYS, Vendor, running
from reviewapp.review import triage
from reviewapp.review.models import Task
from reviewapp.upstreams import sealing
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.delivery.receiver import LOOPBACK, run
from tests.factories import AT, VIA
from tests.ops.simulator.asking import get
from tests.ops.simulator.test_talonic import JOB, V1
from tests.review.test_decisions import approve, say

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_correction_reaches_the_vendor_and_says_which_row_it_came_from() -> None:
    ana = factories.create_user(username="ana", queues=[factories.create_queue()])
    with running(settled=True) as simulator:
        results = get(simulator, f"{V1}/jobs/{JOB}/results")
        job = factories.take_in(results.body.decode()).job
        triage.run(at=AT)
        Upstream.objects.update(
            base_url=f"{simulator.url}/talonic", credential=sealing.seal(KEYS[Vendor.TALONIC]), private=LOOPBACK
        )
        wanted = destinations.Wanted(name="B", outcomes=["approved"], upstream=job.upstream, way="corrections")
        job.upstream.refresh_from_db()
        destinations.add_write_back(slug="b", wanted=wanted, at=AT, by=trail.SYSTEM, via=VIA)
        task = Task.objects.filter(job=job).order_by("id").first()
        say(task, ana, "/total", "corrected", Number("4250.00"))
        decision = approve(task, ana, sign_off=True, reason="only the total matters")
        outbox.run(at=AT)
        run()
        document = next(one["document_id"] for one in results.json["data"] if one["id"] == task.key)
        extraction = get(simulator, f"{V1}/documents/{document}/extractions").json["data"][0]
        data = get(simulator, f"{V1}/extractions/{extraction['id']}/data").body.decode()
        assert simulator.broken == []
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.row_id) == ("delivered", decision.row_id), Attempt.objects.values().get()
    assert "total" in extraction["locked_fields"] and "4250.00" in data
    assert json.loads(delivery.body.text)["row_id"] == str(decision.row_id)
