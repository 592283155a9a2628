"""How is an attempt written down? The attempt, the delivery's state, its destination's and the entry, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.work import leases

from . import destinations, schedule
from .models import Attempt, Delivery, Destination
from .schedule import Verdict
from .sending import Outcome

logger = logging.getLogger(__name__)


def write_down(
    lease: leases.Lease[Delivery],
    outcome: Outcome,
    *,
    at: datetime,
    uniform: Callable[[float, float], float],
    factor: float = 1.0,
) -> bool:
    """Write one attempt down: the attempt, the delivery's state, its destination's, the entry. False: the lease was lost,
    another worker has the delivery, and nothing of this is saved."""
    delivery = lease.row
    state, next_at = _state_after(delivery, outcome, at=at, uniform=uniform, factor=factor)
    keeps_its_count = outcome.verdict in (Verdict.PAUSE, Verdict.DISABLE)
    also = {"state": state, "tries": delivery.tries + 1}
    if keeps_its_count:
        also["attempts"] = delivery.attempts
    if state == Delivery.State.DELIVERED:
        also["delivered_at"] = at
    failed = state != Delivery.State.DELIVERED
    try:
        with transaction.atomic():
            leases.settle(
                lease, at=at, next_at=next_at, failed=failed, code=outcome.code, error=outcome.sentence, also=also
            )
            attempt = _attempt(delivery, outcome, at=at)
            notes = [_note(delivery, attempt, state), *_about_destination(delivery, outcome, at=at)]
            trail.record(*notes, at=at, by=trail.SYSTEM)
    except leases.Lost:
        logger.info("delivery %s was taken by another worker; its attempt is not written down", delivery.webhook_id)
        return False
    return True


def _state_after(
    delivery: Delivery, outcome: Outcome, *, at: datetime, uniform: Callable[[float, float], float], factor: float
) -> tuple[str, datetime | None]:
    match outcome.verdict:
        case Verdict.DELIVERED:
            return Delivery.State.DELIVERED, None
        case Verdict.NOT_ACCEPTED:
            return Delivery.State.NOT_ACCEPTED, None
        case Verdict.PAUSE | Verdict.DISABLE:
            return delivery.state, at
        case Verdict.RETRY:
            next_at = schedule.next_at(
                delivery.attempts + 1, at=at, asked=outcome.asked, uniform=uniform, factor=factor
            )
            return (Delivery.State.DEAD if next_at is None else Delivery.State.RETRYING), next_at
    return Delivery.State.DEAD, None


def _attempt(delivery: Delivery, outcome: Outcome, *, at: datetime) -> Attempt:
    attempt = Attempt(
        delivery=delivery,
        number=delivery.tries + 1,
        at=at,
        seconds=Decimal(str(round(min(outcome.seconds, 99_999.0), 3))),
        status=outcome.status,
        code=outcome.code[:32],
        sentence=outcome.sentence,
        answer=content.keep(type="text", text=outcome.answer) if outcome.answer else None,
    )
    attempt.save(force_insert=True)
    return attempt


_ACTS = {
    Delivery.State.DELIVERED: Action.DELIVERY_PUSHED,
    Delivery.State.NOT_ACCEPTED: Action.DELIVERY_NOT_ACCEPTED,
    Delivery.State.DEAD: Action.DELIVERY_DEAD,
}


def _note(delivery: Delivery, attempt: Attempt, state: str) -> trail.Note:
    return trail.Note(
        stream=f"job:{delivery.job_id}",
        action=_ACTS.get(Delivery.State(state), Action.DELIVERY_FAILED),
        object_type="delivery",
        object_id=str(delivery.pk),
        job=delivery.job_id,
        details={
            "destination": delivery.destination.slug,
            "key": delivery.key,
            "row": str(delivery.row_id),
            "body": delivery.body.commitment,
            "webhook_id": delivery.webhook_id,
            "attempt": attempt.number,
            "code": attempt.code,
            "status": attempt.status,
        },
    )


def _about_destination(delivery: Delivery, outcome: Outcome, *, at: datetime) -> list[trail.Note]:
    """A receiver that refuses our key, or says that it is gone, gets nothing more until a person has looked."""
    states = {Verdict.PAUSE: Destination.State.PAUSED, Verdict.DISABLE: Destination.State.DISABLED}
    state = states.get(outcome.verdict)
    if state is None:
        return []
    note = destinations.stop(
        destination=delivery.destination, state=state, reason=outcome.sentence, code=outcome.code, at=at
    )
    return [note] if note is not None else []
