"""What does an answer, or none, say about the upstream itself? Its columns `trouble`, `troubles` and `held_until`.

One server that is down must cost one question at a time, however many of its jobs are due: after a failure that is the
server's, nothing is asked of it before `held_until`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.db.models import Q

from reviewapp.upstreams import adapter, connecting, http, sealing
from reviewapp.upstreams.clients import Connection
from reviewapp.upstreams.failures import CallFailed
from reviewapp.upstreams.models import Upstream
from reviewapp.work.models import Due
from reviewapp.work.pace import Uniform, backoff, not_before

D = TypeVar("D", bound=Due)

HOLD_FIRST, HOLD_LONGEST = 1.0, 300.0
#: How exactly it is known when an upstream last answered; a column that every poll wrote would be a write for nothing.
_ANSWERED_EVERY = timedelta(minutes=1)
#: What fails for every job alike: the credential, the account, the server, the way to it.
OF_THE_UPSTREAM = (
    adapter.AuthRefused,
    adapter.QuotaUsedUp,
    adapter.RateLimited,
    adapter.Unavailable,
    adapter.NotAllowed,
)


def askable(errands: models.QuerySet[D], *, at: datetime, through: str = "upstream") -> models.QuerySet[D]:
    """The errands whose upstream may be asked now. `through`: the way from the errand to it."""
    return errands.exclude(**{f"{through}__base_url": ""}).filter(
        Q(**{f"{through}__held_until": None}) | Q(**{f"{through}__held_until__lte": at}),
        **{f"{through}__paused": False},
    )


def connect(upstream: Upstream, *, client: http.Client) -> Connection:
    """The connection. Raises adapter.UpstreamError also for what is wrong with our own settings."""
    try:
        return connecting.to(upstream, client=client)
    except sealing.Unopened as error:
        raise adapter.AuthRefused(str(error)) from None
    except CallFailed as error:
        raise adapter.NotAllowed(str(error)) from None


def answered(upstream: Upstream, *, at: datetime) -> None:
    """It answered: whatever trouble there was is over."""
    recent = upstream.answered_at is not None and upstream.answered_at > at - _ANSWERED_EVERY
    if recent and not upstream.trouble and upstream.held_until is None:
        return
    _write(upstream, trouble="", trouble_code="", troubles=0, held_until=None, answered_at=at)


def failed(upstream: Upstream, failure: adapter.UpstreamError, *, at: datetime, uniform: Uniform) -> None:
    """It failed: when that is no matter of the one job, hold back the others for a while."""
    if not isinstance(failure, OF_THE_UPSTREAM):
        answered(upstream, at=at)
        return
    troubles = upstream.troubles + 1
    held_until = not_before(
        at + backoff(troubles, first=HOLD_FIRST, longest=HOLD_LONGEST, uniform=uniform), failure.retry_at
    )
    _write(upstream, trouble=str(failure), trouble_code=failure.code, troubles=troubles, held_until=held_until)


def forget_trouble(upstream: Upstream) -> None:
    """A person changed how it is reached: it may be asked at once."""
    _write(upstream, trouble="", trouble_code="", troubles=0, held_until=None)


def _write(upstream: Upstream, **columns: object) -> None:
    with transaction.atomic():
        Upstream.objects.filter(pk=upstream.pk).update(**columns)
    for name, value in columns.items():
        setattr(upstream, name, value)
