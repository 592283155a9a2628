"""Jobs: what ran at the upstreams, where its rows stand, and every version of them."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from reviewapp.accounts.models import Scope
from reviewapp.api import standing
from reviewapp.api.compat import answers
from reviewapp.audit.trail import moment
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import JobStatus
from reviewapp.results import chains
from reviewapp.results.models import Job, ResultRow
from reviewapp.review.models import Decision

from . import bodies, callers, errors, paging, shapes, trees
from .declared import reads

router = Router(auth=callers.Key(Scope.JOBS_READ))

_TEXT = {"pattern": r"^[^\x00]*$", "max_length": 200}
_SLUG = "The upstream's short name."
_THEIR_ID = "The upstream's own id of the job."
Status = Literal["queued", "processing", "completed", "partial", "review", "failed", "cancelled", "blocked", "unknown"]


@router.get("/jobs", response=reads(shapes.Jobs), operation_id="listJobs", summary="List jobs")
def jobs(
    request: HttpRequest,
    upstream: Annotated[str, Query(description=_SLUG, **_TEXT)] = "",
    job_id: Annotated[str, Query(description=_THEIR_ID, **_TEXT)] = "",
    status: Annotated[Status | None, Query(description="Our word for where it stands at the upstream.")] = None,
    changed_since: Annotated[bodies.Moment | None, Query(description="Changed then or later.")] = None,
    after: paging.Place = "",
    limit: paging.Limit = 100,
) -> HttpResponse:
    """The jobs of the key's upstreams, what changed longest ago first, so that whoever goes on from `next` meets every
    later change. To be told of every decision follow the rows instead."""
    found = callers.of(request).jobs()
    if upstream:
        found = found.filter(upstream__slug=upstream)
    if job_id:
        found = found.filter(job_id=job_id)
    if status:
        found = found.filter(status=status)
    if changed_since is not None:
        found = found.filter(changed_at__gte=changed_since)
    if (cursor := paging.moment_and_id(after)) is not None:
        # Not an OR over the pair, which leads the databases away from the index.
        found = found.filter(changed_at__gte=cursor[0]).exclude(changed_at=cursor[0], id__lte=cursor[1])
    shown, more = paging.cut(list(found.order_by("changed_at", "id")[: limit + 1]), limit)
    next = f"{moment(shown[-1].changed_at).replace('Z', '+00:00')}_{shown[-1].pk}" if more else ""
    return answers.json_response(paging.page([_job(one) for one in shown], next))


@router.get("/jobs/{id}", response=reads(shapes.JobWithFile), operation_id="getJob", summary="One job by our id")
def job(request: HttpRequest, id: Path[shapes.Id]) -> HttpResponse:
    return _whole(request, callers.of(request).job(id))


@router.get(
    "/upstreams/{upstream}/jobs/{job_id}",
    response=reads(shapes.JobWithFile),
    operation_id="getJobOfUpstream",
    summary="One job by the upstream's id",
)
def job_of_upstream(
    request: HttpRequest,
    upstream: Annotated[str, Path(description=_SLUG, **_TEXT)],
    job_id: Annotated[str, Path(description=_THEIR_ID, **_TEXT)],
) -> HttpResponse:
    found = callers.of(request).jobs().filter(upstream__slug=upstream, job_id=job_id).first()
    if found is None:
        raise errors.not_found()
    return _whole(request, found)


@router.get(
    "/jobs/{id}/rows",
    response=reads(shapes.StandingRows),
    operation_id="listJobRows",
    summary="Where the job's rows stand",
)
def rows(
    request: HttpRequest,
    id: Path[shapes.Id],
    after: paging.Number = "",
    limit: paging.Limit = 100,
) -> HttpResponse:
    """One for each row of the job, in its order: the last decided one, else the one as read."""
    found = standing.of_job(callers.of(request).job(id))
    first = paging.number(after)
    # A job's rows only grow at its end, so a place in their order is a cursor.
    shown, more = paging.cut(list(found.items())[first : first + limit + 1], limit)
    next = str(first + limit) if more else ""
    return answers.json_response(paging.page([_standing(key, one) for key, one in shown], next))


@router.get(
    "/jobs/{id}/history",
    response=reads(shapes.History),
    operation_id="listJobHistory",
    summary="Every version of the job's rows",
)
def history(
    request: HttpRequest,
    id: Path[shapes.Id],
    after: paging.Number = "",
    limit: paging.Limit = 100,
) -> HttpResponse:
    """What the upstream sent and what people decided, the oldest first, without values: `GET /rows/{id}` has them."""
    found = chains.history_after(callers.of(request).job(id), paging.number(after), limit=limit + 1)
    shown, more = paging.cut(found, limit)
    made = {one.row_id: one for one in Decision.objects.filter(row__in=shown).select_related("by", "reason")}
    data = [_version(row, made.get(row.pk)) for row in shown]
    return answers.json_response(paging.page(data, str(shown[-1].pk) if more else ""))


def _whole(request: HttpRequest, found: Job) -> HttpResponse:
    tree = _job(found)
    tree["rows"] = trees.whole(chains.row_count(found))
    tree["file_url"] = answers.file_url(request, found)
    return answers.json_response(tree)


def _job(one: Job) -> dict[str, Json]:
    return {
        "id": str(one.pk),
        "upstream": one.upstream.slug,
        "kind": one.kind,
        "job_id": one.job_id,
        "status": str(JobStatus(one.status)),
        "upstream_status": one.raw_status,
        "error": one.error or None,
        "schema_name": one.schema_name or None,
        "file_name": one.file_name or None,
        "page_count": trees.whole(one.page_count),
        "created_at": moment(one.created_at),
        "fetched_at": moment(one.fetched_at),
        "changed_at": moment(one.changed_at),
    }


def _standing(key: str, one: standing.Standing) -> Json:
    return {
        "row_id": str(one.row.pk),
        "key": key,
        "outcome": str(one.outcome) or None,
        "values": trees.values(one.row),
        "erased": one.row.values.text is None,
        "decision": trees.decision(one.decision),
    }


def _version(row: ResultRow, made: Decision | None) -> Json:
    return {
        "row_id": str(row.pk),
        "key": row.key,
        "source": str(row.source),
        "base": trees.id_of(row.base_id),
        "supersedes": trees.id_of(row.supersedes_id),
        "created_at": moment(row.created_at),
        "decision": trees.decision(made),
    }
