"""Where does a payload go that is no result? Into Rejected, whole, with the reason, for supervisors to see."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from django.db import transaction

from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.upstreams import presigned

from .models import Rejected


def keep(
    *,
    data: bytes,
    name: str,
    code: str,
    message: str,
    at: datetime,
    upstream: str = "",
    by: trail.Actor = trail.SYSTEM,
    via: trail.Via = trail.Via(),
) -> Rejected:
    """Keep refused bytes; the same bytes under the same name are kept once. Presigned queries are cut here as well."""
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        known = Rejected.objects.filter(sha256=sha256, name=name[:500]).first()
        if known is not None:
            return known
        rejected = Rejected.objects.create(
            at=at,
            upstream=upstream,
            name=name[:500],
            code=code,
            message=message[:2000],
            sha256=sha256,
            content=content.keep(**_as_text(data)),
        )
        trail.record(
            trail.Note(
                stream="intake",
                action=Action.PAYLOAD_REJECTED,
                object_type="rejected",
                object_id=str(rejected.pk),
                new=rejected.content,
                details={"code": code, "sha256": sha256, "upstream": upstream},
            ),
            at=at,
            by=by,
            via=via,
        )
        return rejected


def _as_text(data: bytes) -> dict[str, str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return {"type": "base64", "text": base64.b64encode(data).decode()}
    # PostgreSQL keeps no NUL in a text.
    if "\0" in text:
        return {"type": "base64", "text": base64.b64encode(data).decode()}
    return {"type": "text", "text": presigned.cut(text)}
