"""What may a person do about a delivery? Try it again, give it up, try all dead ones of a destination again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from reviewapp.audit import trail
from reviewapp.audit.actions import Action

from .models import HOLDING, Delivery, Destination


class Refused(Exception):
    """Nothing was changed. `code`: in_flight (it is being sent at this moment), over (there is nothing to be done)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def try_again(*, delivery_id: int, at: datetime, by: trail.Actor, via: trail.Via) -> Delivery:
    """Due at once. One that lay dead begins its schedule anew; one that waited goes on in its own. Raises Refused."""
    with transaction.atomic():
        delivery = _held(delivery_id, at)
        if delivery.state not in HOLDING and (
            delivery.state != Delivery.State.DEAD or delivery.given_up_at is not None
        ):
            raise Refused("over")
        _revive(delivery, at=at)
        trail.record(_note(delivery, Action.DELIVERY_TRIED_AGAIN), at=at, by=by, via=via)
        return delivery


def give_up(*, delivery_id: int, at: datetime, by: trail.Actor, via: trail.Via) -> Delivery:
    """It is never sent any more, and later ones of its document wait for it no longer. Raises Refused."""
    with transaction.atomic():
        delivery = _held(delivery_id, at)
        if not delivery.holds_back:
            raise Refused("over")
        delivery.state, delivery.next_at, delivery.given_up_at = Delivery.State.DEAD, None, at
        # A worker that is slow beyond its lease may still be sending: what it finds is no longer written down.
        delivery.fence += 1
        delivery.save(update_fields=["state", "next_at", "given_up_at", "fence"])
        trail.record(_note(delivery, Action.DELIVERY_GIVEN_UP), at=at, by=by, via=via)
        return delivery


def replay(*, destination_id: int, at: datetime, by: trail.Actor, via: trail.Via) -> int:
    """Every dead delivery of the destination that nobody gave up is due at once; how many."""
    with transaction.atomic():
        destination = Destination.objects.get(pk=destination_id)
        dead = Delivery.objects.filter(destination=destination, state=Delivery.State.DEAD, given_up_at=None)
        count = dead.update(
            state=Delivery.State.PENDING, next_at=at, attempts=0, lease_until=None, leased_by="", fence=F("fence") + 1
        )
        if count:
            note = trail.Note(
                stream=f"destination:{destination.pk}",
                action=Action.DESTINATION_REPLAYED,
                object_type="destination",
                object_id=str(destination.pk),
                details={"destination": destination.slug, "deliveries": count},
            )
            trail.record(note, at=at, by=by, via=via)
        return count


def _held(delivery_id: int, at: datetime) -> Delivery:
    delivery: Delivery = (
        Delivery.objects.select_related("destination").select_for_update(of=("self",)).get(pk=delivery_id)
    )
    if delivery.lease_until is not None and delivery.lease_until > at:
        raise Refused("in_flight")
    return delivery


def _revive(delivery: Delivery, *, at: datetime) -> None:
    if delivery.state == Delivery.State.DEAD:
        delivery.state, delivery.attempts = Delivery.State.PENDING, 0
    delivery.next_at = at
    delivery.save(update_fields=["state", "attempts", "next_at"])


def _note(delivery: Delivery, action: Action) -> trail.Note:
    return trail.Note(
        stream=f"job:{delivery.job_id}",
        action=action,
        object_type="delivery",
        object_id=str(delivery.pk),
        job=delivery.job_id,
        details={
            "destination": delivery.destination.slug,
            "key": delivery.key,
            "row": str(delivery.row_id),
            "webhook_id": delivery.webhook_id,
        },
    )
