"""LlamaCloud's v2 jobs and list, v1 runs, and links to files: what a machine reads before and after a decision."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from reviewapp.documents import vault
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Kind
from reviewapp.results import ledger
from reviewapp.results.models import Job
from reviewapp.review import decisions, triage
from reviewapp.review.models import Task
from tests.factories import (
    AT,
    VIA,
    create_job,
    create_key,
    create_queue,
    create_task,
    create_upstream,
    create_user,
    llamacloud_v2,
    take_in,
)
from tests.ops.test_samples import DOCUMENTS
from tests.review.test_decisions import approve, asked, say

pytestmark = pytest.mark.django_db(transaction=True)
V1, V2 = "/compat/llamacloud/api/v1", "/compat/llamacloud/api/v2/extract"
UUID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
UNSURE = {"document_metadata": {"total": {"confidence": 0.4, "citation": []}, "paid": {"confidence": 0.99}}}
SURE = {"document_metadata": {"total": {"confidence": 0.99}}}


@pytest.fixture
def ana():
    return create_user(username="ana", queues=[create_queue()])


@pytest.fixture
def ask(client: Client, db: None):
    _, secret = create_key(upstreams=[kind.value for kind in Kind])

    def get(path: str, query: dict[str, object] | None = None, secret: str = secret):
        return client.get(path, query, headers={"Authorization": f"Bearer {secret}"})

    return get


def reject(task: Task, user) -> None:
    decisions.reject(task_id=task.pk, asked=asked(task, reason="wrong paper"), user=user, at=AT, via=VIA)


def test_a_job_runs_until_it_is_decided_and_then_says_the_reviewed_values(ana, ask):
    payload = llamacloud_v2({"total": 12.00, "paid": False}, UNSURE)
    task = create_task(payload)
    path = f"{V2}/{payload['id']}"
    plain = {name: value for name, value in payload.items() if name not in ("extract_metadata", "configuration")}
    assert ask(path).json() == {**plain, "status": "RUNNING", "extract_result": None}
    say(task, ana, "/total", "corrected", Number("15.00"))
    decision = approve(task, ana)
    after = jsontext.parse(ask(path, {"expand": ["extract_metadata"]}).content)
    assert (after["status"], jsontext.dump(after["extract_result"])) == ("COMPLETED", '{"total":15.00,"paid":false}')
    assert jsontext.dump(after["extract_metadata"]) == json.dumps(payload["extract_metadata"], separators=(",", ":"))
    assert "configuration" not in after
    assert after["review"] == {
        "row_id": str(decision.row_id),
        "supersedes": None,
        "decision": "approved",
        "decided_at": "2026-03-10T09:01:00.000000Z",
        "fields": {"/total": "corrected", "/paid": "not_reviewed"},
        "solved_flags": [],
    }


@pytest.mark.parametrize("expand", [[], ["extract_metadata"], ["configuration"], ["extract_metadata", "configuration"]])
def test_metadata_and_configuration_come_only_when_they_are_asked_for(ask, expand):
    create_queue()
    payload = llamacloud_v2({"total": 12}, SURE, usage={"credits": 1.0})
    create_job(payload)
    answer = ask(f"{V2}/{payload['id']}", {"expand": expand}).json()
    assert answer["status"] == "COMPLETED" and "usage" not in answer
    assert {name: answer[name] for name in ("extract_metadata", "configuration") if name in answer} == {
        name: payload[name] for name in expand
    }
    assert ask(f"{V2}/{payload['id']}", {"expand": ["usage", "metadata"]}).json()["usage"] == {"credits": 1.0}


def test_a_rejected_job_has_failed_and_says_why(ana, ask):
    payload = llamacloud_v2({"total": 12}, UNSURE)
    reject(create_task(payload), ana)
    answer = ask(f"{V2}/{payload['id']}", {"expand": "extract_metadata"}).json()
    assert (answer["status"], answer["error_message"]) == ("FAILED", "wrong paper")
    assert (answer["extract_result"], answer["extract_metadata"]) == (None, None)
    assert answer["review"]["decision"] == "rejected"


def test_a_table_runs_until_its_last_row_is_decided_and_its_review_is_a_list(ana, ask):
    lines = {
        "row_metadata": [
            {"price": {"confidence": 0.3}},
            {"price": {"confidence": 0.99}},
            {"price": {"confidence": 0.2}},
        ]
    }
    payload = llamacloud_v2([{"price": 1.0}, {"price": 2.0}, {"price": 3.0}], lines)
    job = create_job(payload)
    first, last = Task.objects.filter(job=job).order_by("key")
    say(first, ana, "/price", "corrected", Number("1.50"))
    approve(first, ana)
    running = ask(f"{V2}/{payload['id']}").json()
    assert running["status"] == "RUNNING" and "review" not in running
    say(last, ana, "/price", "approved")
    approve(last, ana)
    answer = ask(f"{V2}/{payload['id']}").json()
    assert answer["extract_result"] == [{"price": 1.5}, {"price": 2.0}, {"price": 3.0}]
    assert [one and one["fields"] for one in answer["review"]] == [
        {"/price": "corrected"},
        None,
        {"/price": "approved"},
    ]


@pytest.mark.parametrize(
    ("status", "over", "said"),
    [
        ("PENDING", {}, ("PENDING", None)),
        ("throttled", {}, ("THROTTLED", None)),
        ("RUNNING", {"extract_result": {"half": 1}}, ("RUNNING", None)),
        ("A_NEW_WORD", {}, ("RUNNING", None)),
        ("FAILED", {"error_message": "no pages"}, ("FAILED", "no pages")),
        ("CANCELLED", {}, ("CANCELLED", None)),
        ("COMPLETED", {}, ("COMPLETED", None)),
    ],
)
def test_a_job_without_a_reading_says_its_state_and_no_values(ask, status, over, said):
    create_queue()
    payload = llamacloud_v2(None, status=status, extract_metadata=None, **over)
    create_job(payload)
    answer = ask(f"{V2}/{payload['id']}", {"expand": "extract_metadata"}).json()
    assert (answer["status"], answer["error_message"]) == said
    assert (answer["extract_result"], answer["extract_metadata"]) == (None, None)
    listed = ask(V2, {"status": said[0]}).json()["items"]
    assert [one["id"] for one in listed] == [payload["id"]], "the list finds it by the very word"


def test_early_v2_is_answered_with_the_keys_of_today(ask):
    create_queue()
    payload = llamacloud_v2({"total": 1}, SURE)
    payload["document_input_value"] = payload.pop("file_input")
    for name in ("project_id", "created_at", "updated_at"):
        payload.pop(name)
    create_job(payload)
    answer = ask(f"{V2}/{payload['id']}").json()
    assert answer["file_input"] == answer["document_input_value"] == payload["document_input_value"]
    assert (answer["project_id"], answer["created_at"]) == ("llamacloud_v2", "2026-03-10T09:00:00.000000Z")


def test_every_word_of_the_list_holds_exactly_the_jobs_that_say_it(ana, ask):
    plan = {"open": UNSURE, "approved": UNSURE, "rejected": UNSURE, "passed": SURE}
    for name, metadata in plan.items():
        create_job(llamacloud_v2({"total": 12}, metadata, job_id=name))
    for status in ("PENDING", "THROTTLED", "RUNNING", "FAILED", "CANCELLED"):
        create_job(llamacloud_v2(None, job_id=f"as {status}", status=status))
    create_job(
        llamacloud_v2(
            [{"a": 1}, {"a": 2}],
            {"row_metadata": [{"a": {"confidence": 0.1}}, {"a": {"confidence": 1}}]},
            job_id="half",
        )
    )
    tasks = {task.job.job_id: task for task in Task.objects.select_related("job")}
    approve(tasks["approved"], ana, sign_off=True, reason="fine")
    reject(tasks["rejected"], ana)
    words = ("PENDING", "THROTTLED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED")
    found = {word: {one["id"] for one in ask(V2, {"status": word}).json()["items"]} for word in words}
    assert found == {
        "PENDING": {"as PENDING"},
        "THROTTLED": {"as THROTTLED"},
        "RUNNING": {"as RUNNING", "open", "half"},
        "COMPLETED": {"approved", "passed"},
        "FAILED": {"as FAILED", "rejected"},
        "CANCELLED": {"as CANCELLED"},
    }
    for word, ids in found.items():
        assert {ask(f"{V2}/{one}").json()["status"] for one in ids} == {word}


def test_a_job_that_was_rejected_and_read_anew_stands_where_it_last_ended(ana, ask):
    payload = llamacloud_v2({"total": 12}, UNSURE, job_id="ext-again")
    reject(create_task(payload), ana)
    payload["extract_result"]["total"] = 13
    take_in(payload)
    triage.run(at=AT + timedelta(hours=1))
    assert ask(V2, {"status": "FAILED"}).json()["total_size"] == 1
    approve(Task.objects.get(state="open"), ana, sign_off=True, reason="fine")
    assert [ask(V2, {"status": word}).json()["total_size"] for word in ("FAILED", "COMPLETED")] == [0, 1]
    assert ask(f"{V2}/ext-again").json()["extract_result"] == {"total": 13}


def test_the_list_is_paged_by_places_and_misses_and_repeats_nothing(ask):
    create_queue()
    times = [
        "2026-03-10T08:00:00Z",
        "2026-03-11T08:00:00+01:00",
        "2026-03-11T07:00:00Z",
        "2026-03-09T00:00:00.5Z",
        None,
    ]
    for number, begun in enumerate(times):
        create_job(llamacloud_v2({"total": 1}, SURE, job_id=f"ext-{number}", created_at=begun))
    newest_first = ["ext-2", "ext-1", "ext-4", "ext-0", "ext-3"]
    for size in (1, 2, 5):
        told, token, pages = [], None, 0
        while pages < 6:
            answer = ask(V2, {"page_size": size, **({"page_token": token} if token else {})}).json()
            assert answer["total_size"] == 5 and len(answer["items"]) <= size
            told += [one["id"] for one in answer["items"]]
            token, pages = answer["next_page_token"], pages + 1
            if pages == 1 and size == 2:
                create_job(llamacloud_v2({"total": 1}, SURE, job_id="newer", created_at="2026-04-01T00:00:00Z"))
                Job.objects.filter(job_id="newer").update(kind="talonic")  # not to be counted in the next rounds
            if token is None:
                break
        assert told == newest_first and pages == -(-5 // size)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"job_ids": ["ext-0", "ext-2", "nobody"]}, {"ext-0", "ext-2"}),
        ({"created_at_on_or_after": "2026-03-10T08:00:00Z"}, {"ext-1", "ext-2"}),
        ({"created_at_on_or_before": "2026-03-10T09:00:00+01:00"}, {"ext-0", "ext-1"}),
        ({"created_at_on_or_after": "2026-03-10T08:00:01", "created_at_on_or_before": "2027-01-01"}, {"ext-2"}),
        ({"configuration_id": "cfg-2"}, {"ext-1"}),
        ({"file_input": "dfl-b"}, {"ext-1"}),
        ({"document_input_value": "dfl-b"}, {"ext-1"}),
        ({"organization_id": "o", "project_id": "p"}, {"ext-0", "ext-1", "ext-2"}),
        ({"status": "COMPLETED", "job_ids": "ext-2"}, {"ext-2"}),
        ({"status": "FAILED"}, set()),
    ],
)
def test_the_list_is_narrowed_by_the_vendors_parameters(ask, query, found):
    create_queue()
    create_job(llamacloud_v2({"total": 1}, SURE, job_id="ext-0", created_at="2026-03-09T00:00:00Z"))
    other = {"configuration_id": "cfg-2", "file_input": "dfl-b"}
    create_job(llamacloud_v2({"total": 1}, SURE, job_id="ext-1", created_at="2026-03-10T08:00:00Z", **other))
    create_job(llamacloud_v2({"total": 1}, SURE, job_id="ext-2", created_at="2026-03-11T00:00:00Z"))
    create_job(
        llamacloud_v2({"total": 1}, SURE, job_id="foreign"),
        upstream=create_upstream(slug="else", kind=Kind.LLAMACLOUD_V2),
    )
    answer = ask(V2, query).json()
    assert ({one["id"] for one in answer["items"]}, answer["total_size"]) == (found, len(found))
    assert not any("extract_metadata" in one or "configuration" in one for one in answer["items"])
    expanded = ask(V2, {**query, "expand": ["configuration", "extract_metadata"]}).json()["items"]
    assert all(one["configuration"]["tier"] == "agentic" and one["extract_metadata"] for one in expanded)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "DONE"),
        ("page_size", "0"),
        ("page_size", "201"),
        ("page_size", "-1"),
        ("page_size", "²"),
        ("page_token", "abc"),
        ("page_token", "£"),
        ("page_token", "bm90IGEgdGltZSA1"),
        ("created_at_on_or_after", "yesterday"),
        ("created_at_on_or_before", "0001-01-01T00:00:00+14:00"),
        ("document_input_type", "file_id"),
    ],
)
def test_a_parameter_that_says_nothing_is_refused_in_the_vendors_words(ask, name, value):
    answer = ask(V2, {name: value})
    assert answer.status_code == 422 and answer.json()["detail"][0]["loc"] == ["query", name]


def test_a_list_reaches_over_a_job_whose_result_was_erased(ask):
    create_queue()
    for name in ("ext-0", "ext-1"):
        create_job(llamacloud_v2({"total": 1}, SURE, job_id=name))
    part = Job.objects.get(job_id="ext-0").payloads.get().parts.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_content SET text = NULL, salt = NULL, erased_at = %s WHERE id = %s", [AT, part.content_id]
        )
    answer = ask(V2).json()
    assert ([one["id"] for one in answer["items"]], answer["total_size"]) == (["ext-1"], 2)
    erased = ask(f"{V2}/ext-0")
    assert (erased.status_code, erased.json()) == (404, {"detail": "The result of this job was erased."})


def test_v1_runs_say_the_reviewed_values_where_the_run_was_kept(ana, ask):
    payload = {
        "data": {"total": 12.00},
        "extraction_agent_id": UUID,
        "extraction_metadata": {"field_metadata": {"total": {"confidence": 0.4}}},
        "run_id": UUID,
    }
    run = {
        "id": UUID,
        "status": "SUCCESS",
        "job_id": UUID,
        "from_ui": False,
        "data": {"total": 12.00},
        "data_schema": {},
    }
    task = create_task(payload, parts={"run": run, "job": {"id": UUID, "status": "SUCCESS"}})
    path = f"{V1}/extraction/runs/by-job/{UUID}"
    before = ask(path).json()
    assert before == {**run, "status": "PENDING", "error": None, "data": None, "extraction_metadata": None}
    say(task, ana, "/total", "corrected", Number("15.00"))
    approve(task, ana)
    after = ask(path).json()
    assert (after["status"], after["data"], after["from_ui"]) == ("SUCCESS", {"total": 15.00}, False)
    assert after["extraction_metadata"] == payload["extraction_metadata"]
    assert after["review"]["fields"] == {"/total": "corrected"}


def test_v1_runs_are_not_found_where_none_was_kept_and_ids_must_be_uuids(ask):
    create_queue()
    create_job({"data": {"a": 1}, "extraction_agent_id": UUID, "extraction_metadata": {}, "run_id": UUID})
    missing = ask(f"{V1}/extraction/runs/by-job/{UUID}")
    assert (missing.status_code, missing.json()) == (404, {"detail": "Run not found"})
    assert ask(f"{V1}/extraction/runs/by-job/ext-1").status_code == 422


@pytest.mark.parametrize("gap", ["extraction_metadata", "run_id", "extraction_agent_id"])
def test_a_v1_result_has_the_keys_that_the_vendors_client_insists_on(ask, gap):
    create_queue()
    metadata = {"field_metadata": {"total": {"confidence": 0.99}}}
    whole = {"data": {"total": 1}, "extraction_agent_id": "a", "extraction_metadata": metadata, "run_id": UUID}
    payload = {**whole, gap: None, "extract_metadata": metadata}
    job = create_job(payload, parts={"sidecar": {"job_id": UUID, "status": "SUCCESS"}})
    answer = ask(f"{V1}/extraction/jobs/{job.job_id}/result").json()
    assert isinstance(answer[gap], str if gap.endswith("id") else dict)
    assert answer["extraction_metadata"] == metadata


@pytest.fixture
def vault_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def attach(job: Job, name: str = "invoice-harrow-vale.pdf") -> bytes:
    document = vault.keep_file(DOCUMENTS / name, at=AT)
    ledger.link_document(job=job, document=document, name=name, at=AT)
    return (DOCUMENTS / name).read_bytes()


@pytest.mark.usefixtures("vault_of_its_own")
def test_a_files_link_is_our_own_and_gives_the_kept_file(ask, client):
    create_queue()
    payload = llamacloud_v2({"total": 1}, SURE)
    data = attach(create_job(payload))
    answer = ask(f"{V1}/beta/files/{payload['file_input']}/content", {"expires_at_seconds": 60}).json()
    assert answer["form_fields"] is None and answer["url"].startswith("http://testserver/files/")
    left = datetime.fromisoformat(answer["expires_at"]).timestamp() - time.time()
    assert 3500 < left <= 3600
    file = client.get(urlsplit(answer["url"]).path)
    assert file.status_code == 200 and b"".join(file.streaming_content) == data


@pytest.mark.usefixtures("vault_of_its_own")
def test_v1_files_are_found_by_the_vendors_id_and_by_the_one_that_the_job_answers_with(ask):
    create_queue()
    result = {"data": {"a": 1}, "extraction_agent_id": UUID, "extraction_metadata": {}, "run_id": UUID}
    attach(create_job(result))
    file_id = ask(f"{V1}/extraction/jobs/{UUID}").json()["file_id"]
    assert len(file_id) == 64
    known = "782bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
    attach(create_job({**result, "run_id": known}, parts={"job": {"id": known, "status": "SUCCESS", "file_id": known}}))
    for one in (file_id, known):
        assert ask(f"{V1}/files/{one}/content").json()["url"].startswith("http://testserver/files/")


@pytest.mark.usefixtures("vault_of_its_own")
def test_a_file_that_is_unknown_foreign_or_not_kept_is_not_found(ask):
    create_queue()
    kept_not = llamacloud_v2({"a": 1}, SURE)
    create_job(kept_not)
    foreign = llamacloud_v2({"a": 1}, SURE)
    attach(create_job(foreign, upstream=create_upstream(slug="else", kind=Kind.LLAMACLOUD_V2)))
    for file_id in ("dfl-nobody", kept_not["file_input"], foreign["file_input"], "0" * 64):
        answer = ask(f"{V1}/beta/files/{file_id}/content")
        assert (answer.status_code, answer.json()) == (404, {"detail": "File not found"})
    assert ask(f"{V1}/files/dfl-1/content").json()["detail"][0]["loc"] == ["path", "id"]
    assert ask(f"{V1}/files/{UUID}/content").status_code == 404


ADDRESSES = [
    V2,
    f"{V2}/ext-1",
    f"{V1}/extraction/runs/by-job/{UUID}",
    f"{V1}/files/{UUID}/content",
    f"{V1}/beta/files/dfl-1/content",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_bad_key_opens_nothing_and_another_method_is_refused(ask, client, path):
    assert (ask(path, secret="rva_000000000000_" + "A" * 43).status_code, client.get(path).status_code) == (401, 401)
    for method in ("POST", "DELETE"):
        answer = client.generic(method, path)
        assert (answer.status_code, answer["Allow"], answer.json()) == (
            405,
            "GET, HEAD",
            {"detail": "Method Not Allowed"},
        )
    slash = client.get(f"{path}/")
    assert (slash.status_code, slash.json()) == (404, {"detail": "Not Found"})


def test_a_job_of_v1_is_no_job_of_v2(ask):
    create_queue()
    create_job({"data": {"a": 1}, "extraction_agent_id": UUID, "extraction_metadata": {}, "run_id": UUID})
    create_job(llamacloud_v2({"a": 1}, SURE, job_id="282bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"))
    assert ask(f"{V2}/{UUID}").status_code == 404
    assert ask(f"{V1}/extraction/jobs/282bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e").status_code == 404
