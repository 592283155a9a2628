"""How is an upstream set up by hand? Its categories and the schemas attached to it; each change with its entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.upstreams.models import AttachedSchema, Upstream


def all_() -> list[Upstream]:
    """Every upstream by name, with `job_count` and the number of `schema_count` attached schemas."""
    counted = Upstream.objects.annotate(
        job_count=Count("jobs", distinct=True), schema_count=Count("schemas", distinct=True)
    )
    return list(counted.order_by("name", "pk"))


def set_categories(
    *, upstream_id: int, categories: Sequence[str], at: datetime, by: trail.Actor, via: trail.Via
) -> bool:
    """The classes that a classification may give; none means that they are not known. False when nothing changed."""
    text = json.dumps(list(categories), ensure_ascii=False) if categories else ""
    with transaction.atomic():
        upstream = Upstream.objects.select_for_update().get(pk=upstream_id)
        if upstream.categories == text:
            return False
        old, upstream.categories = upstream.categories, text
        upstream.save(update_fields=["categories"])
        _note(upstream, "categories", old=old, new=text, at=at, by=by, via=via)
        return True


def attach_schema(
    *, upstream_id: int, schema_name: str, text: str, at: datetime, by: trail.Actor, via: trail.Via
) -> bool:
    """A JSON Schema for results of that schema name which carry none; an empty text takes it away. False: no change."""
    with transaction.atomic():
        upstream = Upstream.objects.select_for_update().get(pk=upstream_id)
        known = AttachedSchema.objects.filter(upstream=upstream, schema_name=schema_name).first()
        old = known.text if known is not None else ""
        if old == text:
            return False
        if not text:
            AttachedSchema.objects.filter(upstream=upstream, schema_name=schema_name).delete()
        else:
            AttachedSchema.objects.update_or_create(upstream=upstream, schema_name=schema_name, defaults={"text": text})
        _note(upstream, "schema", old=old, new=text, at=at, by=by, via=via, schema_name=schema_name)
        return True


def _note(
    upstream: Upstream,
    what: str,
    *,
    old: str,
    new: str,
    at: datetime,
    by: trail.Actor,
    via: trail.Via,
    schema_name: str = "",
) -> None:
    trail.record(
        trail.Note(
            stream=f"upstream:{upstream.pk}",
            action=Action.UPSTREAM_CHANGED,
            object_type="upstream",
            object_id=str(upstream.pk),
            old=trail.value(old, type="json") if old else None,
            new=trail.value(new, type="json") if new else None,
            details={"upstream": upstream.slug, "what": what, "schema_name": schema_name},
        ),
        at=at,
        by=by,
        via=via,
    )
