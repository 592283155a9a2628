"""What do we remember of a job? The job itself, payloads as received, result rows in two chains, links to documents.

Rows are only added (design law 3). For each (job, key) there are two chains: what the upstream said and what people
decided; `supersedes` stays in its chain and is one-to-one, and exactly one row of a chain supersedes nothing. The
triggers that keep this stand in the first migration.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviewapp.audit.append_only import AppendOnly
from reviewapp.extraction.model import JobStatus, Kind

STATUS_LABELS = {
    JobStatus.QUEUED: _("queued"),
    JobStatus.PROCESSING: _("processing"),
    JobStatus.COMPLETED: _("completed"),
    JobStatus.PARTIAL: _("partly completed"),
    JobStatus.REVIEW: _("in review"),
    JobStatus.FAILED: _("failed"),
    JobStatus.CANCELLED: _("cancelled"),
    JobStatus.BLOCKED: _("blocked"),
    JobStatus.UNKNOWN: _("unknown"),
}


class Job(models.Model):
    """One run at an upstream, as last seen. Its history is in the trail; this row says only where it stands.

    `begun_at` is when the upstream created it by its own word, and when it came here where the upstream does not say;
    `file_id` is what the upstream calls the file by.
    """

    upstream = models.ForeignKey("upstreams.Upstream", on_delete=models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=32, choices=[(kind.value, kind.value) for kind in Kind])
    job_id = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=[(one.value, label) for one, label in STATUS_LABELS.items()])
    raw_status = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    schema_id = models.CharField(max_length=200, blank=True)
    schema_name = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=500, blank=True)
    file_id = models.CharField(max_length=200, blank=True)
    page_count = models.PositiveIntegerField(null=True)
    pages_read = models.PositiveIntegerField(null=True)
    total_rows = models.PositiveIntegerField(null=True)
    citations_off = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    created_at = models.DateTimeField()
    fetched_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upstream", "job_id"], name="a_job_is_known_once_at_its_upstream"),
            models.CheckConstraint(
                name="job_status_is_one_of_ours", condition=models.Q(status__in=[one.value for one in JobStatus])
            ),
        ]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="job_changed_idx"),  # the jobs page
            models.Index(fields=["status", "-changed_at", "-id"], name="job_status_idx"),  # the jobs page, one status
            models.Index(fields=["kind", "-begun_at", "-id"], name="job_begun_idx"),  # what machines list
            models.Index(fields=["file_id"], name="job_file_idx"),  # a link to the file
        ]

    def __str__(self) -> str:
        return f"{self.job_id} ({self.status})"

    @property
    def finished(self) -> bool:
        """The upstream is done with it: its rows no longer grow."""
        return JobStatus(self.status) not in (JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.UNKNOWN)


class Payload(AppendOnly):
    """One fetch that brought something new. Its parts are texts as received, only presigned queries cut out."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="payloads")
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"payload {self.pk} of {self.job_id}"


class PayloadPart(AppendOnly):
    """One named part. `sha256` is that of the bytes as received, before anything was cut."""

    payload = models.ForeignKey(Payload, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64)
    content = models.ForeignKey("audit.Content", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payload", "name"], name="a_part_stands_once_in_its_payload")]

    def __str__(self) -> str:
        return f"{self.name} of payload {self.payload_id}"


class ResultRow(AppendOnly):
    """The values of one document at one moment, from the upstream or from a person; never changed.

    `values` and `facts` point at the texts of `extraction.codec`; `fingerprint` judges sameness (design law 4).
    `ordinal` is the row's place in its job, `payload` the one it was read from (a review row: its base's).
    """

    class Source(models.TextChoices):
        UPSTREAM = "upstream", _("upstream")
        REVIEW = "review", _("review")

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="rows")
    key = models.CharField(max_length=200)
    source = models.CharField(max_length=8, choices=Source)
    ordinal = models.PositiveIntegerField()
    payload = models.ForeignKey(Payload, on_delete=models.PROTECT, related_name="rows")
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="decided_rows")
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    values = models.ForeignKey("audit.Content", on_delete=models.PROTECT, related_name="+")
    facts = models.ForeignKey("audit.Content", on_delete=models.PROTECT, related_name="+")
    schema = models.ForeignKey("audit.Content", null=True, on_delete=models.PROTECT, related_name="+")
    schema_sha256 = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job", "key", "source"],
                condition=models.Q(supersedes__isnull=True),
                name="one_row_of_a_chain_supersedes_nothing",
            ),
            models.CheckConstraint(
                name="a_review_row_and_only_that_names_its_base",
                condition=models.Q(source="upstream", base__isnull=True)
                | models.Q(source="review", base__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["job", "key", "source", "id"], name="row_chain_idx")]  # chains.history, current

    def __str__(self) -> str:
        return f"row {self.pk} ({self.source}) of job {self.job_id}, key {self.key}"


class DocumentLink(AppendOnly):
    """Which document a job's rows were read from: `key` is a row's, or "" for all. The newest link counts.

    `name` is the file's name as a person knows it: erasable, so it stands in Content.
    """

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="document_links")
    key = models.CharField(max_length=200, blank=True)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="links")
    name = models.ForeignKey("audit.Content", on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["job", "key", "-id"], name="document_link_idx")]  # chains.document_of

    def __str__(self) -> str:
        return f"document {self.document_id} of job {self.job_id}"


class Handoff(models.Model):
    """A row that a room has not handled yet. The row is the message: written with it, removed with the work."""

    class To(models.TextChoices):
        REVIEW = "review", _("review")
        DELIVERY = "delivery", _("delivery")

    row = models.ForeignKey(ResultRow, on_delete=models.PROTECT, related_name="handoffs")
    to = models.CharField(max_length=16, choices=To)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "to"], name="a_row_is_handed_to_a_room_once")]
        indexes = [models.Index(fields=["to", "id"], name="handoff_to_idx")]  # what a room takes next

    def __str__(self) -> str:
        return f"row {self.row_id} to {self.to}"


class Final(AppendOnly):
    """A row reached its end: a person approved or rejected it, or it needed no eyes. The feed that consumers follow.

    Ids are in the order of commit (`ledger.finish` takes a lock), so that "everything after id n" never misses one.
    """

    class Outcome(models.TextChoices):
        APPROVED = "approved", pgettext_lazy("document", "approved")
        REJECTED = "rejected", _("rejected")
        PASSED = "passed", _("passed")

    row = models.ForeignKey(ResultRow, on_delete=models.PROTECT, related_name="finals")
    outcome = models.CharField(max_length=16, choices=Outcome)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"row {self.row_id} {self.outcome}"
