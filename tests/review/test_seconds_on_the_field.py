"""How long did a person look at a field? What the browser counted stands in the entry; what is no such number never refuses."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from reviewapp.audit.models import Entry
from reviewapp.review.models import Queue, Verdict
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = ["0", "0.0", "0.1", "3", "3.2", "59.9", "100", "86399.9", "86400", "86400.0"]
LEFT_OUT = [
    *("", " ", "3.25", "3.", ".5", "3,2", "-1", "+3", "1e3", "007", "00.5", "86400.1", "86401", "99999", "999999.9"),
    *("NaN", "Infinity", "0x10", "3.2 ", " 3.2", "3.2\n", "3.2\x00", "\x00", "٣", "３.２", "3.2<b>", "1" * 10_000),
]


@pytest.fixture
def queue() -> Queue:
    return factories.create_queue()


@pytest.fixture
def ana(queue: Queue) -> Client:
    return factories.sign_in(factories.create_user(username="ana", queues=[queue]))


def stored() -> dict[str, str]:
    """Path -> the seconds in the body of its entry."""
    bodies = [json.loads(bytes(one.body)) for one in Entry.objects.filter(action__startswith="review:field:")]
    return {one["path"]: one["seconds"] for one in bodies}


def test_a_number_of_seconds_is_kept_as_sent_and_anything_else_is_left_out_and_never_refused(ana: Client) -> None:
    sent = dict(enumerate([*KEPT, *LEFT_OUT]))
    task = factories.create_task(factories.unsiloed({f"f{at}": ("read", 0.3) for at in sent}))
    for at, seconds in sent.items():
        said = {"path": f"/f{at}", "kind": "corrected", "value": "true", "seen": "0", "seconds": seconds}
        assert ana.post(f"/tasks/{task.pk}/verdicts/", said).status_code == 302, repr(seconds)
    assert Verdict.objects.count() == len(sent), "no verdict is lost to a bad measurement"
    assert stored() == {f"/f{at}": seconds if seconds in KEPT else "" for at, seconds in sent.items()}


def test_a_page_without_script_sends_none(ana: Client) -> None:
    task = factories.create_task(factories.unsiloed({"name": ("read", 0.3), "date": ("2026-01-01", 0.3)}))
    page = ana.get(f"/tasks/{task.pk}/?field=/name").content.decode()
    assert '<input type="hidden" name="seconds" value="">' in page
    ana.post(f"/tasks/{task.pk}/verdicts/", {"path": "/name", "kind": "approved", "seen": "0", "seconds": ""})
    ana.post(f"/tasks/{task.pk}/verdicts/", {"path": "/date", "kind": "approved", "seen": "0"})
    assert stored() == {"/name": "", "/date": ""}
