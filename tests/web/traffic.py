"""What is on its way in and out, in every state that a page can show: errands, documents handed in, deliveries, workers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from reviewapp.audit import trail
from reviewapp.delivery import destinations, retrying
from reviewapp.delivery.models import Delivery
from reviewapp.documents.models import Document
from reviewapp.extraction.model import Kind
from reviewapp.intake.models import Pull, SourceFile, Submission
from reviewapp.results.models import Job
from reviewapp.upstreams import sealing
from reviewapp.upstreams.models import Upstream
from reviewapp.work import workers
from tests import factories
from tests.delivery.receiver import create_destination, deliveries, in_turn, receiving, run
from tests.factories import AT, VIA

HOST = "api.example.com"
NO_ANSWER = f"{HOST}: answered 503 and asks to wait until 2026-01-01 00:00:00 UTC"
NOT_FETCHED = "the file could not be fetched: files.example.com: no connection is made to 10.0.0.1: private (RFC 1918)"


def of(job: Job, *, at: datetime) -> Mapping[str, object]:
    """Everything of it, some at the job given; the parts of addresses."""
    live = _upstream("angebunden", Kind.TALONIC, answered_at=at, lists=True, webhook_secrets=sealing.seal('["geheim"]'))
    _upstream("neu", Kind.LLAMACLOUD)
    troubled = _upstream(
        "gestoert",
        Kind.UNSILOED_EXTRACT,
        trouble=f"{HOST} cannot answer now (503)",
        held_until=at + timedelta(minutes=1),
    )
    paused = _upstream("pausiert", Kind.UNSILOED_EXTRACT, paused=True)
    for state in Pull.State.values:
        _pull(live, state, at=at)
    _pull(job.upstream, "settled", at=at, known_job=job, last_error=NO_ANSWER)
    for state in SourceFile.State.values:
        due = {"next_at": at, "attempts": 1, "last_error": NOT_FETCHED} if state == "waiting" else {}
        SourceFile.objects.create(job=job, file_id=state, state=state, since=at, tried_at=at, **due)
    _hand_in(live, at=at)
    workers.begin(name="eins", at=at)
    workers.begin(name="zwei", at=at - timedelta(minutes=5))
    workers.begin(name="drei", at=at)
    workers.end(name="drei", at=at)
    return {"live": live.slug, "troubled": troubled.slug, "paused": paused.slug, **_sent(live)}


def _upstream(slug: str, kind: Kind, **columns: object) -> Upstream:
    made = factories.create_upstream(slug=slug, kind=kind)
    reached = {"name": slug, "base_url": "https://api.example.com", "credential": sealing.seal("x" * 20)}
    Upstream.objects.filter(pk=made.pk).update(**reached, **columns)
    made.refresh_from_db()
    return made


def _pull(upstream: Upstream, state: str, *, at: datetime, **columns: object) -> Pull:
    due = {"next_at": at + timedelta(minutes=1), "attempts": 1, "last_error": NO_ANSWER} if state == "waiting" else {}
    said = {"origin": "named", "since": at, "changed_at": at, "tried_at": at, "state": state, **due, **columns}
    return Pull.objects.create(upstream=upstream, job_id=f"nr-{state}", **said)


def _hand_in(upstream: Upstream, *, at: datetime) -> None:
    document = Document.objects.create(
        sha256="0" * 64, size=9, media_type="application/pdf", state="ready", page_count=1, created_at=at
    )
    rest = {
        "waiting": {"next_at": at},
        "done": {"pull": Pull.objects.get(upstream=upstream, state="stalled")},
        "blocked": {"blocked": "pii"},
        "refused": {"last_error": f"{HOST} refuses the request (422): Seite fehlt"},
    }
    for state in Submission.State.values:
        Submission.objects.create(
            upstream=upstream,
            document=document,
            name="datei.pdf",
            key=uuid.uuid4(),
            state=state,
            since=at,
            **rest[state],
        )


def _sent(upstream: Upstream) -> Mapping[str, object]:
    """One delivered, one dead with one behind it, one given up, one that is tried again; destinations in every state."""
    by = {"at": AT, "by": trail.SYSTEM, "via": VIA}
    with receiving(in_turn(422, 422, 200, 500)) as receiver:
        books = create_destination(receiver.url, slug="buecher")
        deliveries(documents=4, each=2)
        for _ in range(4):
            run(limit=1)
    found = {state: Delivery.objects.filter(state=state).order_by("id") for state in Delivery.State.values}
    dead, given_up = list(found["dead"])
    retrying.give_up(delivery_id=given_up.pk, **by)
    destinations.rotate_secret(destination_id=books.pk, **by)
    still = create_destination(slug="still")
    destinations.pause(destination_id=still.pk, reason="Umzug", **by)
    off = create_destination(slug="aus")
    destinations.disable(destination_id=off.pk, reason="Umzug", **by)
    back = destinations.Wanted(name="Zurueck", outcomes=["approved"], upstream=upstream, way="corrections")
    destinations.add_write_back(slug="zurueck", wanted=back, **by)
    retried = found["retrying"].get()
    behind = found["pending"].get(order_key=dead.order_key)
    parts = {"sent": found["delivered"].get(), "dead": dead, "given_up": given_up, "retried": retried, "behind": behind}
    return {name: delivery.pk for name, delivery in parts.items()}
