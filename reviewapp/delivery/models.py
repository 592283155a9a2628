"""What is on its way out? Destinations, one delivery for each of them and final row, and every attempt that was made."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviewapp.audit.append_only import AppendOnly
from reviewapp.upstreams import ways
from reviewapp.work.models import Due


class Destination(models.Model):
    """Where final rows go. A webhook has a URL and secrets, a write-back an upstream and a `way` that its client names.

    `url`, `secrets` (JSON list, the newest first): sealed (`upstreams.sealing`), because the path of a webhook may be its
    password; `host` is what people see. `private`: servers at private addresses may be called too, one network a line.
    `form`: whether a webhook carries the row or only tells that there is one. `upstreams`: JSON list of slugs, "[]" for
    all. `outcomes`: JSON list of results.Final.Outcome. `starts_after`: the last final row that was there before it.
    """

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("webhook")
        WRITE_BACK = "write_back", _("write-back")

    class Form(models.TextChoices):
        ROW = "row", _("the row with its values")
        EVENT = "event", _("only that there is one: ids, no values")

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        DISABLED = "disabled", _("disabled")

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=Kind)
    url = models.TextField(blank=True)
    host = models.CharField(max_length=260, blank=True)
    secrets = models.TextField(blank=True)
    private = models.TextField(blank=True)
    form = models.CharField(max_length=8, choices=Form, default=Form.ROW)
    upstream = models.ForeignKey("upstreams.Upstream", null=True, on_delete=models.PROTECT, related_name="destinations")
    way = models.CharField(max_length=32, blank=True)
    upstreams = models.TextField(default="[]")
    outcomes = models.TextField(default="[]")
    state = models.CharField(max_length=16, choices=State, default=State.ACTIVE)
    reason = models.TextField(blank=True)
    since = models.DateTimeField()
    starts_after = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_webhook_has_a_url_and_a_write_back_an_upstream",
                condition=models.Q(kind="webhook", upstream__isnull=True) & ~models.Q(url="")
                | models.Q(kind="write_back", upstream__isnull=False, url=""),
            ),
            # A second one would say each decision to the vendor once more.
            models.UniqueConstraint(
                name="one_write_back_in_each_way_to_an_upstream",
                fields=["upstream", "way"],
                condition=models.Q(kind="write_back") & ~models.Q(state="disabled"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def way_text(self) -> str:
        """What a write-back's way is called."""
        return ways.called(self.way)

    @property
    def held_text(self) -> str:
        """Why nothing is sent there; "" where nothing stands in the way. Reads the upstream of a write-back."""
        if self.state == self.State.PAUSED:
            return gettext("waits: the destination is paused")
        if self.state == self.State.DISABLED:
            return gettext("waits: the destination is disabled")
        if self.upstream is not None and self.upstream.paused:
            return gettext("waits: the upstream is paused")
        return ""


#: Where a dead delivery stands that a person gave up; its state stays `dead`, with `given_up_at`.
GIVEN_UP = "given_up"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """The words in which deliveries are asked for."""

    def standing(self, where: str) -> DeliveryQuerySet:
        """Those that stand there (`STANDINGS`): what was given up is not dead any more."""
        if where in (Delivery.State.DEAD, GIVEN_UP):
            return self.filter(state=Delivery.State.DEAD, given_up_at__isnull=where != GIVEN_UP)
        return self.filter(state=where)


class Delivery(Due):
    """One final row on its way to one destination. `body` is frozen: every attempt sends the very same text.

    `order_key` is what is delivered in order: the document (job and row key). A delivery waits while an earlier one of
    its destination and order key is pending, retrying, or dead and not given up. `attempts` (of Due) counts the
    schedule's failures and begins anew when a person tries again; `tries` counts all attempts ever. `document_name` is
    copied from the row's document, so that a list is searched by it: erasable, and then blank.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        RETRYING = "retrying", _("retrying")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("dead")
        NOT_ACCEPTED = "not_accepted", _("not accepted")

    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    final = models.ForeignKey("results.Final", on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    row = models.ForeignKey("results.ResultRow", on_delete=models.PROTECT, related_name="+", db_index=False)
    job = models.ForeignKey("results.Job", on_delete=models.PROTECT, related_name="deliveries")
    order_key = models.CharField(max_length=240)
    document_name = models.CharField(max_length=500, blank=True, default="")
    webhook_id = models.CharField(max_length=64, unique=True)
    body = models.ForeignKey("audit.Content", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    tries = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["final", "destination"], name="a_row_goes_to_a_destination_once"),
            models.CheckConstraint(
                name="what_is_due_is_neither_delivered_nor_dead",
                condition=models.Q(state__in=["pending", "retrying"], next_at__isnull=False)
                | models.Q(state__in=["delivered", "dead", "not_accepted"], next_at__isnull=True),
            ),
        ]
        indexes = [
            # push: what is due at a destination
            models.Index(
                fields=["destination", "next_at", "id"],
                name="delivery_due_idx",
                condition=models.Q(next_at__isnull=False),
            ),
            models.Index(fields=["destination", "order_key", "final"], name="delivery_order_idx"),  # push: who is first
            models.Index(fields=["state", "-id"], name="delivery_state_idx"),  # the page, one state
            models.Index(fields=["destination", "state", "-id"], name="delivery_destination_idx"),  # one destination
            # the page, searched by name: all that a search reads, in the page's order
            models.Index(fields=["-id", "document_name", "job"], name="delivery_name_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} ({self.state})"

    @property
    def key(self) -> str:
        """The row's key in its job."""
        return self.order_key.partition(":")[2]

    @property
    def name(self) -> str:
        """What people call its document by: the file's name, else the upstream's id of the job."""
        return self.document_name or self.job.file_name or self.job.job_id

    @property
    def standing(self) -> str:
        """Where it stands, one of `STANDINGS`."""
        return GIVEN_UP if self.given_up_at is not None else str(self.state)

    @property
    def standing_text(self) -> str:
        return str(dict(STANDINGS)[self.standing])

    @property
    def held_text(self) -> str:
        """Why it is not sent though its time may have come; "" where nothing holds it."""
        return "" if self.next_at is None else self.destination.held_text

    @property
    def holds_back(self) -> bool:
        """Later ones of its document wait for it."""
        return self.state in HOLDING or (self.state == self.State.DEAD and self.given_up_at is None)


#: Where a delivery may stand: its state, or that a person gave it up.
STANDINGS = (*Delivery.State.choices, (GIVEN_UP, _("given up")))

#: States in which a delivery is still to be sent.
HOLDING = (Delivery.State.PENDING, Delivery.State.RETRYING)


class Attempt(AppendOnly):
    """One attempt and how it ended. `status`: the HTTP status, None when there was no answer; `code` and `sentence`: in our
    words; `answer`: the beginning of what the other side said, at most 2 kB, secrets cut."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="attempts_made", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    seconds = models.DecimalField(max_digits=8, decimal_places=3)
    status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=32)
    sentence = models.TextField()
    answer = models.ForeignKey("audit.Content", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempts_are_numbered")]

    def __str__(self) -> str:
        return f"attempt {self.number} of delivery {self.delivery_id}"
