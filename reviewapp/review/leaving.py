"""What happens to the hold when its person leaves the page? It ends soon, unless the page comes back.

A browser cannot say whether a page is left for good or only loaded again. So leaving cuts the lease short instead of ending
it: a page that is loaded again, or the same person's other tab, lengthens it in time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from reviewapp.accounts.models import User
from reviewapp.audit import trail
from reviewapp.audit.actions import Action

from . import claims
from .models import Task

GRACE = timedelta(seconds=30)
_HELD = (Task.State.OPEN, Task.State.ESCALATED)


def leave(*, task_id: int, fence: int, user: User, at: datetime, via: trail.Via) -> bool:
    """The page with this fence was left: the hold ends after a short grace, with an entry as for giving it back.

    False, and nothing happens, when that hold is no more: decided, given back, or taken anew. Verdicts stay.
    """
    with transaction.atomic():
        held = Task.objects.filter(pk=task_id, holder=user, fence=fence, state__in=_HELD, lease_until__gt=at + GRACE)
        if held.update(lease_until=at + GRACE) != 1:
            return False
        details: dict[str, trail.Plain] = {"holder": str(user), "until": trail.moment(at + GRACE)}
        claims.note(_task(task_id), Action.TASK_RELEASED, user=user, at=at, via=via, details=details)
        return True


def in_sight(*, task_id: int, user: User, at: datetime, via: trail.Via) -> bool:
    """The page is in front of its person: lengthen their lease. One that was cut short is held again, with an entry.

    False when it is not theirs; nothing is claimed.
    """
    with transaction.atomic():
        cut = Task.objects.filter(pk=task_id, holder=user, lease_until__lte=at + GRACE).exists()
        if not claims.renew(task_id=task_id, user=user, at=at):
            return False
        if cut:
            details: dict[str, trail.Plain] = {"until": trail.moment(at + claims.LEASE)}
            claims.note(_task(task_id), Action.TASK_CLAIMED, user=user, at=at, via=via, details=details)
        return True


def _task(task_id: int) -> Task:
    return Task.objects.only("job").get(pk=task_id)
