"""Does the simulated Talonic keep its contract? Rows that appear, cursors, corrections that lock, fields in review."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import pytest

from reviewapp.intake import gate
from reviewapp.ops.simulator import Simulator
from tests.ops.simulator.asking import ask, get, hand_in

JOB = "5dc7ab9d-85b0-5b55-ba5c-9d4ac49eee01"
V1 = "/talonic/v1"
NOBODY = str(uuid.UUID(int=7))


def rows(sim: Simulator) -> list[Any]:
    return list(get(sim, f"{V1}/jobs/{JOB}/results").json["data"])


def extraction_of(sim: Simulator, row: Any) -> Any:
    return get(sim, f"{V1}/documents/{row['document_id']}/extractions").json["data"][0]


def test_rows_appear_while_the_job_works(sim: Simulator) -> None:
    seen = []
    for _ in range(4):
        job = get(sim, f"{V1}/jobs/{JOB}").json
        results = get(sim, f"{V1}/jobs/{JOB}/results")
        assert results.json["job_status"] == job["status"] and results.json["total_rows"] == 5
        assert job["completed_documents"] == len(results.json["data"])
        assert len(gate.open_({"result": results.body}).snapshot.rows) == len(results.json["data"])
        seen.append((job["status"], len(results.json["data"]), job["progress"]))
    assert seen == [("queued", 0, None), ("processing", 1, 33), ("processing", 3, 66), ("complete", 5, None)]
    job = get(sim, f"{V1}/jobs/{JOB}").json
    assert job["completed_at"] and job["grid_stats"]["total_cells"] > job["grid_stats"]["empty"] > 0


def test_jobs_are_listed_by_cursor_and_status(done: Simulator) -> None:
    first = get(done, f"{V1}/jobs?limit=1").json
    assert first["pagination"] == {"total": 2, "limit": 1, "has_more": True, "next_cursor": "1"}
    second = get(done, f"{V1}/jobs?limit=1&cursor=1").json
    assert second["pagination"]["has_more"] is False and second["pagination"]["next_cursor"] is None
    assert {first["data"][0]["id"], second["data"][0]["id"]} == set(done.job_ids("talonic"))
    assert [one["id"] for one in get(done, f"{V1}/jobs?status=complete").json["data"]] == [JOB]


def test_documents_become_a_job_and_small_ones_are_answered_at_once(sim: Simulator) -> None:
    file = ("file", "invoice-tarn-thistle.pdf", b"%PDF-1.4 other bytes")
    document = hand_in(sim, f"{V1}/sources/{NOBODY}/documents", file=file)
    assert (document.status, document.json["status"]) == (202, "queued")
    assert hand_in(sim, f"{V1}/sources/{NOBODY}/documents", file=file).json == document.json | {"status": "duplicate"}
    schema = rows_schema(sim)
    body = {"schema_id": schema, "document_ids": [document.json["id"]]}
    made = ask(sim, "POST", f"{V1}/jobs", body)
    assert (made.status, made.json["status"]) == (201, "pending")
    sim.settle(made.json["id"])
    row = get(sim, f"{V1}/jobs/{made.json['id']}/results").json["data"][0]
    assert (row["values"]["invoice_number"], row["document_id"]) == ("TT/26/044", document.json["id"])
    at_once = hand_in(sim, f"{V1}/extract", file=("file", "new.pdf", b"%PDF-1.4"), schema='{"properties": {"a": {}}}')
    assert (at_once.status, at_once.json["data"]) == (200, {"a": "simulated"})
    long = hand_in(sim, f"{V1}/extract", file=("file", "long.pdf", b"%PDF-1.4" + b"/Type /Page\n" * 6))
    assert (long.status, long.json["job"]["poll_url"]) == (202, f"/v1/jobs/{long.json['job']['id']}")


def rows_schema(sim: Simulator) -> str:
    schema = get(sim, f"{V1}/jobs/{JOB}").json["schema"]["id"]
    assert get(sim, f"{V1}/schemas/{schema}").json["definition"]["properties"]["line_items"]["type"] == "array"
    return str(schema)


def test_a_job_is_cancelled_once(sim: Simulator) -> None:
    assert ask(sim, "POST", f"{V1}/jobs/{JOB}/cancel").json["status"] == "cancelled"
    assert ask(sim, "POST", f"{V1}/jobs/{JOB}/cancel").status == 400
    assert get(sim, f"{V1}/jobs/{JOB}").json["status"] == "cancelled"


@pytest.mark.parametrize("more", [{}, {"propagate": "this_document_only"}])
def test_a_correction_locks_its_field_and_leaves_the_jobs_rows(more: dict[str, str], done: Simulator) -> None:
    row = rows(done)[2]
    extraction = extraction_of(done, row)
    body = {"corrections": [{"field": "total", "value": 1722.0, "reason": "row 12"}], **more}
    told = ask(done, "PATCH", f"{V1}/extractions/{extraction['id']}/data", body)
    assert told.status == 200 and told.json["data"]["total"] == 1722.0
    assert told.json["locked_fields"] == ["total"] and told.json["confidence"]["fields"]["total"] == 1.0
    assert rows(done)[2] == row
    done.reextract(JOB, changes={"/data/2/values/total": "99"})
    assert extraction_of(done, row)["data"]["total"] == 1722.0
    assert get(done, f"{V1}/extractions/{extraction['id']}/data").json["locked_fields"] == ["total"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"corrections": []},
        {"corrections": [{"field": "total"}]},
        {"corrections": [{"field": "nothing", "value": 1}]},
        {"corrections": [{"field": "total", "value": 1}], "propagate": "everywhere"},
    ],
)
def test_a_correction_that_cannot_be_made_is_refused(body: Any, done: Simulator) -> None:
    extraction = extraction_of(done, rows(done)[0])
    assert ask(done, "PATCH", f"{V1}/extractions/{extraction['id']}/data", body).status == 400
    assert extraction_of(done, rows(done)[0])["locked_fields"] == []


def test_a_record_in_review_is_decided_once(done: Simulator) -> None:
    listed = get(done, f"{V1}/review?status=pending").json["data"]
    assert {one["document_id"] for one in listed} >= {
        row["document_id"] for row in rows(done) if row["status"] == "review"
    }
    path = f"{V1}/review/{listed[0]['id']}"
    assert ask(done, "POST", f"{path}/action", {"action": "perhaps"}).status == 400
    told = ask(done, "POST", f"{path}/action", {"action": "approve", "reason": "row 12"}).json
    assert (told["status"], told["decided_by"], told["reason"]) == ("approved", "api", "row 12")
    assert get(done, path).json == told
    assert ask(done, "POST", f"{path}/action", {"action": "reject"}).status == 400


def test_fields_in_review_are_resolved_once(done: Simulator) -> None:
    listed = get(done, f"{V1}/field-reviews").json["data"]
    missing = next(one for one in listed if one["reason"] == "missing_value")
    path = f"{V1}/field-reviews/{missing['document_id']}/{missing['field_key']}"
    assert get(done, path).json == missing
    before = get(done, f"{V1}/field-reviews/summary").json["data"]
    assert ask(done, "POST", f"{path}/resolve", {"action": "correct"}).status == 400
    body = {"action": "correct", "corrected_value": 5, "reason": "row 12"}
    assert ask(done, "POST", f"{path}/resolve", body).json["status"] == "resolved"
    assert ask(done, "POST", f"{path}/resolve", body).status == 400
    after = get(done, f"{V1}/field-reviews/summary").json["data"]
    assert (after["resolved"], after["pending_review"]) == (1, before["pending_review"] - 1)
    other = next(one for one in listed if one is not missing)
    item = {"document_id": other["document_id"], "field_key": other["field_key"], "action": "approve"}
    assert (
        ask(done, "POST", f"{V1}/field-reviews/bulk-resolve", {"items": [item]}).json["data"][0]["status"] == "resolved"
    )
    assert ask(done, "POST", f"{V1}/field-reviews/bulk-resolve", {"items": [item] * 501}).status == 400


@pytest.mark.parametrize(
    ("status", "code", "path"),
    [
        (400, "validation_error", f"{V1}/jobs/not-a-uuid/results"),
        (404, "RESOURCE_NOT_FOUND", f"{V1}/jobs/{NOBODY}"),
        (404, "RESOURCE_NOT_FOUND", f"{V1}/documents/{NOBODY}/extractions"),
        (404, "RESOURCE_NOT_FOUND", f"{V1}/nothing"),
    ],
)
def test_refusals_have_the_vendors_body(status: int, code: str, path: str, sim: Simulator) -> None:
    reply = get(sim, path)
    assert (reply.status, reply.json["statusCode"], reply.json["code"]) == (status, status, code)
    assert reply.json.keys() == {"statusCode", "code", "error", "message", "retryable", "timestamp", "path"}
    assert reply.json["retryable"] is False


def test_every_answer_says_what_is_left_of_the_day(sim: Simulator) -> None:
    for path, key in ((f"{V1}/jobs", True), (f"{V1}/jobs/{NOBODY}", True), (f"{V1}/jobs", False)):
        headers = get(sim, path, key=key).headers
        assert int(headers["x-ratelimit-limit"]) > int(headers["x-ratelimit-remaining"]) > 0
        reset = datetime.fromisoformat(headers["x-ratelimit-reset"])
        assert reset.tzinfo is not None and (reset.hour, reset.minute) == (0, 0)
    assert get(sim, f"{V1}/jobs", key=False).status == 401
