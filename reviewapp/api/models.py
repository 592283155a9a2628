"""What did we answer to a machine that may ask again? One row for each Idempotency-Key, for a day."""

from __future__ import annotations

from django.db import models

from reviewapp.accounts.models import ApiKey


class IdempotentAnswer(models.Model):
    """A POST under a name that its caller chose. `running`: nobody has answered it yet; `taken_at` is when that began, and
    the fence of who does it. `done`: `status` and `answer` are given again to the same request.

    `request` is a keyed hash of method, address and body. Answers to POSTs hold no business value, so nothing erasable
    stands here; rows go after a day.
    """

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"

    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="answers")
    name = models.CharField(max_length=255)
    request = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "name"], name="a_key_uses_a_name_once"),
            models.CheckConstraint(
                name="an_answer_that_is_done_has_a_status",
                condition=models.Q(state="running", status__isnull=True) | models.Q(state="done", status__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["api_key", "created_at"], name="answer_age_idx")]  # idempotency: what goes

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"
