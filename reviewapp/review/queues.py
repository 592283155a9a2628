"""Which queue takes a row, and what are its thresholds?"""

from __future__ import annotations

import json
from decimal import Decimal

from reviewapp.results.models import Job

from . import rules
from .models import Queue


def for_job(job: Job) -> Queue:
    """The first queue by position whose rule fits; else the default queue, made when there is none."""
    for queue in Queue.objects.filter(is_default=False).order_by("position", "id"):
        if fits(queue, upstream=job.upstream.slug, kind=job.kind, schema_name=job.schema_name):
            return queue
    return default()


def default() -> Queue:
    """The queue that takes the rest."""
    queue, _ = Queue.objects.get_or_create(
        is_default=True, defaults={"slug": "everything-else", "name": "Everything else", "position": 1000}
    )
    return queue


def fits(queue: Queue, *, upstream: str, kind: str, schema_name: str) -> bool:
    """Does the queue's rule take such a job? An empty part takes everything."""
    return (
        queue.upstream in ("", upstream)
        and queue.kind in ("", kind)
        and queue.schema_name.casefold() in ("", schema_name.casefold())
    )


def thresholds(queue: Queue) -> rules.Thresholds:
    """The queue's numbers, exact."""
    return rules.Thresholds(
        threshold=Decimal(queue.threshold),
        grounding=Decimal(queue.grounding_threshold),
        fields={path: Decimal(text) for path, text in json.loads(queue.field_thresholds).items()},
        queues_no_confidence=queue.queues_no_confidence,
    )
