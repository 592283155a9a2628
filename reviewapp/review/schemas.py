"""Which schema rules a row? Its own, else the one attached to its upstream and schema name, else the categories of
classify as closed choices."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.utils.translation import gettext as _

from reviewapp.extraction import jsontext, paths
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Kind
from reviewapp.extraction.schema import Schema
from reviewapp.results.models import ResultRow
from reviewapp.upstreams.models import AttachedSchema, Upstream

#: How many of the newest rows are asked for a value that tells a place's type.
_TELLING_ROWS = 20
#: How many of an upstream's newest classified rows are looked at for the classes it is known to give.
_SEEN_ROWS = 200


def of_row(row: ResultRow) -> Schema:
    """The schema to check and edit the row by; an empty one when nothing is known."""
    job = row.job
    if job.kind == Kind.UNSILOED_CLASSIFY:
        return Schema.parse(_classification(categories(job.upstream)))
    if row.schema is not None and row.schema.text is not None:
        return Schema.parse(row.schema.text)
    attached = AttachedSchema.objects.filter(upstream_id=job.upstream_id, schema_name=job.schema_name).first()
    return Schema.parse(attached.text if attached is not None else None)


def elsewhere(row: ResultRow, pattern: str) -> Json:
    """What another row of the same upstream and schema name was read to have at a place (`/lines/*/amount`): where no schema
    says the type, such a value does. None when no row has one."""
    others = ResultRow.objects.filter(
        job__upstream=row.job.upstream_id,
        job__schema_name=row.job.schema_name,
        source=ResultRow.Source.UPSTREAM,
        values__text__isnull=False,
    ).exclude(pk=row.pk)
    tokens = paths.split(pattern)
    for text in others.order_by("-id").values_list("values__text", flat=True)[:_TELLING_ROWS]:
        if (found := _first(jsontext.parse(text or "null"), tokens)) is not None:
            return found
    return None


def _first(tree: Json, tokens: Sequence[str]) -> Json:
    """The first scalar at such a place."""
    if not tokens:
        return None if isinstance(tree, (dict, list)) else tree
    if isinstance(tree, list) and tokens[0] == "*":
        return next((found for one in tree if (found := _first(one, tokens[1:])) is not None), None)
    return _first(tree.get(tokens[0]), tokens[1:]) if isinstance(tree, dict) else None


def categories(upstream: Upstream) -> list[str]:
    """The classes that the upstream was asked for; [] when nobody said."""
    return [str(one) for one in json.loads(upstream.categories)] if upstream.categories else []


def classes_seen(upstream: Upstream) -> list[str]:
    """The classes that this upstream has given lately, for a choice where the categories are not known."""
    texts = (
        ResultRow.objects.filter(job__upstream=upstream, job__kind=Kind.UNSILOED_CLASSIFY, values__text__isnull=False)
        .order_by("-id")
        .values_list("values__text", flat=True)[:_SEEN_ROWS]
    )
    seen: set[str] = set()
    for text in texts:
        values = jsontext.parse(text or "null")
        if isinstance(values, dict):
            pages = values.get("pages")
            nodes = [values, *(pages.values() if isinstance(pages, dict) else ())]
            seen.update(
                one for node in nodes if isinstance(node, dict) and isinstance(one := node.get("classification"), str)
            )
    return sorted(seen)


def _classification(choices: Sequence[str]) -> str:
    one = {"type": ["string", "null"], **({"enum": [*choices, None]} if choices else {})}
    required = {"type": "string", **({"enum": list(choices)} if choices else {})}
    return json.dumps(
        {
            "type": "object",
            "required": ["classification"],
            "properties": {
                "classification": {**required, "title": _("Document class")},
                "pages": {
                    "type": "object",
                    "additionalProperties": {"type": "object", "properties": {"classification": one}},
                },
            },
        },
        ensure_ascii=False,
    )
