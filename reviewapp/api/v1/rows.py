"""Result rows: the feed of what became final, and one row with all that is known of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from reviewapp.accounts.models import Scope
from reviewapp.api import rows as feed_of_rows
from reviewapp.api.compat import answers
from reviewapp.audit.trail import moment
from reviewapp.extraction.jsontext import Json
from reviewapp.results import chains
from reviewapp.results.models import ResultRow
from reviewapp.review.models import Decision

from . import callers, paging, shapes, trees
from .declared import reads

router = Router(auth=callers.Key(Scope.ROWS_READ))


@router.get("/rows", response=reads(shapes.Feed), operation_id="followRows", summary="Rows that became final since")
def feed(request: HttpRequest, after: paging.Number = "") -> HttpResponse:
    """Up to 100 rows that became final after the cursor, the oldest first. Cursors follow the order of commit: whoever goes
    on from `next` misses none. `passed`: no eyes were needed."""
    return answers.json_response(feed_of_rows.page(callers.of(request).key, after or "0"))


@router.get("/rows/{id}", response=reads(shapes.Row), operation_id="getRow", summary="One row")
def row(request: HttpRequest, id: Path[shapes.Id]) -> HttpResponse:
    """Values, what the upstream said about each of them, and who decided."""
    return answers.json_response(_row(callers.of(request).row(id)))


def _row(row: ResultRow) -> Json:
    erased = row.values.text is None or row.facts.text is None
    known = None if erased else chains.read(row)
    after = ResultRow.objects.filter(supersedes=row).values_list("pk", flat=True).first()
    made = Decision.objects.filter(row=row).select_related("by", "reason").first()
    return {
        "row_id": str(row.pk),
        "job": str(row.job_id),
        "upstream": row.job.upstream.slug,
        "kind": row.job.kind,
        "job_id": row.job.job_id,
        "key": row.key,
        "source": str(row.source),
        "base": trees.id_of(row.base_id),
        "supersedes": trees.id_of(row.supersedes_id),
        "superseded_by": trees.id_of(after),
        "created_at": moment(row.created_at),
        "values": None if known is None else known.values,
        "erased": erased,
        "confidence": None if known is None else known.confidence,
        "fields": {} if known is None else {path: trees.facts(one) for path, one in known.fields.items()},
        "flags": [] if known is None else trees.flags(known),
        "decision": trees.decision(made),
    }
