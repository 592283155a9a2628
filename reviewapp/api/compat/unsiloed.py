"""Unsiloed's two results: GET /extract/{job_id} and GET /classify/{job_id}, key in the header `api-key`."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from reviewapp.accounts.models import ApiKey, Scope
from reviewapp.api import doors, standing
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.results.models import Job

from . import answers

_SENTENCES = {
    doors.Refusal.NO_KEY: "Invalid or missing API key",
    doors.Refusal.UNKNOWN: "Job not found",
    doors.Refusal.TOO_MANY: "Rate limit exceeded",
}


@doors.machine
@doors.reads(answers.not_allowed)
@answers.or_erased(answers.erased)
def extract(request: HttpRequest, job_id: str) -> HttpResponse:
    """The extract job: `review` with the values as read until every task is decided, then `completed`."""
    return _answer(request, job_id, Kind.UNSILOED_EXTRACT)


@doors.machine
@doors.reads(answers.not_allowed)
@answers.or_erased(answers.erased)
def classify(request: HttpRequest, job_id: str) -> HttpResponse:
    """The classify job: `processing` with `result: null` until it is decided, then `completed`."""
    return _answer(request, job_id, Kind.UNSILOED_CLASSIFY)


@doors.machine
def elsewhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below this vendor's prefix, a slash too many among them."""
    return answers.in_a_sentence("Not Found", status=404)


def _answer(request: HttpRequest, job_id: str, kind: Kind) -> HttpResponse:
    try:
        key = doors.key_of(request.headers.get("api-key", ""), at=doors.asked_at(request), scope=Scope.COMPAT_READ)
        job = doors.job(key, kind=kind, job_id=job_id)
    except doors.Shut as shut:
        detail: Json = {"detail": _SENTENCES[shut.refusal]}
        return answers.json_response(detail, status=shut.refusal.value, shut=shut)
    standings = standing.of_job(job)
    tree = answers.composed(job, standings)["result"]
    assert isinstance(tree, dict)
    if kind is Kind.UNSILOED_EXTRACT:
        tree["file_url"] = answers.file_url(request, job)
        _stand_extract(tree, job, standings, key)
    else:
        _stand_classify(tree, job, standings)
    return answers.json_response(tree)


def _stand_extract(tree: dict[str, Json], job: Job, standings: Mapping[str, standing.Standing], key: ApiKey) -> None:
    if not JobStatus(job.status).has_result:
        return
    one = next(iter(standings.values()), None)
    if one is None:
        return
    if one.rejected:
        # The vendor leaves the key out while there is no result; null would break its typed client (contracts.md 1.1).
        tree["status"], tree["error"] = "failed", one.reason
        tree.pop("result", None)
    elif one.decided:
        tree["status"] = "completed"
    elif key.hold:
        tree["status"] = "processing"
        tree.pop("result", None)
    else:
        tree["status"] = "review"
    if (facts := standing.review_facts(one)) is not None:
        tree["review"] = facts


def _stand_classify(tree: dict[str, Json], job: Job, standings: Mapping[str, standing.Standing]) -> None:
    if not JobStatus(job.status).has_result:
        return
    one = next(iter(standings.values()), None)
    if one is None:
        return
    if one.rejected:
        tree["status"], tree["error"], tree["result"] = "failed", one.reason, None
    elif one.decided:
        tree["status"] = "completed"
    else:
        tree["status"], tree["result"] = "processing", None
    if (facts := standing.review_facts(one)) is not None:
        tree["review"] = facts
