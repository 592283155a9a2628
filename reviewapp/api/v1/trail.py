"""The trail: the entries of a job or a task, as they were hashed."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from reviewapp.accounts.models import Scope
from reviewapp.api.compat import answers
from reviewapp.audit.models import Entry
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from . import callers, paging, shapes, trees
from .declared import reads

router = Router(auth=callers.Key(Scope.TRAIL_READ))


@router.get(
    "/jobs/{id}/trail",
    response=reads(shapes.Trail),
    operation_id="listJobTrail",
    summary="Everything that happened to a job",
)
def of_job(
    request: HttpRequest,
    id: Path[shapes.Id],
    after: paging.Number = "",
    limit: paging.Limit = 100,
) -> HttpResponse:
    """The job's entries and those of its rows, documents and tasks, the oldest first."""
    return _entries(Entry.objects.filter(job=callers.of(request).job(id).pk), after, limit)


@router.get(
    "/tasks/{id}/trail",
    response=reads(shapes.Trail),
    operation_id="listTaskTrail",
    summary="Everything that happened to a task",
)
def of_task(
    request: HttpRequest,
    id: Path[shapes.Id],
    after: paging.Number = "",
    limit: paging.Limit = 100,
) -> HttpResponse:
    """The stream of one task, the oldest first: each entry's `previous` is the `leaf` of the one before."""
    return _entries(Entry.objects.filter(stream=f"task:{callers.of(request).task(id).pk}"), after, limit)


def _entries(found: QuerySet[Entry], after: str, limit: int) -> HttpResponse:
    few = list(found.filter(pk__gt=paging.number(after)).order_by("pk")[: limit + 1])
    shown, more = paging.cut(few, limit)
    return answers.json_response(paging.page([_entry(one) for one in shown], str(shown[-1].pk) if more else ""))


def _entry(one: Entry) -> Json:
    return {
        "id": str(one.pk),
        "stream": one.stream,
        "seq": trees.whole(one.seq),
        "leaf": one.leaf,
        "previous": one.previous,
        "body": jsontext.parse(bytes(one.body)),
    }
