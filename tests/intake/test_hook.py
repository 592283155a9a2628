"""The address for webhooks: whoever is not believed learns nothing, and a repetition is answered like the first."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from reviewapp.intake import receiving
from reviewapp.intake.models import Event, Pull
from reviewapp.upstreams.models import Upstream

from .scripted import Scripted

pytestmark = pytest.mark.django_db
BODY = json.dumps({"event": "extract.success", "job": "j1"})


def post(slug: str = "live", signature: str = "newest", body: str = BODY) -> tuple[int, dict[str, str]]:
    response = Client(enforce_csrf_checks=True).post(
        f"/hooks/{slug}/", body, content_type="application/json", headers={"x-signature": signature, "x-delivery": "d1"}
    )
    return response.status_code, response.json()


def test_a_signed_webhook_is_heard_once(live: Upstream, vendor: Scripted) -> None:
    assert post() == (200, {"heard": "now"})
    assert post() == (200, {"heard": "before"})
    assert (Event.objects.count(), Pull.objects.get().job_id) == (1, "j1")


def test_a_bad_signature_and_an_unknown_upstream_look_the_same(live: Upstream, vendor: Scripted) -> None:
    assert post(signature="bad") == post(slug="no-such") == (401, {"detail": "the signature is not good"})
    assert not Event.objects.exists()


def test_a_huge_body_is_not_read(live: Upstream, vendor: Scripted) -> None:
    assert post(body="x" * (receiving.MAX_BYTES + 1))[0] == 413


def test_it_is_posted_to_alone(live: Upstream, vendor: Scripted) -> None:
    assert Client().get("/hooks/live/").status_code == 405
