"""What do people work on and what did they say? Queues, tasks and their reasons, and the views that a person saved of
them; verdicts and decisions, append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reviewapp.audit.append_only import AppendOnly


class Queue(models.Model):
    """Open work of one kind. The rule: empty parts match everything; the first queue by `position` takes the row, the
    default queue takes the rest. `field_thresholds` is JSON: {pointer with * for indices: threshold as text}; `value_rules` a
    JSON list of what must hold of a document's values (`value_rules.ValueRule`)."""

    class Policy(models.TextChoices):
        LOWEST_CONFIDENCE = "lowest_confidence", _("lowest confidence first")
        OLDEST = "oldest", _("oldest first")

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    position = models.PositiveIntegerField(default=100)
    is_default = models.BooleanField(default=False)
    upstream = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=32, blank=True)
    schema_name = models.CharField(max_length=200, blank=True)
    threshold = models.CharField(max_length=16, default="0.8")
    grounding_threshold = models.CharField(max_length=16, default="0.5")
    field_thresholds = models.TextField(default="{}")
    value_rules = models.TextField(default="[]")
    queues_no_confidence = models.BooleanField(default=True)
    policy = models.CharField(max_length=24, choices=Policy, default=Policy.LOWEST_CONFIDENCE)
    due_minutes = models.PositiveIntegerField(null=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="queues")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_queue_takes_the_rest"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Who may work on a queue."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "user"], name="a_person_is_in_a_queue_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.queue_id}"


class Task(models.Model):
    """One row waiting for a person. `row` is the row under review: verdicts' paths are addresses in it.

    Claim (design law 8): `holder`, `fence`, `lease_until`, taken by one conditional UPDATE; `version` grows with every
    write. *Claimed* is `lease_until > at`, *postponed* is `postponed_until > at`. `position` packs overdue, priority and the
    queue's order (`rules.position`): smaller comes first. `not_by`: who may not decide it (a second review).
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ESCALATED = "escalated", _("escalated")
        DECIDED = "decided", _("decided")
        WITHDRAWN = "withdrawn", _("withdrawn")

    row = models.ForeignKey("results.ResultRow", on_delete=models.PROTECT, related_name="tasks")
    job = models.ForeignKey("results.Job", on_delete=models.PROTECT, related_name="tasks")
    key = models.CharField(max_length=200)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tasks")
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    version = models.PositiveBigIntegerField(default=1)

    holder = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="held_tasks")
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    held_since = models.DateTimeField(null=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="assigned_tasks"
    )
    not_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    postponed_until = models.DateTimeField(null=True)
    postponed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    position = models.BigIntegerField(default=0)
    priority = models.PositiveSmallIntegerField(default=5)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    # Copied beside the row so that the queue page reads one table; all can be worked out again.
    document_name = models.CharField(max_length=500, blank=True)
    upstream = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    fields_total = models.PositiveIntegerField(default=0)
    fields_to_check = models.PositiveIntegerField(default=0)
    fields_checked = models.PositiveIntegerField(default=0)
    lowest = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    eyes = models.TextField(default="[]")
    # Of its reasons, as bits: rules.BITS. Null never stays; SQLite adds no other column to a table that a trigger names.
    codes = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job", "key"],
                condition=models.Q(state__in=["open", "escalated"]),
                name="one_open_task_for_a_row_of_a_job",
            ),
            models.CheckConstraint(
                name="nobody_holds_what_they_may_not_decide",
                condition=models.Q(not_by__isnull=True)
                | models.Q(holder__isnull=True)
                | ~models.Q(holder=models.F("not_by")),
            ),
        ]
        indexes = [
            # queue.page and claims.next_task: one queue's open tasks in order; queue.queues_with_counts
            models.Index(fields=["queue", "state", "position", "id", "postponed_until"], name="task_queue_order_idx"),
            # all queues in order; with all that the queue page filters by, so that a filter reads the index alone
            models.Index(
                fields=[
                    *("state", "position", "id", "queue", "lowest", "codes", "kind", "upstream"),
                    *("opened_at", "due_at", "holder", "lease_until", "postponed_until", "document_name"),
                ],
                name="task_order_idx",
            ),
            # queue.page: any state, and those decided, the newest first
            models.Index(fields=["position", "id"], name="task_any_order_idx"),
            models.Index(fields=["state", "-decided_at", "-id"], name="task_decided_order_idx"),
            # board: what came in today
            models.Index(fields=["opened_at"], name="task_opened_idx"),
            # queue.counts, board: overdue; triage.reorder
            models.Index(fields=["state", "due_at"], name="task_due_idx"),
            # queue.counts: the few that are put away
            models.Index(
                fields=["postponed_until"],
                condition=models.Q(postponed_until__isnull=False),
                name="task_postponed_idx",
            ),
            # held by me; who holds what
            models.Index(fields=["holder", "lease_until"], name="task_holder_idx"),
            # decided today
            models.Index(fields=["decided_at"], name="task_decided_idx"),
        ]

    def __str__(self) -> str:
        return f"task {self.pk} ({self.state})"


class TaskReason(models.Model):
    """Why a task waits. Worked out anew by triage; `path` "" is about the whole row. `detail` is JSON for the sentence."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="reasons")
    code = models.CharField(max_length=32)
    path = models.TextField(blank=True)
    detail = models.TextField(default="{}")

    class Meta:
        indexes = [models.Index(fields=["code", "task"], name="reason_code_idx")]  # the queue's filter by reason

    def __str__(self) -> str:
        return f"{self.code} {self.path}"


class SavedView(models.Model):
    """A filter of the queue page that a person keeps under a name, for themselves alone. `query` is the address's query as
    the page writes it for that filter (`queue_page.query_of`), so that two of the same filter are the same text."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="a_persons_views_have_different_names")]

    def __str__(self) -> str:
        return self.name


class Verdict(AppendOnly):
    """What a person said about one field or line, kept at once. The newest of a path counts; `restored` takes it back.

    `value` is the exact JSON text of the new value (corrected, order), `citation` the JSON of the boxes given with it.
    `undoes` names the verdict that an undo took back; `carried` the verdict of an earlier task that this one repeats.
    """

    class Kind(models.TextChoices):
        APPROVED = "approved", _("approved")
        CORRECTED = "corrected", _("corrected")
        CLEARED = "cleared", _("not in the document")
        ILLEGIBLE = "illegible", _("illegible")
        RESTORED = "restored", _("restored")
        LINE_ADDED = "line_added", _("line added")
        LINE_REMOVED = "line_removed", _("line removed")
        LINE_ORDER = "line_order", _("lines ordered")
        LINES_COMPLETE = "lines_complete", _("all lines are there")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="verdicts")
    path = models.TextField()
    kind = models.CharField(max_length=16, choices=Kind)
    value = models.ForeignKey("audit.Content", null=True, on_delete=models.PROTECT, related_name="+")
    citation = models.ForeignKey("audit.Content", null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    carried = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    form_key = models.CharField(max_length=36, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "form_key"], condition=~models.Q(form_key=""), name="a_form_gives_one_verdict"
            )
        ]
        indexes = [models.Index(fields=["task", "id"], name="verdict_task_idx")]  # verdicts.current

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"


class Decision(AppendOnly):
    """All verdicts on a task, by one person at one time. `row` is the new result row, none when the document was rejected.

    `fields` is JSON {pointer in the new row: verdict}, `signed_off` a JSON list of pointers, `solved_flags` one of places
    among the flags of the row under review: what a flag says in words is the upstream's, and erasable there.
    """

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=16, choices=Outcome)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    row = models.OneToOneField("results.ResultRow", null=True, on_delete=models.PROTECT, related_name="decision")
    reason = models.ForeignKey("audit.Content", null=True, on_delete=models.PROTECT, related_name="+")
    fields = models.TextField(default="{}")
    solved_flags = models.TextField(default="[]")
    signed_off = models.TextField(default="[]")
    form_key = models.CharField(max_length=36, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_approval_adds_a_row_and_a_rejection_a_reason",
                condition=models.Q(outcome="approved", row__isnull=False)
                | models.Q(outcome="rejected", row__isnull=True, reason__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} task {self.task_id}"
