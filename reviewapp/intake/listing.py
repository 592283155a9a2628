"""Which jobs does an upstream have that we do not know? Its list is read from the newest on until a page brings nothing new."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from reviewapp.extraction.model import Kind
from reviewapp.results.models import Job
from reviewapp.upstreams import adapter, http, registry
from reviewapp.upstreams.clients import Connection
from reviewapp.upstreams.models import Upstream
from reviewapp.work import leases
from reviewapp.work.pace import Uniform, backoff, not_before

from . import pulling, troubles
from .models import Listing, Pull

EVERY = timedelta(seconds=60)
FIRST, LONGEST = 10.0, 600.0
#: One look reads at most so many pages; what lies behind them is found by the next looks, because these are known then.
PAGES = 40
LEASE_SECONDS = 30.0 * PAGES + 60.0


def arrange(upstream: Upstream, *, at: datetime) -> None:
    """Begin or end looking for jobs, as the upstream's column `lists` says. Call it in the transaction that changed it."""
    wanted = upstream.lists and registry.client(Kind(upstream.kind)).can.lists_jobs
    if wanted:
        Listing.objects.update_or_create(upstream=upstream, defaults={"next_at": at, "attempts": 0})
    else:
        Listing.objects.filter(upstream=upstream).update(next_at=None)


def hasten(upstream: Upstream, *, at: datetime) -> None:
    """Something is new there: look now, where new jobs are looked for at all."""
    with transaction.atomic():
        Listing.objects.filter(upstream=upstream, next_at__gt=at).update(next_at=at)


def step(*, at: datetime, client: http.Client, worker: str, uniform: Uniform) -> bool:
    """Look at one upstream whose time has come. False: none had."""
    due = troubles.askable(Listing.objects.select_related("upstream"), at=at)
    taken = leases.take(due, at=at, worker=worker, seconds=LEASE_SECONDS)
    for lease in taken:
        _look(lease, at=at, client=client, uniform=uniform)
    return bool(taken)


def _look(lease: leases.Lease[Listing], *, at: datetime, client: http.Client, uniform: Uniform) -> None:
    upstream = lease.row.upstream
    try:
        found = _read(upstream, troubles.connect(upstream, client=client), at=at)
    except adapter.UpstreamError as failure:
        troubles.failed(upstream, failure, at=at, uniform=uniform)
        wait = backoff(lease.row.attempts + 1, first=FIRST, longest=LONGEST, uniform=uniform)
        leases.settle(
            lease,
            at=at,
            next_at=not_before(at + wait, failure.retry_at),
            failed=True,
            code=failure.code,
            error=str(failure),
        )
        return
    troubles.answered(upstream, at=at)
    also = {"found_at": at} if found else {}
    leases.settle(lease, at=at, next_at=at + EVERY * uniform(0.8, 1.0), also=also)


def _read(upstream: Upstream, to: Connection, *, at: datetime) -> int:
    """How many new jobs were found. Each page's are kept before the next page is asked for."""
    vendor = registry.client(Kind(upstream.kind))
    cursor, found = "", 0
    for _ in range(PAGES):
        page = vendor.list_jobs(to, cursor=cursor, at=at)
        fresh = _unknown(upstream, page.job_ids)
        with transaction.atomic():
            for job_id in fresh:
                pulling.wake(upstream=upstream, job_id=job_id, origin=Pull.Origin.LISTED, at=at)
        found += len(fresh)
        if not fresh or not page.cursor or page.cursor == cursor:
            break
        cursor = page.cursor
    return found


def _unknown(upstream: Upstream, job_ids: tuple[str, ...]) -> list[str]:
    asked_for = set(Pull.objects.filter(upstream=upstream, job_id__in=job_ids).values_list("job_id", flat=True))
    kept = set(Job.objects.filter(upstream=upstream, job_id__in=job_ids).values_list("job_id", flat=True))
    return [job_id for job_id in dict.fromkeys(job_ids) if job_id not in asked_for | kept]
