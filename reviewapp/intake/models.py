"""What could not be taken in? Kept whole, with the reason, where supervisors see it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

#: What a person reads about a code of the gate or an adapter; `message` beside it is what the machine said, in English.
SENTENCES = {
    "too_large": _("It is larger than what is read."),
    "not_utf8": _("It is not text in UTF-8."),
    "not_json": _("It is not JSON."),
    "number": _("It holds a number that cannot be read."),
    "duplicate_key": _("A key stands twice in one object."),
    "too_deep": _("It is nested too deeply."),
    "too_many_nodes": _("It holds too many values."),
    "nul": _("A text in it holds a character that cannot be kept."),
    "lone_surrogate": _("A text in it holds half a character."),
    "fragment": _("It is a piece of a result without its job."),
    "error_body": _("The upstream answered with an error."),
    "no_job_id": _("It names no job."),
    "unknown_shape": _("No upstream’s result looks like this."),
}


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

    @property
    def sentence(self) -> str:
        """Why it was rejected, in the person's language; "" for a code that only its message explains."""
        return str(SENTENCES.get(self.code, ""))
