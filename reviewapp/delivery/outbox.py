"""Which rows are on their way where? What was handed to delivery -> one delivery for each destination that wants it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.results import chains, feed
from reviewapp.results.models import Final, Handoff, Job

from . import compose
from .models import Delivery, Destination

#: The relations that a body is made of.
_READ = ("row__job__upstream", "row__values", "row__facts", "row__base__values", "row__base__facts")


def run(*, at: datetime, limit: int = 1000) -> int:
    """Take up what was handed over, one transaction a document; how many deliveries that made. Safe beside other runs."""
    waiting = Handoff.objects.filter(to=Handoff.To.DELIVERY).order_by("id").values_list("row__job_id", "row__key")
    return sum(_take_up(job_id, key, at=at) for job_id, key in dict.fromkeys(waiting[:limit]))


def waits() -> bool:
    """Whether something is handed over that nobody has taken up."""
    return Handoff.objects.filter(to=Handoff.To.DELIVERY).exists()


def fill(
    *, destination_id: int, since: datetime, at: datetime, by: trail.Actor, via: trail.Via, limit: int = 1000
) -> int:
    """Put rows on their way that ended since then and that the destination never got, about `limit` at once, and say how
    many; asked again, it goes on.

    A document of which it has, or is getting, a later row is left out: a receiver never sees an older state after a newer.
    One transaction a document, and one entry at the end.
    """
    destination = Destination.objects.select_related("upstream").get(pk=destination_id)
    has = Delivery.objects.filter(destination=destination, final=OuterRef("pk"))
    missing = Final.objects.filter(~Exists(has), at__gte=since).order_by("id").values_list("row__job_id", "row__key")
    made = 0
    for job_id, key in dict.fromkeys(missing):
        if made >= limit:
            break
        with transaction.atomic():
            _lock(job_id)
            newest = Delivery.objects.filter(destination=destination, order_key=order_key(job_id, key))
            last = newest.order_by("-final").values_list("final", flat=True).first() or 0
            finals = Final.objects.filter(row__job=job_id, row__key=key, at__gte=since, pk__gt=last)
            made += _queue(
                list(finals.select_related(*_READ).order_by("id")), [destination], job_id, at=at, earlier=True
            )
    with transaction.atomic():
        trail.record(
            trail.Note(
                stream=f"destination:{destination.pk}",
                action=Action.DESTINATION_FILLED,
                object_type="destination",
                object_id=str(destination.pk),
                details={"destination": destination.slug, "since": trail.moment(since), "deliveries": made},
            ),
            at=at,
            by=by,
            via=via,
        )
    return made


def order_key(job_id: int, key: str) -> str:
    """What is delivered in order: one document of one job."""
    return f"{job_id}:{key}"


def wants(destination: Destination, final: Final) -> bool:
    """Whether rows like this one go there at all."""
    slug = final.row.job.upstream.slug
    if destination.kind == Destination.Kind.WRITE_BACK:
        # A vendor takes back what it read itself, and only what a person said of it.
        if destination.upstream_id != final.row.job.upstream_id or final.outcome == Final.Outcome.PASSED:
            return False
    else:
        upstreams = json.loads(destination.upstreams)
        if upstreams and slug not in upstreams:
            return False
    return final.outcome in json.loads(destination.outcomes)


def _take_up(job_id: int, key: str, *, at: datetime) -> int:
    with transaction.atomic():
        # Two workers with two rows of one document would otherwise commit them in either order.
        _lock(job_id)
        handed = Handoff.objects.filter(to=Handoff.To.DELIVERY, row__job=job_id, row__key=key)
        found = dict(handed.values_list("id", "row_id"))
        if not found:
            return 0
        finals = Final.objects.filter(row__in=set(found.values())).select_related(*_READ).order_by("id")
        made = _queue(list(finals), _open_destinations(), job_id, at=at)
        Handoff.objects.filter(pk__in=list(found)).delete()
        return made


def _lock(job_id: int) -> None:
    Job.objects.select_for_update().filter(pk=job_id).values_list("pk", flat=True).get()


def _open_destinations() -> list[Destination]:
    return list(Destination.objects.exclude(state=Destination.State.DISABLED).order_by("id"))


def _queue(
    finals: Sequence[Final], destinations: Sequence[Destination], job_id: int, *, at: datetime, earlier: bool = False
) -> int:
    """`earlier`: rows that ended before the destination was there go to it too."""
    there = set(Delivery.objects.filter(final__in=[one.pk for one in finals]).values_list("destination_id", "final_id"))
    decided = feed.decisions(finals) if destinations else {}
    name = chains.document_name(finals[-1].row) if finals else ""
    notes = []
    made = 0
    for final in finals:
        wanted = [
            one
            for one in destinations
            if (earlier or final.pk > one.starts_after) and (one.pk, final.pk) not in there and wants(one, final)
        ]
        queued = [_deliver(final, decided, one, name=name, at=at) for one in wanted]
        made += len(queued)
        if queued:
            notes.append(_note(final, wanted, queued, job_id))
    if notes:
        trail.record(*notes, at=at, by=trail.SYSTEM)
    return made


def _deliver(final: Final, decided: feed.Decisions, destination: Destination, *, name: str, at: datetime) -> Delivery:
    sends = True
    try:
        text = compose.body(final, decided, destination)
    except chains.Erased:
        sends, text = False, ""
    delivery = Delivery(
        destination=destination,
        final=final,
        row_id=final.row_id,
        job_id=final.row.job_id,
        order_key=order_key(final.row.job_id, final.row.key),
        document_name=name,
        webhook_id=f"msg_{secrets.token_hex(16)}",
        body=content.keep(type="json", text=text),
        state=Delivery.State.PENDING if sends else Delivery.State.NOT_ACCEPTED,
        next_at=at if sends else None,
        last_code="" if sends else "erased",
        last_error="" if sends else "the row was erased before it was sent",
        queued_at=at,
    )
    delivery.save(force_insert=True)
    return delivery


def _note(final: Final, destinations: Sequence[Destination], queued: Sequence[Delivery], job_id: int) -> trail.Note:
    return trail.Note(
        stream=f"job:{job_id}",
        action=Action.DELIVERY_QUEUED,
        object_type="row",
        object_id=str(final.row_id),
        job=job_id,
        details={
            "outcome": str(final.outcome),
            "key": final.row.key,
            "destinations": [one.slug for one in destinations],
            "webhook_ids": [one.webhook_id for one in queued],
            "bodies": [one.body.commitment for one in queued],
        },
    )
