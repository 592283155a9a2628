"""What is due at a moment, and which workers are there? A row is its own message: it says when it is due and who has it."""

from __future__ import annotations

from django.db import models


class Due(models.Model):
    """Something to be done from `next_at` on, by one worker at a time; None: nothing is to be done any more.

    `attempts`: tries in a row that did not succeed. `last_code` and `last_error`: how the last of them ended, in our words
    and in a sentence. `lease_until`, `leased_by`: who does it now; `fence` counts the leases, so that a worker that lost
    its own writes nothing more (`leases.settle`). A model's rows are found by an index on `next_at` of its own.
    """

    next_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_code = models.CharField(max_length=32, blank=True)
    last_error = models.TextField(blank=True)
    tried_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=64, blank=True)
    fence = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Worker(models.Model):
    """One process that takes up what is due. `doing`: the act at hand, "" when it waits; `stopped_at`: it said goodbye.

    One that was killed says nothing: `seen_at` grows old.
    """

    name = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    doing = models.CharField(max_length=64, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-seen_at"], name="worker_seen_idx")]  # workers.alive, workers.forget

    def __str__(self) -> str:
        return self.name
