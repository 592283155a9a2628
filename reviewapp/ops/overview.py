"""What is due, running and failing, and who is at work? The figures of the work page, and the rows behind its troubles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import models
from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy as _

from reviewapp.delivery.models import Delivery, Destination
from reviewapp.extraction.model import JobStatus
from reviewapp.intake.models import Listing, Pull, SourceFile, Submission
from reviewapp.results.models import Handoff
from reviewapp.work import workers
from reviewapp.work.models import Due, Worker

D = TypeVar("D", bound=Due)

#: So many rows in trouble are shown of each kind; the counts say how many there are.
SHOWN = 20
GROWING = (JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Errands:
    """One kind of work. `due`: it could begin now; `running`; `later`; `failing`: its last try failed and another
    comes; `stuck`: no other comes unless a person asks; `since`: how long the longest due has been due."""

    name: object
    due: int
    running: int
    later: int
    failing: int
    stuck: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """One errand whose last try failed. `job`: our id, to link to; None when it has none yet."""

    name: object
    about: str
    upstream: str
    attempts: int
    error: str
    next_at: datetime | None
    job: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    errands: Sequence[Errands]
    troubles: Sequence[Trouble]
    workers: Sequence[tuple[Worker, bool]]

    @property
    def alive(self) -> int:
        """How many workers live."""
        return sum(lives for _, lives in self.workers)


def of(*, at: datetime) -> Overview:
    """How the work stands at `at`."""
    lives = {worker.pk for worker in workers.alive(at=at)}
    return Overview(
        errands=[
            _errands(_("Documents to hand in"), Submission.objects.all(), at=at, lost=["refused", "blocked"]),
            _errands(_("Upstreams to look at for new jobs"), Listing.objects.all(), at=at),
            _errands(_("Jobs to ask for"), Pull.objects.filter(dismissed_at=None), at=at, lost=["refused", "gone"]),
            _errands(_("Documents to fetch"), SourceFile.objects.all(), at=at, lost=["refused"]),
            _handed(_("Rows to triage"), Handoff.To.REVIEW),
            _handed(_("Rows to put on their way"), Handoff.To.DELIVERY),
            _errands(_("Rows to deliver"), _on_their_way(), at=at, lost=["dead"]),
        ],
        troubles=_troubles(),
        workers=[(worker, worker.pk in lives) for worker in workers.known(at=at)],
    )


def _errands(name: object, rows: models.QuerySet[D], *, at: datetime, lost: Sequence[str] = ()) -> Errands:
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    due = Q(next_at__lte=at) & free
    counts = {
        "due": Count("pk", filter=due),
        "running": Count("pk", filter=Q(lease_until__gt=at)),
        "later": Count("pk", filter=Q(next_at__gt=at) & free),
        "failing": Count("pk", filter=Q(attempts__gt=0, next_at__isnull=False)),
        "since": Min("next_at", filter=due),
    }
    if lost:
        counts["stuck"] = Count("pk", filter=Q(state__in=lost))
    return Errands(name=name, **{"stuck": 0, **rows.aggregate(**counts)})


def _handed(name: object, to: Handoff.To) -> Errands:
    waiting = Handoff.objects.filter(to=to)
    # Rows of a job that still grows wait until it has ended.
    growing = Q(row__job__status__in=GROWING) if to == Handoff.To.REVIEW else Q(pk__in=[])
    counted = waiting.aggregate(later=Count("pk", filter=growing), all=Count("pk"))
    due = counted["all"] - counted["later"]
    return Errands(name=name, due=due, running=0, later=counted["later"], failing=0, stuck=0, since=None)


def _on_their_way() -> models.QuerySet[Delivery]:
    """Deliveries that are to be sent or that nobody sends any more; those of a stopped destination wait for a person."""
    unsent = Q(next_at__isnull=False) | Q(state=Delivery.State.DEAD, given_up_at=None)
    return Delivery.objects.filter(unsent, destination__state=Destination.State.ACTIVE)


def _troubles() -> list[Trouble]:
    failing = Q(attempts__gt=0, next_at__isnull=False) | Q(state="refused")
    pulls = Pull.objects.select_related("upstream").filter(failing | Q(state="gone"), dismissed_at=None)
    files = SourceFile.objects.select_related("job__upstream").filter(failing)
    sent = Submission.objects.select_related("upstream").filter(failing | Q(state="blocked"))
    sends = _on_their_way().filter(attempts__gt=0).select_related("destination", "job")
    looks = Listing.objects.select_related("upstream").filter(attempts__gt=0)
    return [
        *(
            _trouble(_("asking for a job"), one, one.job_id, one.upstream.name, one.known_job_id)
            for one in _last(pulls)
        ),
        *(_trouble(_("fetching a document"), one, one.name, one.job.upstream.name, one.job_id) for one in _last(files)),
        *(_trouble(_("handing in"), one, one.name, one.upstream.name, None) for one in _last(sent)),
        *(_trouble(_("looking for jobs"), one, "", one.upstream.name, None) for one in _last(looks)),
        *(_trouble(_("delivering"), one, one.name, one.destination.name, one.job_id) for one in _last(sends)),
    ]


def _last(rows: models.QuerySet[D]) -> models.QuerySet[D]:
    return rows.order_by("-tried_at")[:SHOWN]


def _trouble(name: object, one: Due, about: str, upstream: str, job: int | None) -> Trouble:
    said = getattr(one, "blocked", "") or one.last_error
    return Trouble(name, about, upstream, one.attempts, said, one.next_at, job)
