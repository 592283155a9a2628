"""LlamaCloud v2: GET /api/v2/extract/{id} and the list of jobs. Key: `Authorization: Bearer`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.http import HttpRequest, HttpResponse

from reviewapp.api import doors, standing
from reviewapp.audit.trail import moment
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.results import chains
from reviewapp.results.models import Job

from . import answers, llamacloud_listing, llamacloud_manners

#: What an answer holds only when it is asked for.
_EXPANDABLE = ("extract_metadata", "configuration", "usage", "metadata")


@doors.machine
@doors.reads(answers.not_allowed)
@answers.or_erased(answers.erased)
def job(request: HttpRequest, job_id: str) -> HttpResponse:
    """The job: RUNNING without a result until every row is decided, then COMPLETED, or FAILED when one was rejected."""
    try:
        found = doors.job(llamacloud_manners.key_of(request), kind=Kind.LLAMACLOUD_V2, job_id=job_id)
        return answers.json_response(_answer(found, request.GET.getlist("expand")))
    except doors.Shut as shut:
        return llamacloud_manners.refused(shut)


@doors.machine
@doors.reads(answers.not_allowed)
def jobs(request: HttpRequest) -> HttpResponse:
    """The key's jobs, the newest first. A job whose result was erased is counted and not told."""
    try:
        key = llamacloud_manners.key_of(request)
        page = llamacloud_listing.page(key, llamacloud_listing.asked(request.GET))
    except doors.Shut as shut:
        return llamacloud_manners.refused(shut)
    except llamacloud_listing.Invalid as wrong:
        return llamacloud_manners.invalid("query", wrong.name, message=str(wrong), type="value_error")
    told: list[Json] = []
    for found in page.jobs:
        try:
            told.append(_answer(found, request.GET.getlist("expand")))
        except chains.Erased:
            continue
    return answers.json_response(
        {"items": told, "next_page_token": page.next or None, "total_size": Number(str(page.total))}
    )


def _answer(found: Job, expand: Collection[str]) -> dict[str, Json]:
    standings = standing.of_job(found)
    tree = answers.composed(found, standings)["result"]
    assert isinstance(tree, dict)
    for name in _EXPANDABLE:
        if name in expand:
            tree.setdefault(name, None)
        else:
            tree.pop(name, None)
    status, error = _status(found, standings)
    tree["status"] = status
    # The vendor's typed client insists on these; early v2 named the file otherwise (contracts.md 1.3).
    for name, known in (
        ("file_input", found.file_id),
        ("project_id", found.upstream.slug),
        ("created_at", moment(found.begun_at)),
        ("updated_at", moment(found.changed_at)),
    ):
        if not isinstance(tree.get(name), str):
            tree[name] = known
    if status != "COMPLETED":
        tree["error_message"], tree["extract_result"] = error, None
        if "extract_metadata" in tree:
            tree["extract_metadata"] = None
    if status in ("COMPLETED", "FAILED") and (facts := answers.review_facts(standings)) is not None:
        tree["review"] = facts
    return tree


def _status(found: Job, standings: Mapping[str, standing.Standing]) -> tuple[str, str | None]:
    """The vendor's word and its error; `llamacloud_listing` says the same to the database."""
    state = JobStatus(found.status)
    if state is JobStatus.CANCELLED:
        return "CANCELLED", None
    if state in (JobStatus.FAILED, JobStatus.BLOCKED):
        return "FAILED", found.error or None
    if state is JobStatus.QUEUED:
        return ("THROTTLED" if found.raw_status.upper() == "THROTTLED" else "PENDING"), None
    if not state.has_result or any(not one.decided for one in standings.values()):
        return "RUNNING", None
    rejected = next((one for one in standings.values() if one.rejected), None)
    return ("COMPLETED", None) if rejected is None else ("FAILED", rejected.reason)
