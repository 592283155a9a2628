"""Talonic's job and its result rows: GET /v1/jobs/{id} and /v1/jobs/{id}/results, `Authorization: Bearer`."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from reviewapp.accounts.models import ApiKey, Scope
from reviewapp.api import doors, standing
from reviewapp.audit.trail import moment
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.results import chains
from reviewapp.results.models import Job
from reviewapp.upstreams import registry

from . import answers

_WORDS = {
    doors.Refusal.NO_KEY: ("unauthorized", "Unauthorized", "Missing or invalid API key."),
    doors.Refusal.UNKNOWN: ("not_found", "Not Found", "No job with this ID exists for your organization."),
    doors.Refusal.TOO_MANY: ("rate_limited", "Too Many Requests", "Too many requests."),
}
#: The vendor's word for our job states, where the payload does not hold it.
_STATUS = {
    JobStatus.QUEUED: "queued",
    JobStatus.PROCESSING: "processing",
    JobStatus.COMPLETED: "complete",
    JobStatus.PARTIAL: "complete",
    JobStatus.REVIEW: "complete",
    JobStatus.FAILED: "failed",
    JobStatus.CANCELLED: "cancelled",
}


def _not_allowed(request: HttpRequest) -> HttpResponse:
    message = f"{request.method} is not allowed at {request.path}."
    return _error(request, 405, "method_not_allowed", "Method Not Allowed", message)


def _erased(request: HttpRequest) -> HttpResponse:
    return _error(request, 404, "not_found", "Not Found", answers.ERASED)


@doors.machine
@doors.reads(_not_allowed)
@answers.or_erased(_erased)
def results(request: HttpRequest, job_id: str) -> HttpResponse:
    """The job's rows: `review` while undecided, `approved` when a person approved or no eyes were needed."""
    entered = _enter(request, job_id)
    if isinstance(entered, HttpResponse):
        return entered
    key, job = entered
    standings = standing.of_job(job)
    parts = answers.composed(job, standings)
    tree = parts["result"] if "result" in parts else _no_rows_yet(job)
    assert isinstance(tree, dict)
    data = tree.get("data")
    if isinstance(data, list) and JobStatus(job.status).has_result:
        tree["data"] = _stand_rows(data, job, standings, key)
    tree["links"] = _links(job)
    return answers.json_response(tree)


@doors.machine
@doors.reads(_not_allowed)
@answers.or_erased(_erased)
def job(request: HttpRequest, job_id: str) -> HttpResponse:
    """The job itself, from what is known of it."""
    entered = _enter(request, job_id)
    if isinstance(entered, HttpResponse):
        return entered
    _, found = entered
    parts = answers.composed(found, {})
    tree = parts.get("job")
    if not isinstance(tree, dict):
        tree = _job_as_known(found, parts["result"])
    tree["links"] = _links(found)
    return answers.json_response(tree)


@doors.machine
def elsewhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below this vendor's prefix, a slash too many among them."""
    return _error(request, 404, "not_found", "Not Found", f"Cannot {request.method} {request.path}")


def _enter(request: HttpRequest, job_id: str) -> tuple[ApiKey, Job] | HttpResponse:
    at = doors.asked_at(request)
    try:
        key = doors.key_of(doors.bearer(request), at=at, scope=Scope.COMPAT_READ)
        UUID(job_id)
        return key, doors.job(key, kind=Kind.TALONIC, job_id=job_id)
    except doors.Shut as shut:
        code, error, message = _WORDS[shut.refusal]
        return _error(request, shut.refusal.value, code, error, message, shut=shut)
    except ValueError:
        return _error(request, 400, "validation_error", "Bad Request", "Invalid job ID format. Must be a UUID.")


def _error(
    request: HttpRequest, status: int, code: str, error: str, message: str, *, shut: doors.Shut | None = None
) -> HttpResponse:
    body: Json = {
        "statusCode": Number(str(status)),
        "code": code,
        "error": error,
        "message": message,
        "retryable": status == 429,
        "timestamp": moment(doors.asked_at(request)),
        "path": request.path,
    }
    return answers.json_response(body, status=status, shut=shut)


def _stand_rows(data: list[Json], found: Job, standings: Mapping[str, standing.Standing], key: ApiKey) -> list[Json]:
    snapshot = registry.adapter(Kind.TALONIC).parse(chains.newest_payload(found))
    shown: list[Json] = []
    for row, item in zip(snapshot.rows, data, strict=True):
        one = standings.get(row.key)
        if one is None or not isinstance(item, dict):
            shown.append(item)
            continue
        if not one.decided and key.hold:
            continue
        item["status"] = "failed" if one.rejected else "approved" if one.decided else "review"
        if one.rejected:
            item["error"] = one.reason
        if (facts := standing.review_facts(one)) is not None:
            item["review"] = facts
        shown.append(item)
    return shown


def _links(found: Job) -> Json:
    return {
        "self": reverse("api:talonic-results", args=[found.job_id]),
        "job": reverse("api:talonic-job", args=[found.job_id]),
    }


def _no_rows_yet(job: Job) -> dict[str, Json]:
    """The results of a job that the vendor has told about, and of no row of it."""
    status = _STATUS.get(JobStatus(job.status), job.raw_status)
    return {"job_id": job.job_id, "job_status": status, "schema": None, "total_rows": Number("0"), "data": []}


def _job_as_known(found: Job, result: Json) -> dict[str, Json]:
    schema = result.get("schema") if isinstance(result, dict) else None
    data = result.get("data") if isinstance(result, dict) else None
    rows = len(data) if isinstance(data, list) else 0
    done = JobStatus(found.status).has_result
    return {
        "id": found.job_id,
        "name": None,
        "status": _STATUS.get(JobStatus(found.status), found.raw_status),
        "schema": schema,
        "document_count": Number(str(found.total_rows if found.total_rows is not None else rows)),
        "completed_documents": Number(str(rows)) if done or rows else Number("0"),
        "error": {"code": "EXTRACTION_FAILED", "message": found.error} if found.error else None,
        "created_at": moment(found.created_at),
    }
