"""Which queue takes a row, and what are its thresholds?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache

from reviewapp.results.models import Job

from . import rules, value_rules
from .models import Queue


def for_job(job: Job) -> Queue:
    """The first queue by position whose rule fits; else the default queue, made when there is none."""
    return chooser()(job)


def chooser() -> Callable[[Job], Queue]:
    """The same for many jobs, with the queues as they are now."""
    known = list(Queue.objects.filter(is_default=False).order_by("position", "id"))

    def choose(job: Job) -> Queue:
        for queue in known:
            if fits(queue, upstream=job.upstream.slug, kind=job.kind, schema_name=job.schema_name):
                return queue
        return default()

    return choose


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


def rules_of_values(queue: Queue) -> Sequence[value_rules.ValueRule]:
    """What must hold of the values of the queue's documents."""
    return _rules(queue.value_rules)


@lru_cache(maxsize=128)
def _rules(text: str) -> Sequence[value_rules.ValueRule]:
    return value_rules.from_text(text)
