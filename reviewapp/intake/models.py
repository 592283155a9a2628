"""What comes in, and what could not? Errands at an upstream, each a row that says when it is due, and what was rejected.

A pull asks for a job until it is finished there; a file is one of its documents; a listing looks for new jobs; a
submission hands a document in. What each try ended with stands in the columns of `work.models.Due`.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviewapp.upstreams import sentences
from reviewapp.work.models import Due

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
    def why(self) -> str:
        """Why it was rejected, in the person's language."""
        return str(SENTENCES.get(self.code) or sentences.told(self.message))

    @property
    def words(self) -> str:
        """What its message has beyond `why`, in quotation marks: the upstream's own words, a key, a number; or ""."""
        if self.code not in SENTENCES:
            return ""
        return sentences.words(self.message) if sentences.known(self.message) else self.message


class Pull(Due):
    """A job that we ask for. `known_job` is None until its first answer was taken in. `changed_at`: when an answer last
    differed from the one before; `asks`: how often it was asked for since; `since`: when it was added. `dismissed_at`: a
    person has seen that nothing comes of it; it stands in no list any more until it is asked for again."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being asked for")
        STALLED = "stalled", _("stalled: nothing new for a day")
        SETTLED = "settled", _("finished")
        GONE = "gone", _("gone at the upstream")
        REFUSED = "refused", _("not to be had")

    class Origin(models.TextChoices):
        NAMED = "named", _("named by a person")
        LISTED = "listed", _("listed by the upstream")
        EVENT = "event", _("announced by the upstream")
        SUBMITTED = "submitted", _("handed in here")
        IMPORTED = "imported", _("imported from a file")

    upstream = models.ForeignKey("upstreams.Upstream", on_delete=models.PROTECT, related_name="pulls")
    job_id = models.CharField(max_length=200)
    known_job = models.OneToOneField("results.Job", null=True, on_delete=models.PROTECT, related_name="pull")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    origin = models.CharField(max_length=16, choices=Origin)
    since = models.DateTimeField()
    changed_at = models.DateTimeField()
    asks = models.PositiveIntegerField(default=0)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upstream", "job_id"], name="a_job_is_asked_for_once_at_its_upstream")
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="pull_due_idx"),  # pulling.step
            models.Index(fields=["state", "-changed_at"], name="pull_state_idx"),  # the work page
        ]

    def __str__(self) -> str:
        return f"job {self.job_id} at {self.upstream_id}"

    @property
    def standing(self) -> str:
        """The state in words. What was never there is not gone: an id may have been typed wrongly."""
        never = self.state == self.State.GONE and self.known_job_id is None
        return str(_("not known there") if never else self.get_state_display())

    @property
    def given_up(self) -> bool:
        """Nothing was taken in, and it is not asked for any more."""
        return self.known_job_id is None and self.state in (self.State.GONE, self.State.REFUSED)


class SourceFile(Due):
    """A document that an upstream holds of a job (or, with a key, of one of its rows), to be kept before it is gone."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being fetched")
        KEPT = "kept", _("kept")
        REFUSED = "refused", _("not to be had")

    job = models.ForeignKey("results.Job", on_delete=models.PROTECT, related_name="source_files")
    key = models.CharField(max_length=200, blank=True)
    file_id = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    sha256 = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "key", "file_id"], name="a_file_of_a_job_is_fetched_once")
        ]
        indexes = [models.Index(fields=["next_at", "id"], name="source_file_due_idx")]  # files.step

    def __str__(self) -> str:
        return f"a document of job {self.job_id}"


class Listing(Due):
    """Looking for new jobs at an upstream that lists them."""

    upstream = models.OneToOneField("upstreams.Upstream", on_delete=models.PROTECT, related_name="listing")
    found_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at", "id"], name="listing_due_idx")]  # listing.step

    def __str__(self) -> str:
        return f"new jobs at {self.upstream_id}"


class Submission(Due):
    """A document on its way to an upstream. `schema`: exact JSON text or ""; `options`: JSON object of texts; `key`: the
    same at every try. `blocked`: why the upstream made no job, in its words."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being handed in")
        DONE = "done", _("handed in")
        BLOCKED = "blocked", _("blocked by the upstream")
        REFUSED = "refused", _("refused")

    upstream = models.ForeignKey("upstreams.Upstream", on_delete=models.PROTECT, related_name="submissions")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="submissions")
    name = models.CharField(max_length=500)
    schema = models.TextField(blank=True)
    schema_name = models.CharField(max_length=200, blank=True)
    options = models.TextField(blank=True)
    key = models.UUIDField(unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    blocked = models.TextField(blank=True)
    pull = models.OneToOneField(Pull, null=True, on_delete=models.PROTECT, related_name="submission")
    since = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["next_at", "id"], name="submission_due_idx"),  # submitting.step
            models.Index(fields=["-id"], name="submission_newest_idx"),  # the page of submissions
        ]

    def __str__(self) -> str:
        return f"{self.name} to {self.upstream_id}"


class Event(models.Model):
    """A webhook that came, once for each of the upstream's own ids of it. It only said that a job is worth a look."""

    upstream = models.ForeignKey("upstreams.Upstream", on_delete=models.PROTECT, related_name="events")
    delivery_id = models.CharField(max_length=200)
    name = models.CharField(max_length=100, blank=True)
    job_id = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upstream", "delivery_id"], name="an_event_comes_once_from_its_upstream")
        ]

    def __str__(self) -> str:
        return f"{self.name} of job {self.job_id}"
