"""Deliveries: which rows are on their way out, what came of each attempt, and trying one again for a person."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from reviewapp.accounts import actors
from reviewapp.accounts.models import Scope
from reviewapp.api.compat import answers
from reviewapp.audit.trail import moment
from reviewapp.delivery import browse, retrying
from reviewapp.delivery.models import Attempt, Delivery
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json, Number

from . import callers, delivery_shapes, errors, idempotency, paging, posts, shapes, trees
from .declared import reads, writes

router = Router(auth=callers.Key(Scope.DELIVERIES_READ))
again = Router(auth=callers.Key(Scope.DELIVERIES_WRITE))

#: A delivery is tried some ten times; people may have it tried ever again.
_MOST_ATTEMPTS = 100
#: How these attempts end is told in words of their own: the sentence names the destination's host or address.
_SENTENCES = {
    "not_allowed": "our own rules refuse the address",
    "untrusted": "no TLS connection that can be trusted",
}


@router.get(
    "/deliveries",
    response=reads(delivery_shapes.Deliveries),
    operation_id="listDeliveries",
    summary="List deliveries",
)
def deliveries(
    request: HttpRequest,
    destination: Annotated[
        str, Query(pattern=r"^[^\x00]*$", max_length=64, description="The destination's short name.")
    ] = "",
    state: Annotated[delivery_shapes.State | None, Query(description="Where they stand.")] = None,
    job: Annotated[str, Query(pattern=r"^[0-9]{0,18}$", description="Our id of their job.")] = "",
    after: paging.Number = "",
    limit: paging.Limit = 100,
) -> HttpResponse:
    """Those of rows of the key's upstreams, the newest first. `dead` ones hold back the later rows of their document until
    somebody tries them again or gives them up: then they are `given_up`."""
    found = callers.of(request).deliveries()
    if destination:
        found = found.filter(destination__slug=destination)
    if state:
        found = found.standing(state)
    if job:
        found = found.filter(job=int(job))
    if after:
        found = found.filter(pk__lt=paging.number(after))
    shown, more = paging.cut(list(found.order_by("-id")[: limit + 1]), limit)
    next = str(shown[-1].pk) if more else ""
    return answers.json_response(paging.page([_delivery(one) for one in shown], next))


@router.get(
    "/deliveries/{id}",
    response=reads(delivery_shapes.DeliveryWithAttempts),
    operation_id="getDelivery",
    summary="One delivery with its attempts",
)
def delivery(request: HttpRequest, id: Path[shapes.Id]) -> HttpResponse:
    """How each attempt ended, the newest 100. What the other side said is on the desk's page alone."""
    one = callers.of(request).delivery(id)
    earlier = browse.waits_for(one)
    made = Attempt.objects.filter(delivery=one).order_by("-number")[:_MOST_ATTEMPTS]
    told = {
        **_delivery(one),
        "waits_for": None if earlier is None else str(earlier.pk),
        "attempts": [_attempt(attempt) for attempt in made],
    }
    return answers.json_response(told)


@again.post(
    "/deliveries/{id}/retry",
    response=writes(delivery_shapes.Delivery),
    operation_id="retryDelivery",
    summary="Try a delivery again",
)
def retry(request: HttpRequest, id: Path[shapes.Id]) -> HttpResponse:
    """The very same is due at once: a dead one begins its schedule anew, one that waits goes on in its own.
    409 `in_flight`: it is being sent at this moment; 409 `over`: it was delivered, not
    accepted, or given up."""
    caller = callers.of(request)
    by = actors.person(caller.person)

    def done() -> idempotency.Answer:
        with errors.in_words(), transaction.atomic():
            retrying.try_again(delivery_id=caller.delivery(id).pk, at=caller.at, by=by, via=caller.via)
            return idempotency.Answer(200, jsontext.dump(_delivery(caller.delivery(id))))

    return posts.answer(request, caller, act=done)


def _delivery(one: Delivery) -> dict[str, Json]:
    return {
        "id": str(one.pk),
        "destination": {"slug": one.destination.slug, "name": one.destination.name},
        "state": one.standing,
        "webhook_id": one.webhook_id,
        "upstream": one.job.upstream.slug,
        "kind": one.job.kind,
        "job": str(one.job_id),
        "job_id": one.job.job_id,
        "key": one.key,
        "document_name": one.document_name,
        "row_id": str(one.row_id),
        "outcome": str(one.final.outcome),
        "tries": trees.whole(one.tries),
        "queued_at": moment(one.queued_at),
        "next_at": trees.when(one.next_at),
        "delivered_at": trees.when(one.delivered_at),
        "given_up_at": trees.when(one.given_up_at),
    }


def _attempt(one: Attempt) -> Json:
    return {
        "number": trees.whole(one.number),
        "at": moment(one.at),
        "seconds": Number(format(one.seconds, "f")),
        "status": trees.whole(one.status),
        "code": one.code,
        "sentence": _SENTENCES.get(one.code, one.sentence),
    }
