"""What could not be taken in? Kept whole, with the reason, where supervisors see it."""

from __future__ import annotations

from django.db import models


class Rejected(models.Model):
    """A payload that is no job's result. Nothing is lost: its text (presigned queries cut) stands in Content."""

    at = models.DateTimeField()
    upstream = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=500)
    code = models.CharField(max_length=32)
    message = models.TextField()
    sha256 = models.CharField(max_length=64)
    content = models.ForeignKey("audit.Content", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "name"], name="the_same_bytes_are_rejected_once_a_name")
        ]
        indexes = [models.Index(fields=["-id"], name="rejected_newest_idx")]  # the jobs page's second list

    def __str__(self) -> str:
        return f"{self.name}: {self.code}"
