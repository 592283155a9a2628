"""Does the simulated Unsiloed keep its contract? One address for state and result, links, submissions, refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reviewapp.intake import gate
from reviewapp.ops.samples import index
from reviewapp.ops.simulator import Simulator
from tests.ops.simulator.asking import ask, get, hand_in

REVIEW = "6150397b-4b8f-5189-9b87-e9c7fd724486"
FAILED = "de1438a7-51db-5990-aef9-61351e2406e8"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "number": {"type": "string"},
        "net": {"type": "number"},
        "currency": {"enum": ["EUR", "GBP"]},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"quantity": {"type": "integer"}}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "buyer": {"type": "object", "properties": {"paid": {"type": "boolean"}}},
    },
}
PDF = ("pdf_file", "new.pdf", b"%PDF-1.4 new")


def ended(sim: Simulator, job_id: str) -> Any:
    sim.settle(job_id)
    return get(sim, f"/unsiloed/extract/{job_id}")


def test_the_result_is_absent_until_there_is_one(sim: Simulator) -> None:
    for status in ("queued", "processing", "processing"):
        tree = get(sim, f"/unsiloed/extract/{REVIEW}").json
        assert tree["status"] == status and not tree.keys() & {"result", "error"}
        assert tree["metadata"]["schema"] and tree["file_name"] == "invoice-harrow-vale.pdf"
    tree = get(sim, f"/unsiloed/extract/{REVIEW}").json
    assert tree["status"] == "review" and tree["result"]["grand_total"]["citation"]["page"] == 1


def test_a_failed_job_is_answered_with_200_and_its_error(done: Simulator) -> None:
    reply = get(done, f"/unsiloed/extract/{FAILED}")
    assert reply.status == 200 and reply.json["status"] == "failed" and reply.json["error"]


def test_classification_says_null_until_there_is_a_result(sim: Simulator) -> None:
    job_id = sim.job_ids("unsiloed_classify")[0]
    tree = get(sim, f"/unsiloed/classify/{job_id}").json
    assert (tree["status"], tree["result"], tree["error"]) == ("queued", None, None)
    sim.settle(job_id)
    assert get(sim, f"/unsiloed/classify/{job_id}").json["result"]["success"] is True


def test_a_document_of_ones_own_becomes_a_job_with_plainly_made_values(sim: Simulator) -> None:
    reply = hand_in(sim, "/unsiloed/v2/extract", file=PDF, schema_data=json.dumps(SCHEMA), enable_citations="true")
    assert reply.status == 200 and reply.json["status"] == "queued" and reply.json["quota_remaining"] > 0
    answer = ended(sim, reply.json["job_id"])
    row = gate.open_({"result": answer.body}).snapshot.rows[0]
    assert row.values == gate.open_({"result": answer.body}).snapshot.rows[0].values
    assert isinstance(row.values, dict)
    assert row.values["number"] == "simulated" and row.values["currency"] == "EUR"
    assert str(row.values["net"]) == "12.50" and row.values["tags"] == ["simulated"]
    assert row.values["buyer"] == {"paid": True} and len(row.values["lines"]) == 1  # type: ignore[arg-type]
    assert row.fields["/number"].citations[0].page == 1
    link = answer.json["file_url"]
    assert get(sim, link.removeprefix(sim.url)).body == PDF[2]


def test_a_samples_document_gets_the_samples_result(sim: Simulator) -> None:
    data = (index.DOCUMENTS / "invoice-harrow-vale.pdf").read_bytes()
    file = ("pdf_file", "invoice-harrow-vale.pdf", data)
    schema = json.dumps(SCHEMA)
    with_citations = hand_in(sim, "/unsiloed/v2/extract", file=file, schema_data=schema, enable_citations="true").json
    without = hand_in(sim, "/unsiloed/v2/extract", file=file, schema_data=schema).json
    flat = hand_in(sim, "/unsiloed/v2/extract", file=file, schema_data=schema, model="alpha").json
    assert len({REVIEW, with_citations["job_id"], without["job_id"], flat["job_id"]}) == 4
    total = ended(sim, with_citations["job_id"]).json["result"]["grand_total"]
    assert total == ended(sim, REVIEW).json["result"]["grand_total"]
    total = ended(sim, without["job_id"]).json["result"]["grand_total"]
    assert total["citation"] is None and total["score"]["grounding_score"] == 0.0
    total = ended(sim, flat["job_id"]).json["result"]["grand_total"]
    assert total.keys() == {"value", "score"} and isinstance(total["score"], float)


def test_the_same_idempotency_key_makes_one_job(sim: Simulator) -> None:
    headers = {"Idempotency-Key": "once"}
    first, second = (
        hand_in(sim, "/unsiloed/v2/extract", file=PDF, schema_data=json.dumps(SCHEMA), headers=headers).json
        for _ in range(2)
    )
    assert first == second
    assert hand_in(sim, "/unsiloed/v2/extract", file=PDF, schema_data=json.dumps(SCHEMA)).json != first


def test_personal_data_blocks_a_submission_without_a_job(sim: Simulator) -> None:
    before = sim.job_ids("unsiloed_extract")
    texts = {"schema_data": json.dumps(SCHEMA), "detect_pii": "true", "pii_block_severity": "any"}
    reply = hand_in(sim, "/unsiloed/v2/extract", file=PDF, **texts)
    assert (reply.status, reply.json["status"], reply.json["job_id"]) == (200, "pii_blocked", None)
    assert sim.job_ids("unsiloed_extract") == before


def test_a_classification_is_begun_with_202(sim: Simulator) -> None:
    reply = hand_in(sim, "/unsiloed/classify", file=PDF, categories='["letter", "invoice"]')
    assert reply.status == 202
    sim.settle(reply.json["job_id"])
    result = get(sim, f"/unsiloed/classify/{reply.json['job_id']}")
    assert result.json["result"]["classification"] == "letter"
    assert gate.open_({"result": result.body}).snapshot.rows


@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (404, "GET", "/unsiloed/extract/nobody", None),
        (404, "GET", f"/unsiloed/classify/{REVIEW}", None),
        (404, "GET", "/unsiloed/jobs", None),
        (422, "POST", "/unsiloed/v2/extract", b""),
        (400, "POST", "/unsiloed/classify", b""),
    ],
)
def test_refusals_say_detail(status: int, method: str, path: str, body: bytes | None, sim: Simulator) -> None:
    reply = ask(sim, method, path, body)
    assert reply.status == status and reply.json.keys() == {"detail"}


def test_without_the_key_nothing_but_health_is_answered(sim: Simulator) -> None:
    assert get(sim, f"/unsiloed/extract/{REVIEW}", key=False).status == 401
    assert get(sim, f"/unsiloed/extract/{REVIEW}", key=False, headers={"api-key": "another"}).status == 401
    assert get(sim, "/unsiloed/health", key=False).status == 200


def test_the_vendors_name_may_be_left_out_of_the_path(sim: Simulator) -> None:
    assert get(sim, "/health").json["simulated"] is True
