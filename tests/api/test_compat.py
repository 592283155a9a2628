"""What machines read: the vendors' shapes before and after a decision, their keys and their errors, and the feed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from reviewapp.accounts.models import Scope
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Kind
from reviewapp.intake import gate
from reviewapp.results import ledger
from reviewapp.results.models import ResultRow
from reviewapp.review import decisions, triage
from reviewapp.review.models import Decision, Task
from tests.factories import (
    AT,
    VIA,
    create_job,
    create_key,
    create_queue,
    create_task,
    create_upstream,
    create_user,
    take_in,
    talonic,
    unsiloed,
)
from tests.review.test_decisions import approve, asked, say

pytestmark = pytest.mark.django_db(transaction=True)
SLUGS = [kind.value for kind in Kind]


@pytest.fixture
def ana():
    return create_user(username="ana", queues=[create_queue()])


@pytest.fixture
def ask(client: Client):
    _, secret = create_key(upstreams=SLUGS)

    def get(path: str, secret: str = secret):
        return client.get(path, headers={"api-key": secret, "Authorization": f"Bearer {secret}"})

    return get


def test_unsiloed_is_in_review_as_read_and_completed_when_decided(ana, ask):
    payload = unsiloed({"total": (12.50, 0.3, (10, 20, 30, 40)), "date": ("2026-03-01", 0.95)}, unknown_key=[1.50])
    task = create_task(payload)
    path = f"/compat/unsiloed/extract/{payload['job_id']}"
    before = ask(path).json()
    assert before == {**payload, "status": "review", "file_url": None}
    say(task, ana, "/total", "corrected", Number("15.00"))
    decision = approve(task, ana)
    response = ask(path)
    after = jsontext.parse(response.content)
    assert (after["status"], after["result"]["total"]["value"].text) == ("completed", "15.00")
    assert after["result"]["total"]["score"]["extraction_score"].text == "0.3", "scores stay the machine's"
    assert after["result"]["date"] == jsontext.parse(json.dumps(payload["result"]["date"]))
    assert after["review"] == {
        "row_id": str(decision.row_id),
        "supersedes": None,
        "decision": "approved",
        "decided_at": "2026-03-10T09:01:00.000000Z",
        "fields": {"/total": "corrected", "/date": "not_reviewed"},
        "solved_flags": [],
    }


def test_a_key_that_holds_back_sees_no_undecided_result(ana, client):
    payload = unsiloed({"total": (12, 0.3)})
    task = create_task(payload)
    _, secret = create_key(upstreams=SLUGS, hold=True)
    held = client.get(f"/compat/unsiloed/extract/{payload['job_id']}", headers={"api-key": secret}).json()
    assert held["status"] == "processing" and "result" not in held
    say(task, ana, "/total", "approved")
    approve(task, ana)
    after = client.get(f"/compat/unsiloed/extract/{payload['job_id']}", headers={"api-key": secret}).json()
    assert after["status"] == "completed"


def test_a_rejected_job_reads_as_the_vendors_failed_state(ana, ask):
    payload = unsiloed({"total": (12, 0.3)})
    task = create_task(payload)
    decisions.reject(task_id=task.pk, asked=asked(task, reason="wrong paper"), user=ana, at=AT, via=VIA)
    answer = ask(f"/compat/unsiloed/extract/{payload['job_id']}").json()
    assert (answer["status"], answer["error"]) == ("failed", "wrong paper") and "result" not in answer
    assert answer["review"]["decision"] == "rejected"


def test_a_row_that_needed_no_eyes_is_final_at_triage(ana, ask):
    payload = unsiloed({"total": (12, 0.99)})
    create_job(payload)
    answer = ask(f"/compat/unsiloed/extract/{payload['job_id']}").json()
    assert answer == {**payload, "status": "completed", "file_url": None}


def test_classify_is_processing_with_a_null_result_until_it_is_decided(ana, ask):
    payload = {
        "job_id": "47c536aa-9fab-48ca-b27c-2fd74d30490a",
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
    create_upstream(slug="unsiloed_classify", kind=Kind.UNSILOED_CLASSIFY, categories=["invoice", "contract"])
    task = create_task(payload)
    path = f"/compat/unsiloed/classify/{payload['job_id']}"
    before = ask(path).json()
    assert (before["status"], before["result"], before["error"]) == ("processing", None, None)
    say(task, ana, "/classification", "corrected", "contract")
    say(task, ana, "/pages/1/classification", "approved")
    approve(task, ana)
    after = ask(path).json()
    assert after["result"]["classification"] == "contract"
    assert after["result"]["page_results"] == payload["result"]["page_results"], "correcting one never changes another"


def test_talonic_rows_are_in_review_each_by_itself_and_solved_flags_leave(ana, ask):
    rows = [
        {"values": {"total": None, "n": 1}, "confidence": 0.71, "flags": ["missing_required_field:total", "odd"]},
        {"values": {"total": 4250.00, "n": 2}, "confidence": 0.94, "status": "approved"},
        {"values": {"total": 7, "n": 3}, "confidence": 0.5},
    ]
    payload = talonic(rows)
    job = create_job(payload)
    first = Task.objects.get(job=job, key=payload["data"][0]["id"])
    path = f"/compat/talonic/v1/jobs/{payload['job_id']}/results"
    before = ask(path).json()
    assert [row["status"] for row in before["data"]] == ["review", "approved", "review"]
    say(first, ana, "/total", "corrected", Number("99.90"))
    decisions.approve(task_id=first.pk, asked=asked(first, reason="rest fine"), user=ana, at=AT, via=VIA, sign_off=True)
    after = jsontext.parse(ask(path).content)
    assert [row["status"] for row in after["data"]] == ["approved", "approved", "review"]
    assert after["data"][0]["values"]["total"].text == "99.90"
    assert after["data"][0]["validation_flags"] == ["odd"]
    assert after["data"][0]["review"]["solved_flags"] == ["missing_required_field:total"]
    assert [row["id"] for row in after["data"]] == [row["id"] for row in payload["data"]]
    assert after["total_rows"].text == "3"
    assert after["links"]["self"] == path


def test_talonic_job_links_point_to_this_server(ask):
    payload = talonic([{"values": {"a": 1}, "confidence": 0.99, "status": "approved"}])
    create_queue()
    create_job(payload)
    answer = ask(f"/compat/talonic/v1/jobs/{payload['job_id']}").json()
    assert answer["id"] == payload["job_id"] and answer["status"] == "complete"
    assert answer["links"]["self"].startswith("/compat/talonic/v1/jobs/")


def test_a_talonic_job_of_which_no_row_was_told_has_none(ask):
    job = {
        "id": "00000000-0000-4000-9000-00000000abcd",
        "status": "processing",
        "schema": {"id": "s", "name": "Invoice"},
    }
    opened = gate.open_({"job": json.dumps(job).encode()}, kind=Kind.TALONIC)
    upstream = create_upstream(slug="talonic", kind=Kind.TALONIC)
    ledger.append(upstream=upstream, snapshot=opened.snapshot, parts=opened.parts, at=AT)
    path = f"/compat/talonic/v1/jobs/{job['id']}"
    told = ask(f"{path}/results").json()
    assert (told["job_id"], told["job_status"], told["total_rows"], told["data"]) == (job["id"], "processing", 0, [])
    assert ask(path).json()["status"] == "processing"


def test_llamacloud_has_no_result_until_every_row_is_decided(ana, ask):
    run_id = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
    payload = {
        "data": {"total": 12.00, "paid": False},
        "extraction_agent_id": "282bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e",
        "extraction_metadata": {
            "field_metadata": {"total": {"confidence": 0.4, "citation": []}, "paid": {"confidence": 0.99}},
            "usage": {"num_pages_extracted": 1},
        },
        "run_id": run_id,
    }
    task = create_task(payload)
    base = f"/compat/llamacloud/api/v1/extraction/jobs/{run_id}"
    assert ask(base).json()["status"] == "PENDING"
    missing = ask(f"{base}/result")
    assert missing.status_code == 404 and missing.json() == {"detail": "Result not found"}
    say(task, ana, "/total", "corrected", Number("15.00"))
    approve(task, ana)
    assert ask(base).json()["status"] == "SUCCESS"
    result = ask(f"{base}/result").json()
    assert result["data"] == {"total": 15.00, "paid": False}
    assert result["extraction_metadata"] == payload["extraction_metadata"]
    assert result["review"]["fields"]["/total"] == "corrected"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/compat/unsiloed/extract/{id}", {"detail": "Job not found"}),
        ("/compat/unsiloed/classify/{id}", {"detail": "Job not found"}),
        ("/compat/talonic/v1/jobs/{id}", {"statusCode": 404, "code": "not_found"}),
        ("/compat/talonic/v1/jobs/{id}/results", {"statusCode": 404, "code": "not_found"}),
        ("/compat/llamacloud/api/v1/extraction/jobs/{id}", {"detail": "Job not found"}),
        ("/compat/llamacloud/api/v1/extraction/jobs/{id}/result", {"detail": "Job not found"}),
    ],
)
def test_unknown_and_foreign_jobs_are_not_found_and_a_bad_key_opens_nothing(client, path, body):
    create_queue()
    payload = unsiloed({"a": ("x", 0.3)})
    create_job(payload)
    _, foreign = create_key(upstreams=["somewhere-else"])
    _, feed_only = create_key(upstreams=SLUGS, scopes=[Scope.ROWS_READ])
    for job_id in (payload["job_id"], "99999999-9999-4999-8999-999999999999"):
        url = path.format(id=job_id)
        found = client.get(url, headers={"api-key": foreign, "Authorization": f"Bearer {foreign}"})
        assert found.status_code == 404 and body.items() <= found.json().items()
        for secret in ("", "rva_000000000000_" + "A" * 43, feed_only):
            closed = client.get(url, headers={"api-key": secret, "Authorization": f"Bearer {secret}"})
            assert closed.status_code == 401, secret
            assert "detail" in closed.json() or closed.json()["code"] == "unauthorized"


def test_an_id_that_is_no_uuid_is_refused_in_the_vendors_words(ask):
    talonic_answer = ask("/compat/talonic/v1/jobs/not-a-uuid/results")
    assert talonic_answer.status_code == 400 and talonic_answer.json()["code"] == "validation_error"
    llama = ask("/compat/llamacloud/api/v1/extraction/jobs/not-a-uuid/result")
    assert llama.status_code == 422 and llama.json()["detail"][0]["loc"] == ["path", "job_id"]
    assert ask("/compat/unsiloed/extract/not-a-uuid").status_code == 404


ELSEWHERE = [
    ("/compat/unsiloed/extract/{id}/", {"detail": "Not Found"}),
    ("/compat/unsiloed/parse/{id}", {"detail": "Not Found"}),
    ("/compat/talonic/v1/jobs/{id}/results/", {"statusCode": 404, "code": "not_found", "error": "Not Found"}),
    ("/compat/talonic/v2", {"statusCode": 404, "code": "not_found", "error": "Not Found"}),
    ("/compat/llamacloud/api/v1/extraction/jobs/{id}/", {"detail": "Not Found"}),
    ("/compat/nobody/x", {"detail": "There is nothing at this address."}),
    ("/api/rows/", {"detail": "There is nothing at this address."}),
    ("/api/", {"detail": "There is nothing at this address."}),
    ("/compat/unsiloed/", {"detail": "Not Found"}),
    ("/api/other", {"detail": "There is nothing at this address."}),
]


@pytest.mark.parametrize(("path", "body"), ELSEWHERE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_leads_nowhere_is_said_in_json_without_a_session(client, path, body, method):
    answer = client.generic(method, path.format(id="99999999-9999-4999-8999-999999999999"))
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json" and body.items() <= answer.json().items()
    assert not answer.cookies and answer["Cache-Control"] == "no-store"


def test_a_link_to_a_file_that_is_no_longer_good_is_said_in_json(client):
    answer = client.get("/files/not-a-token")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert "ask for the job again" in answer.json()["detail"] and not answer.cookies


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/compat/unsiloed/extract/{id}", {"detail": "Method Not Allowed"}),
        ("/compat/unsiloed/classify/{id}", {"detail": "Method Not Allowed"}),
        ("/compat/talonic/v1/jobs/{id}", {"statusCode": 405, "code": "method_not_allowed", "retryable": False}),
        ("/compat/talonic/v1/jobs/{id}/results", {"statusCode": 405, "code": "method_not_allowed"}),
        ("/compat/llamacloud/api/v1/extraction/jobs/{id}/result", {"detail": "Method Not Allowed"}),
        ("/api/rows", {"detail": "Method Not Allowed"}),
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS"])
def test_another_method_is_refused_in_json_and_says_which_are_allowed(client, path, body, method):
    answer = client.generic(method, path.format(id="99999999-9999-4999-8999-999999999999"))
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer["Content-Type"] == "application/json" and body.items() <= answer.json().items()
    assert not answer.cookies


def test_asking_too_often_is_429_with_an_integer_retry_after(ask, settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    answers = [ask("/compat/unsiloed/extract/x") for _ in range(4)]
    assert {answer.status_code for answer in answers[2:]} == {429}
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60


def test_the_feed_tells_what_was_decided_since_and_forgets_nothing(ana, ask):
    first = create_task(unsiloed({"total": (12, 0.3)}))
    passed = create_job(unsiloed({"total": (1.00, 0.99)}))
    start = ask("/api/rows").json()
    assert [row["outcome"] for row in start["data"]] == ["passed"] and start["data"][0]["job_id"] == passed.job_id
    assert ask(f"/api/rows?after={start['next']}").json() == {"data": [], "next": start["next"]}
    say(first, ana, "/total", "corrected", Number("15.00"))
    approve(first, ana)
    response = ask(f"/api/rows?after={start['next']}")
    (row,) = jsontext.parse(response.content)["data"]
    assert (row["outcome"], row["values"]["total"].text, row["verdicts"]) == (
        "approved",
        "15.00",
        {"/total": "corrected"},
    )
    assert row["row_id"] == str(ResultRow.objects.get(source="review").pk)


def test_a_reopened_extraction_keeps_answering_its_last_decided_row(ana, ask):
    payload = unsiloed({"total": (12, 0.3), "date": ("2026-03-01", 0.95)})
    task = create_task(payload)
    say(task, ana, "/total", "corrected", Number("15"))
    approve(task, ana)
    payload["result"]["total"]["value"] = 13
    payload["result"]["date"]["value"] = "2026-03-02"
    take_in(payload)
    triage.run(at=AT + timedelta(hours=1))
    assert Task.objects.filter(state="open").count() == 1
    answer = ask(f"/compat/unsiloed/extract/{payload['job_id']}").json()
    assert (answer["status"], answer["result"]["total"]["value"]) == ("completed", 15)
    assert answer["result"]["date"]["value"] == "2026-03-01"
    assert Decision.objects.count() == 1
