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
}


class Upstream(models.Model):
    """A configured connection. `categories`: JSON list of the classes that were asked for, because classify never
    echoes them; "" when unknown."""

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=32, choices=[(kind.value, label) for kind, label in KIND_LABELS.items()])
    categories = models.TextField(blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


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
