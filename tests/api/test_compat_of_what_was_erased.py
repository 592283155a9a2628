"""What was erased on purpose is said in each vendor's words for what is not there, at every operation, and never as an error
of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver

from reviewapp.accounts.roles import Role
from reviewapp.audit import content
from reviewapp.documents.models import Document
from reviewapp.extraction.model import Kind
from reviewapp.results.models import DocumentLink, Job, PayloadPart, ResultRow
from reviewapp.review.models import Task
from tests.factories import (
    AT,
    create_job,
    create_key,
    create_queue,
    create_user,
    llamacloud_v2,
    take_in,
    talonic,
    unsiloed,
)
from tests.review.test_decisions import approve, say

pytestmark = pytest.mark.django_db(transaction=True)

ID = "22222222-2222-4222-8222-222222222222"
SENTENCE = "The result of this job was erased."
DETAIL = {"detail": SENTENCE}
V1 = {
    "data": {"total": 12.00},
    "extraction_agent_id": ID,
    "extraction_metadata": {"field_metadata": {"total": {"confidence": 0.4}}},
    "run_id": ID,
}
CLASSIFIED = {
    "job_id": ID,
    "status": "completed",
    "progress": "Classification completed",
    "error": None,
    "result": {
        "success": True,
        "classification": "invoice",
        "confidence": 0.41,
        "page_results": [
            {"page": 1, "success": True, "confidence": 0.4, "raw_result": "invoice", "classification": "invoice"}
        ],
        "total_pages": 1,
        "processed_pages": 1,
    },
}
#: Operation -> its address, the payload of its job, what is answered once it is erased.
OPERATIONS: dict[str, tuple[str, Callable[[], dict[str, Any]], dict[str, Any]]] = {
    "unsiloed-extract": ("/compat/unsiloed/extract/{id}", lambda: unsiloed({"total": (12, 0.3)}, job_id=ID), DETAIL),
    "unsiloed-classify": ("/compat/unsiloed/classify/{id}", lambda: CLASSIFIED, DETAIL),
    "talonic-job": ("/compat/talonic/v1/jobs/{id}", lambda: rows(), {}),
    "talonic-results": ("/compat/talonic/v1/jobs/{id}/results", lambda: rows(), {}),
    "llamacloud-job": ("/compat/llamacloud/api/v1/extraction/jobs/{id}", lambda: V1, DETAIL),
    "llamacloud-result": ("/compat/llamacloud/api/v1/extraction/jobs/{id}/result", lambda: V1, DETAIL),
    "llamacloud-run": ("/compat/llamacloud/api/v1/extraction/runs/by-job/{id}", lambda: V1, DETAIL),
    "llamacloud-v2-job": ("/compat/llamacloud/api/v2/extract/{id}", lambda: llamacloud_v2({"total": 1}), DETAIL),
}
#: These tell of the job alone, as the vendor did: the values of a row are no part of them.
OF_THE_JOB = {"talonic-job", "llamacloud-job"}
#: These tell nothing of one result, or of none.
OTHERS = {"llamacloud-v2-jobs", "llamacloud-file", "llamacloud-v2-file"}


def rows() -> dict[str, Any]:
    return talonic([{"values": {"total": "12"}, "confidence": 0.3}, {"values": {"total": "13"}}], job_id=ID)


@pytest.fixture
def ask(client: Client) -> Callable[[str], Any]:
    create_queue()
    _, secret = create_key(upstreams=[kind.value for kind in Kind])
    return lambda path: client.get(path, headers={"api-key": secret, "Authorization": f"Bearer {secret}"})


def test_every_operation_of_compat_is_here() -> None:
    names = {name for name in get_resolver("reviewapp.api.urls").reverse_dict if isinstance(name, str)}
    vendors = {name for name in names if name.partition("-")[0] in ("unsiloed", "talonic", "llamacloud")}
    assert {name for name in vendors if not name.endswith("elsewhere")} == set(OPERATIONS) | OTHERS


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("what", ["payload", "row", "facts"])
@pytest.mark.parametrize("decided", [False, True])
def test_an_erased_result_is_not_there_in_the_vendors_words(
    ask: Callable[[str], Any], name: str, what: str, decided: bool
) -> None:
    path, payload, body = OPERATIONS[name]
    parts = {"run": {"id": ID, "status": "SUCCESS", "job_id": ID}} if name.startswith("llamacloud-r") else {}
    job = create_job(payload(), parts=parts)
    if decided:
        ana = create_user(username="ana", role=Role.SUPERVISOR)
        for task in Task.objects.filter(job=job, state="open"):
            for path_ in paths(task):
                say(task, ana, path_, "approved")
            approve(task, ana)
    path = path.format(id=job.job_id)
    assert ask(path).status_code in (200, 404) and ask(path).json() != body
    for one in texts(job, what):
        erase(one)
    answer = ask(path)
    if what != "payload" and name in OF_THE_JOB:
        assert answer.status_code == 200
        return
    assert answer.status_code == 404
    told = answer.json()
    if name.startswith("talonic"):
        assert set(told) == {"statusCode", "code", "error", "message", "retryable", "timestamp", "path"}
        assert (told["statusCode"], told["code"], told["message"], told["retryable"], told["path"]) == (
            404, "not_found", SENTENCE, False, path,
        )  # fmt: skip
    else:
        assert told == body


@pytest.mark.parametrize(
    "path", ["/compat/llamacloud/api/v1/files/{}/content", "/compat/llamacloud/api/v1/beta/files/{}/content"]
)
def test_an_erased_file_is_not_there(ask: Callable[[str], Any], path: str) -> None:
    job = take_in(V1).job
    Job.objects.filter(pk=job.pk).update(file_id=ID)
    document = Document.objects.create(
        sha256="a" * 64,
        size=1,
        media_type="application/pdf",
        state="ready",
        page_count=1,
        pages="[[1, 1]]",
        created_at=AT,
    )
    link = DocumentLink.objects.create(
        job=job, document=document, name=content.keep(type="text", text="a.pdf"), linked_at=AT
    )
    assert ask(path.format(ID)).status_code == 200
    erase(link.name_id)
    answer = ask(path.format(ID))
    assert (answer.status_code, answer.json()) == (404, {"detail": "File not found"})


def paths(task: Task) -> list[str]:
    return ["/classification", "/pages/1/classification"] if task.job.kind == Kind.UNSILOED_CLASSIFY else ["/total"]


def texts(job: Job, what: str) -> list[int]:
    if what == "payload":
        return list(PayloadPart.objects.filter(payload__job=job).values_list("content", flat=True))
    name = "values" if what == "row" else "facts"
    return list(ResultRow.objects.filter(job=job).values_list(name, flat=True))


def erase(content_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_content SET text = NULL, salt = NULL, erased_at = %s WHERE id = %s", [AT, content_id]
        )
