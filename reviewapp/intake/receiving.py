"""What does a webhook of an upstream do? Its signature is checked; then it says only that a job is worth a look.

Nothing that it carries is ever taken for a result: it may be old, repeated or out of order. The same event twice is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from reviewapp.extraction.model import Kind
from reviewapp.upstreams import connecting, registry, sealing
from reviewapp.upstreams.clients import BadSignature
from reviewapp.upstreams.models import Upstream

from . import listing, pulling
from .models import Event, Pull

#: A webhook that says which job it is about needs no more.
MAX_BYTES = 1024 * 1024


class NotHeard(Exception):
    """The webhook was not believed; nothing was kept."""


def hear(*, upstream: Upstream, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """Take a webhook up: its job is asked for, or new jobs are looked for when it names none. `headers` by lower-case
    names. False: it was heard before. Raises NotHeard."""
    vendor = registry.client(Kind(upstream.kind))
    try:
        secrets = connecting.secrets_of(upstream)
    except sealing.Unopened:
        secrets = ()
    if not vendor.can.sends_webhooks or not secrets or not upstream.base_url:
        raise NotHeard("webhooks are not set up for this upstream")
    try:
        event = vendor.event(headers, body, secrets)
    except BadSignature as error:
        raise NotHeard(str(error)) from error
    delivery_id = event.delivery_id or hashlib.sha256(body).hexdigest()
    with transaction.atomic():
        _, new = Event.objects.get_or_create(
            upstream=upstream,
            delivery_id=delivery_id[:200],
            defaults={"name": event.name[:100], "job_id": event.job_id[:200], "at": at},
        )
        if new and event.job_id:
            pulling.wake(upstream=upstream, job_id=event.job_id, origin=Pull.Origin.EVENT, at=at)
        elif new:
            listing.hasten(upstream, at=at)
    return new
