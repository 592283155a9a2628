"""What is Talonic asked, exactly, and what is made of each of its answers?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.intake import gate
from reviewapp.upstreams import adapter, registry
from reviewapp.upstreams.clients import Listing, Source, Submission, Submitted
from tests.upstreams.clients.scripted import KEY, js, vendor
from tests.upstreams.servers import AT, said

CLIENT = registry.client(Kind.TALONIC)
JOB, SCHEMA = "a1b2c3d4-0000-4000-8000-000000000001", "sch-1"
GET_JOB, GET_ROWS, GET_SCHEMA = f"GET /v1/jobs/{JOB}", f"GET /v1/jobs/{JOB}/results", f"GET /v1/schemas/{SCHEMA}"
DEFINITION = {"type": "object", "properties": {"total": {"type": "number"}, "due": {"type": "string"}}}
SAVED = {
    "id": SCHEMA,
    "name": "Invoice",
    "version": 2,
    "definition": DEFINITION,
    "links": {"self": "/v1/schemas/sch-1"},
}


def job(status: str, **more: object) -> dict[str, object]:
    named = {"id": SCHEMA, "name": "Invoice"}
    return {"id": JOB, "name": "j", "status": status, "schema": named, "created_at": "2026-03-10T10:00:00Z", **more}


def results(status: str, *rows: dict[str, object], **more: object) -> str:
    about = {"job_id": JOB, "job_status": status, "schema": {"id": SCHEMA, "name": "Invoice"}, "total_rows": 2}
    return json.dumps({**about, "data": list(rows), "links": {}, **more})


def row(name: str, status: str = "approved", **more: object) -> dict[str, object]:
    return {
        "id": name,
        "document_id": f"doc-{name}",
        "filename": f"{name}.pdf",
        "status": status,
        "values": {"total": 1},
        **more,
    }


FLAGGED = row("r2", "review", validation_flags=["missing_required_field:due"])
JOBS: dict[str, tuple[dict[str, object], str, JobStatus, int]] = {
    "complete": (job("complete"), results("complete", row("r1"), FLAGGED), JobStatus.COMPLETED, 2),
    "completed": (job("completed"), results("completed", row("r1")), JobStatus.COMPLETED, 1),
    "growing": (job("processing", progress=40), results("processing", row("r1")), JobStatus.PROCESSING, 1),
    "none yet": (job("processing"), results("processing"), JobStatus.PROCESSING, 0),
    "pending": (job("pending"), results("pending"), JobStatus.QUEUED, 0),
    "failed": (job("failed", error={"code": "OCR_FAILED", "message": "bad"}), results("failed"), JobStatus.FAILED, 0),
    "cancelled": (job("cancelled"), results("cancelled"), JobStatus.CANCELLED, 0),
    "a new word": (job("archived"), results("archived", row("r1")), JobStatus.UNKNOWN, 1),
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_three_calls_and_has_no_document(name: str) -> None:
    tree, body, status, rows = JOBS[name]
    with vendor({GET_JOB: js(tree), GET_ROWS: js(body), GET_SCHEMA: js(SAVED)}) as one:
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
        assert one.lines == [GET_JOB, GET_ROWS, GET_SCHEMA]
        assert {request.headers["authorization"] for request in one.heard} == {f"Bearer {KEY}"}
    assert fetched.sources == ()
    assert fetched.parts == {
        "result": body.encode(),
        "job": json.dumps(tree).encode(),
        "schema": json.dumps(SAVED).encode(),
    }
    snapshot = gate.open_(fetched.parts, kind=Kind.TALONIC).snapshot
    assert (snapshot.job_id, snapshot.status, len(snapshot.rows)) == (JOB, status, rows)
    assert snapshot.schema is not None and json.loads(snapshot.schema) == DEFINITION
    assert (snapshot.schema_id, snapshot.schema_name) == (SCHEMA, "Invoice")


def test_the_schema_tells_which_flag_is_about_a_field() -> None:
    flags = [{"code": "x", "field": "due"}, "odd:due"]
    body = results("complete", row("r1", validation_flags=flags))
    with vendor({GET_JOB: js(job("complete")), GET_ROWS: js(body), GET_SCHEMA: js(SAVED)}) as one:
        snapshot = gate.open_(CLIENT.fetch(one.connection(), JOB, at=AT).parts, kind=Kind.TALONIC).snapshot
    assert [flag.path for flag in snapshot.rows[0].flags] == ["/due", "/due"]


@pytest.mark.parametrize(
    "saved",
    [js({"detail": "x"}, 404), js({"code": "INSUFFICIENT_PERMISSIONS"}, 403), js({"code": "VALIDATION_ERROR"}, 400)],
)
def test_a_schema_that_cannot_be_had(saved: bytes) -> None:
    with vendor({GET_JOB: js(job("complete")), GET_ROWS: js(results("complete", row("r1"))), GET_SCHEMA: saved}) as one:
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
    assert set(fetched.parts) == {"job", "result"}
    assert gate.open_(fetched.parts, kind=Kind.TALONIC).snapshot.schema is None


@pytest.mark.parametrize("definition", [{"total": "number"}, [{"name": "total"}], None])
def test_a_schema_in_a_simpler_form_is_no_json_schema(definition: object) -> None:
    saved = js({**SAVED, "definition": definition})
    with vendor({GET_JOB: js(job("complete")), GET_ROWS: js(results("complete", row("r1"))), GET_SCHEMA: saved}) as one:
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
    assert gate.open_(fetched.parts, kind=Kind.TALONIC).snapshot.schema is None


@pytest.mark.parametrize(
    ("in_job", "in_rows", "asked"),
    [
        (None, None, []),
        (None, {"id": SCHEMA}, [GET_SCHEMA]),
        ({"id": SCHEMA}, None, [GET_SCHEMA]),
        (SCHEMA, None, [GET_SCHEMA]),
    ],
)
def test_where_the_schema_is_named(in_job: object, in_rows: object, asked: list[str]) -> None:
    body = results("complete", row("r1"), schema=in_rows)
    with vendor({GET_JOB: js(job("complete", schema=in_job)), GET_ROWS: js(body), GET_SCHEMA: js(SAVED)}) as one:
        CLIENT.fetch(one.connection(), JOB, at=AT)
        assert one.lines == [GET_JOB, GET_ROWS, *asked]


@pytest.mark.parametrize("status", [404, 409])
@pytest.mark.parametrize(
    ("word", "state"),
    [("processing", JobStatus.PROCESSING), ("pending", JobStatus.QUEUED), ("failed", JobStatus.FAILED)],
)
def test_a_job_without_results_passes_the_gate(status: int, word: str, state: JobStatus) -> None:
    with vendor({GET_JOB: js(job(word)), GET_ROWS: js({"code": "RESOURCE_NOT_FOUND"}, status)}) as one:
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
    assert set(fetched.parts) == {"job"}
    opened = gate.open_(fetched.parts, kind=Kind.TALONIC)
    assert (opened.snapshot.status, opened.snapshot.rows, opened.snapshot.schema_id) == (state, (), SCHEMA)
    payload = {part.name: part.text for part in opened.parts}
    assert registry.adapter(Kind.TALONIC).compose(payload, {}) == payload


def test_a_complete_job_without_results_is_waited_for() -> None:
    with (
        vendor({GET_JOB: js(job("complete")), GET_ROWS: js({"code": "x"}, 404)}) as one,
        pytest.raises(adapter.Unavailable),
    ):
        CLIENT.fetch(one.connection(), JOB, at=AT)
    with pytest.raises(gate.Refused):
        gate.open_({"job": json.dumps(job("complete")).encode()}, kind=Kind.TALONIC)


def test_results_that_cannot_be_read_are_brought_to_the_gate() -> None:
    with vendor({GET_JOB: js(job("complete")), GET_ROWS: said(200, b"<html>"), GET_SCHEMA: js(SAVED)}) as one:
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
    assert fetched.parts["result"] == b"<html>"
    with pytest.raises(gate.Refused):
        gate.open_(fetched.parts, kind=Kind.TALONIC)


@pytest.mark.parametrize("broken", [GET_JOB, GET_ROWS, GET_SCHEMA])
@pytest.mark.parametrize(
    ("answer", "kind"), [(said(500), adapter.Unavailable), (js({"code": "AUTH_REQUIRED"}, 401), adapter.AuthRefused)]
)
def test_a_call_that_fails_fails_the_fetch(broken: str, answer: bytes, kind: type[Exception]) -> None:
    answers = {GET_JOB: js(job("complete")), GET_ROWS: js(results("complete")), GET_SCHEMA: js(SAVED), broken: answer}
    with vendor(answers) as one, pytest.raises(kind):  # type: ignore[arg-type]
        CLIENT.fetch(one.connection(), JOB, at=AT)


def test_an_unknown_job() -> None:
    with vendor({GET_JOB: js({"code": "RESOURCE_NOT_FOUND"}, 404)}) as one, pytest.raises(adapter.NotFound):
        CLIENT.fetch(one.connection(), JOB, at=AT)


@pytest.mark.parametrize(
    ("cursor", "line", "pages", "following"),
    [
        ("", "GET /v1/jobs?limit=50", {"has_more": True, "next_cursor": "c/2"}, "c/2"),
        ("c/2", "GET /v1/jobs?limit=50&cursor=c%2F2", {"has_more": False, "next_cursor": "c3"}, ""),
        ("", "GET /v1/jobs?limit=50", {"next_cursor": None}, ""),
        ("", "GET /v1/jobs?limit=50", None, ""),
    ],
)
def test_jobs_are_listed_page_by_page_the_newest_first(cursor: str, line: str, pages: object, following: str) -> None:
    jobs = [{"id": "old", "created_at": "2026-01-01"}, {"id": "new", "created_at": "2026-02-01"}, {"name": "odd"}, 7]
    with vendor({line: js({"data": jobs, "pagination": pages})}) as one:
        assert CLIENT.list_jobs(one.connection(), cursor=cursor, at=AT) == Listing(("new", "old"), following)
        assert one.lines == [line]


def test_it_gives_no_document() -> None:
    assert not CLIENT.can.has_documents
    with vendor({}) as one, pytest.raises(NotImplementedError):
        CLIENT.locate(one.connection(), JOB, Source("r1"), at=AT)


EXTRACT, MAKE = "POST /v1/extract", "POST /v1/jobs"


def submission(folder: Path, **more: object) -> Submission:
    path = folder / "a.pdf"
    path.write_bytes(b"%PDF-1.7 %%EOF")
    return Submission(path, "a.pdf", "application/pdf", "key-1", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "answer",
    [
        js({"job": {"id": JOB, "status": "pending", "poll_url": f"/v1/jobs/{JOB}"}}, 202),
        js({"job": {"poll_url": f"https://api.talonic.com/v1/jobs/{JOB}?x=1"}}, 202),
        js({"job_id": JOB, "status": "processing"}, 202),
        js({"status": "complete", "extraction_id": "e", "links": {"job": f"/v1/jobs/{JOB}"}}),
    ],
)
def test_a_document_is_handed_in_and_becomes_a_job(tmp_path: Path, answer: bytes) -> None:
    with vendor({EXTRACT: [said(500), answer]}) as one:
        made = CLIENT.submit(one.connection(), submission(tmp_path, schema='{"a":1.50}'), at=AT)
        assert one.lines == [EXTRACT, EXTRACT]
        for request in one.heard:
            assert request.headers["idempotency-key"] == "key-1"
            assert request.form() == {
                "options": (None, "text/plain", b'{"async":true}'),
                "schema": (None, "text/plain", b'{"a":1.50}'),
                "file": ("a.pdf", "application/pdf", b"%PDF-1.7 %%EOF"),
            }
    assert made == Submitted(JOB)


READ: dict[str, Any] = {
    "extraction_id": "ext-1",
    "status": "complete",
    "document": {"id": "doc-1"},
    "data": {"total": 1},
}


def test_what_was_read_at_once_becomes_a_job_where_a_schema_is_saved(tmp_path: Path) -> None:
    with vendor({EXTRACT: js(READ), MAKE: js({"id": JOB, "status": "pending", "links": {}}, 201)}) as one:
        made = CLIENT.submit(one.connection(schema_id=SCHEMA), submission(tmp_path), at=AT)
        first, second = one.heard
    assert made == Submitted(JOB)
    assert first.form()["schema_id"][2] == SCHEMA.encode()
    assert second.json() == {"schema_id": SCHEMA, "document_ids": ["doc-1"], "name": "a.pdf"}
    assert second.headers["idempotency-key"] == "key-1-job"


def test_what_was_read_at_once_by_a_schema_of_its_own_makes_no_job(tmp_path: Path) -> None:
    with vendor({EXTRACT: js({**READ, "schema": {"source": "provided", "id": None}})}) as one:
        made = CLIENT.submit(one.connection(), submission(tmp_path, schema="{}"), at=AT)
    assert made.job_id is None and "ext-1" in made.blocked


def test_a_probe_is_harmless() -> None:
    with vendor({"GET /v1/jobs?limit=1": js({"data": []})}) as one:
        assert "accepts the credential" in CLIENT.probe(one.connection(), at=AT)
