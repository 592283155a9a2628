"""Which extraction APIs are connected? One row a connection, and the schemas attached to it by hand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviewapp.extraction.model import Kind

KIND_LABELS = {
    Kind.UNSILOED_EXTRACT: _("Unsiloed extract"),
    Kind.UNSILOED_CLASSIFY: _("Unsiloed classify"),
    Kind.TALONIC: _("Talonic"),
    Kind.LLAMACLOUD: _("LlamaCloud"),
    Kind.LLAMACLOUD_V2: _("LlamaCloud v2"),
}

#: Where a vendor's API lives, and where its documents do, unless an upstream says otherwise.
BASE_URLS = {
    Kind.UNSILOED_EXTRACT: "https://prod.visionapi.unsiloed.ai",
    Kind.UNSILOED_CLASSIFY: "https://prod.visionapi.unsiloed.ai",
    Kind.TALONIC: "https://api.talonic.com",
    Kind.LLAMACLOUD: "https://api.cloud.llamaindex.ai",
    Kind.LLAMACLOUD_V2: "https://api.cloud.llamaindex.ai",
}
FILE_HOSTS = "*.amazonaws.com"


class Upstream(models.Model):
    """A configured connection. `categories`: JSON list of the classes that were asked for, because classify never
    echoes them; "" when unknown.

    `base_url` "": only files are imported, nothing is asked. `credential`, `webhook_secrets` (JSON list, the newest
    first): sealed (`sealing`). `file_hosts`: where its documents may be fetched from beside the API's own host, one a
    line, as in `targets.Reach`. `private`: servers at private addresses may be asked too, one network a line.
    `options`: JSON object of texts, what a vendor wants beside. `lists`: new jobs are looked for. `paused`: nothing is
    asked until somebody says so. `trouble`: why the last call failed, "" when it did not; `troubles`: how many in a row;
    `held_until`: nothing is asked before, so that a server that is down costs one question at a time.
    """

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=32, choices=[(kind.value, label) for kind, label in KIND_LABELS.items()])
    categories = models.TextField(blank=True)
    created_at = models.DateTimeField()
    base_url = models.CharField(max_length=500, blank=True)
    credential = models.TextField(blank=True)
    webhook_secrets = models.TextField(blank=True)
    file_hosts = models.TextField(blank=True)
    private = models.TextField(blank=True)
    options = models.TextField(blank=True)
    lists = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    trouble = models.TextField(blank=True)
    trouble_code = models.CharField(max_length=32, blank=True)
    troubles = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """It may be asked now."""
        return bool(self.base_url) and not self.paused


class AttachedSchema(models.Model):
    """A JSON Schema that a person attached to an upstream and schema name, for results that carry none."""

    upstream = models.ForeignKey(Upstream, on_delete=models.PROTECT, related_name="schemas")
    schema_name = models.CharField(max_length=200)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upstream", "schema_name"], name="one_schema_a_name_at_an_upstream")
        ]

    def __str__(self) -> str:
        return self.schema_name
