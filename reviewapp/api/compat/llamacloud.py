"""LlamaCloud v1: GET /api/v1/extraction/jobs/{id}, its result, and its run. Key: `Authorization: Bearer`."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from reviewapp.api import doors, standing
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.results import chains
from reviewapp.results.models import Job

from . import answers, llamacloud_manners

_UNFINISHED = {JobStatus.QUEUED: "PENDING", JobStatus.PROCESSING: "PENDING", JobStatus.UNKNOWN: "PENDING"}


@doors.machine
@doors.reads(answers.not_allowed)
@answers.or_erased(answers.erased)
def result(request: HttpRequest, job_id: str) -> HttpResponse:
    """The result, once every row is decided; before that the vendor's not-found body, as for a running job."""
    entered = _enter(request, job_id)
    if isinstance(entered, HttpResponse):
        return entered
    standings = standing.of_job(entered)
    status, _ = _status(entered, standings)
    # First, so that what was erased is not asked for again and again as if it were still to come.
    composed = answers.composed(entered, standings)["result"]
    if status not in ("SUCCESS", "PARTIAL_SUCCESS"):
        return answers.json_response({"detail": "Result not found"}, status=404)
    tree = _result(entered, composed)
    if (facts := answers.review_facts(standings)) is not None:
        # Outside `field_metadata`, where the vendor's own parser would refuse it (contracts.md 6.4).
        tree["review"] = facts
    return answers.json_response(tree)


@doors.machine
@doors.reads(answers.not_allowed)
@answers.or_erased(answers.erased)
def run(request: HttpRequest, job_id: str) -> HttpResponse:
    """The job's run, where the upstream's was kept: with the reviewed values as soon as there is a result."""
    entered = _enter(request, job_id)
    if isinstance(entered, HttpResponse):
        return entered
    standings = standing.of_job(entered)
    status, error = _status(entered, standings)
    parts = answers.composed(entered, standings)
    known = parts.get("run")
    if not isinstance(known, dict):
        return answers.in_a_sentence("Run not found", status=404)
    tree, done = dict(known), status in ("SUCCESS", "PARTIAL_SUCCESS")
    result = _result(entered, parts["result"])
    tree["status"] = "SUCCESS" if done else "PENDING" if status == "PENDING" else "ERROR"
    tree["error"] = error
    tree["data"] = result["data"] if done else None
    tree["extraction_metadata"] = result["extraction_metadata"] if done else None
    if done and (facts := answers.review_facts(standings)) is not None:
        tree["review"] = facts
    return answers.json_response(tree)


@doors.machine
@doors.reads(answers.not_allowed)
@answers.or_erased(answers.erased)
def job(request: HttpRequest, job_id: str) -> HttpResponse:
    """The job: PENDING until every row is decided, then SUCCESS, or ERROR with the reason when one was rejected."""
    entered = _enter(request, job_id)
    if isinstance(entered, HttpResponse):
        return entered
    standings = standing.of_job(entered)
    status, error = _status(entered, standings)
    parts = answers.composed(entered, {})
    known = parts.get("job")
    tree = dict(known) if isinstance(known, dict) else _job_as_known(entered, parts["result"], standings)
    tree["status"], tree["error"] = status, error
    return answers.json_response(tree)


@doors.machine
def elsewhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below this vendor's prefix, a slash too many among them."""
    return answers.in_a_sentence("Not Found", status=404)


def _enter(request: HttpRequest, job_id: str) -> Job | HttpResponse:
    try:
        key = llamacloud_manners.key_of(request)
        UUID(job_id)
        return doors.job(key, kind=Kind.LLAMACLOUD, job_id=job_id)
    except doors.Shut as shut:
        return llamacloud_manners.refused(shut)
    except ValueError:
        return llamacloud_manners.no_uuid("job_id")


def _result(found: Job, tree: Json) -> dict[str, Json]:
    """A result with the four keys that the vendor's typed client insists on, whatever was kept of it."""
    assert isinstance(tree, dict)
    if not isinstance(tree.get("extraction_metadata"), dict):
        later = tree.pop("extract_metadata", None)
        tree["extraction_metadata"] = later if isinstance(later, dict) else {}
    for name in ("run_id", "extraction_agent_id"):
        if not isinstance(tree.get(name), str):
            tree[name] = found.job_id
    return tree


def _status(found: Job, standings: Mapping[str, standing.Standing]) -> tuple[str, str | None]:
    state = JobStatus(found.status)
    if state is JobStatus.CANCELLED:
        return "CANCELLED", None
    if state in (JobStatus.FAILED, JobStatus.BLOCKED):
        return "ERROR", found.error or None
    if state in _UNFINISHED or any(not one.decided for one in standings.values()):
        return "PENDING", None
    rejected = next((one for one in standings.values() if one.rejected), None)
    if rejected is not None:
        return "ERROR", rejected.reason
    return ("PARTIAL_SUCCESS" if state is JobStatus.PARTIAL else "SUCCESS"), None


def _job_as_known(found: Job, tree: Json, standings: Mapping[str, standing.Standing]) -> dict[str, Json]:
    agent = _result(found, tree)["extraction_agent_id"]
    link = chains.document_of(found, next(iter(standings), "0"))
    file_id = link.document.sha256 if link is not None else ""
    name = (link.name.text if link is not None else None) or found.file_name
    schema = next((one.row.schema for one in standings.values() if one.row.schema is not None), None)
    data_schema = jsontext.parse(schema.text) if schema is not None and schema.text is not None else {}
    return {
        "id": found.job_id,
        "status": "",
        "extraction_agent": {
            "id": agent,
            "name": found.schema_name or found.upstream.slug,
            "project_id": agent,
            "data_schema": data_schema,
            "config": {},
        },
        "error": None,
        "file_id": file_id,
        "file": {"id": file_id, "name": name, "project_id": agent},
    }
