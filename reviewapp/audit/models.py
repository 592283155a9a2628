"""What is kept of an act? Entries in streams, and the values beside them that can be erased without breaking a proof."""

from __future__ import annotations

from django.db import models

from .actions import Action
from .append_only import AppendOnly


class Content(AppendOnly):
    """One erasable text: a payload part, a row's values, a value in the trail, a reason in a person's words.

    Append-only rows point here and hold `commitment = SHA-256(salt || JCS({"text": ..., "type": ...}))`, so that the text
    can be erased while every proof still holds. The trigger lets exactly one change pass: text and salt to null, with
    `erased_at`. `type` tags the text: string, number, boolean, null and json hold a JSON value's exact text; text (a name, a
    reason, whatever a person or vendor wrote) and base64 hold the text itself.
    """

    type = models.CharField(max_length=16)
    text = models.TextField(null=True)
    salt = models.BinaryField(max_length=32, null=True)
    commitment = models.CharField(max_length=64)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="content_is_whole_or_erased",
                condition=models.Q(erased_at__isnull=True, text__isnull=False, salt__isnull=False)
                | models.Q(erased_at__isnull=False, text__isnull=True, salt__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"content {self.pk}"


class Entry(AppendOnly):
    """One act. `body` is the truth: RFC 8785 bytes, hashed as stored; the other columns are copied from it for finding.

    `leaf = SHA-256(0x00 || body)` (RFC 6962, section 2.1); `previous` is the leaf of the entry before it in the stream.
    """

    stream = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    body = models.BinaryField()
    leaf = models.CharField(max_length=64, unique=True)
    previous = models.CharField(max_length=64)
    at = models.DateTimeField()
    action = models.CharField(max_length=48, choices=Action)
    actor_type = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=64)
    job = models.BigIntegerField(null=True)
    path = models.TextField(blank=True)
    old = models.ForeignKey(Content, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    new = models.ForeignKey(Content, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.ForeignKey(Content, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="entry_seq_is_unique_in_its_stream"),
            models.CheckConstraint(name="entry_seq_counts_from_1", condition=models.Q(seq__gte=1)),
        ]
        indexes = [
            models.Index(fields=["job", "id"], name="entry_job_idx"),  # a document's whole life
            models.Index(fields=["at", "id"], name="entry_at_idx"),  # export by date
            models.Index(fields=["action", "id"], name="entry_action_idx"),  # browse by act
            models.Index(fields=["actor_id", "id"], name="entry_actor_idx"),  # browse by person
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.seq} {self.action}"


class StreamHead(models.Model):
    """Where a stream's next entry goes on. Derived from the entries; the row that a writer locks."""

    stream = models.CharField(max_length=64, primary_key=True)
    seq = models.PositiveBigIntegerField()
    leaf = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.stream} at {self.seq}"
