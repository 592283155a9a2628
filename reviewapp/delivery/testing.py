"""Does a destination answer? A signed event that says nothing, or a look at the vendor's server; with its entry."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.extraction import jsontext
from reviewapp.upstreams import adapter, connecting, failures, http, sealing

from . import destinations, sending
from .models import Destination
from .schedule import Verdict
from .sending import Outcome

#: Somebody waits for it in front of a page.
LIMITS = http.Limits(seconds=10.0, body=http.WEBHOOK.body, tries=1, cut=True)


def send(
    *,
    destination_id: int,
    client: http.Client,
    at: datetime,
    by: trail.Actor,
    via: trail.Via,
    clients: sending.Clients = sending.client_of,
) -> Outcome:
    """Ask, say what came of it, and change nothing: a destination that refuses is not paused by a test."""
    destination = Destination.objects.select_related("upstream").get(pk=destination_id)
    try:
        outcome = _asked(destination, client=client, clients=clients, at=at)
    except sealing.Unopened as why:
        outcome = Outcome(Verdict.PAUSE, "sealed", str(why))
    except (failures.NotAllowed, ValueError):
        outcome = Outcome(Verdict.PAUSE, "not_configured", "the destination's settings cannot be used as they are")
    details: dict[str, trail.Plain] = {"destination": destination.slug, "code": outcome.code, "status": outcome.status}
    with transaction.atomic():
        trail.record(
            trail.Note(
                stream=f"destination:{destination.pk}",
                action=Action.DESTINATION_TESTED,
                object_type="destination",
                object_id=str(destination.pk),
                details=details,
            ),
            at=at,
            by=by,
            via=via,
        )
    return outcome


def _asked(destination: Destination, *, client: http.Client, clients: sending.Clients, at: datetime) -> Outcome:
    if destination.upstream is not None:
        to = connecting.to(destination.upstream, client=client)
        try:
            said = clients(destination.upstream.kind).probe(to, at=at)
        except adapter.UpstreamError as refused:
            return sending.refused(refused)
        return Outcome(Verdict.DELIVERED, "ok", "the vendor's server answered", answer=said)
    envelope = sending.Envelope(
        url=sealing.open_(destination.url),
        private=destination.private,
        secrets=destinations.secrets_of(destination),
        webhook_id=f"msg_{secrets.token_hex(16)}",
        body=jsontext.dump(
            {"type": "test.sent", "timestamp": trail.moment(at), "data": {"destination": destination.slug}}
        ),
    )
    return sending.webhook(envelope, client=client, limits=LIMITS, at=at)
