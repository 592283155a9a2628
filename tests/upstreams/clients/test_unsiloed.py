"""What is Unsiloed asked, exactly, and what is made of each of its answers?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.intake import gate
from reviewapp.upstreams import adapter, registry
from reviewapp.upstreams.clients import Source, Submission, Submitted, VendorClient
from tests.upstreams.clients.scripted import KEY, URL, Vendor, correction, js, vendor
from tests.upstreams.servers import AT, said

EXTRACT, CLASSIFY = registry.client(Kind.UNSILOED_EXTRACT), registry.client(Kind.UNSILOED_CLASSIFY)
JOB = "b2094b38-0000-4000-8000-000000000001"
NESTED = {
    "value": "02-0624253",
    "score": {"grounding_score": 0.98, "extraction_score": None},
    "citation": {"bbox": [0, 1, 2, 3], "page": 1, "page_width": 612, "page_height": 792},
}


def extract_job(status: str, **more: object) -> dict[str, object]:
    about = {"order": ["EIN"], "schema": {"type": "object", "properties": {"EIN": {"type": "string"}}}, "page_count": 1}
    base = {
        "job_id": JOB,
        "status": status,
        "file_name": "a.pdf",
        "file_url": URL,
        "created_at": "2026-03-10T10:00:00Z",
    }
    return {**base, "updated_at": "2026-03-10T10:00:00+00:00", "metadata": about, **more}


EXTRACTS: dict[str, tuple[dict[str, object], JobStatus, int]] = {
    "queued": (extract_job("queued"), JobStatus.QUEUED, 0),
    "processing": (extract_job("processing", file_url=None, file_name=None), JobStatus.PROCESSING, 0),
    "completed": (extract_job("completed", result={"EIN": NESTED}), JobStatus.COMPLETED, 1),
    "review": (extract_job("review", result={"EIN": NESTED}), JobStatus.REVIEW, 1),
    "flat": (extract_job("COMPLETED", result={"EIN": {"value": "1", "score": 0.9}}), JobStatus.COMPLETED, 1),
    "failed": (extract_job("failed", error="unreadable"), JobStatus.FAILED, 0),
    "a new word": (extract_job("archived", result={"EIN": NESTED}), JobStatus.UNKNOWN, 1),
}


def ask(one: Vendor, line: str) -> None:
    assert one.lines == [line]
    headers = one.heard[0].headers
    assert headers["api-key"] == KEY
    assert headers["accept"] == "application/json"
    assert "authorization" not in headers


@pytest.mark.parametrize("name", EXTRACTS)
def test_an_extract_job_is_one_call(name: str) -> None:
    tree, status, rows = EXTRACTS[name]
    body = json.dumps(tree)
    with vendor({f"GET /extract/{JOB}": js(body)}) as one:
        fetched = EXTRACT.fetch(one.connection(), JOB, at=AT)
        ask(one, f"GET /extract/{JOB}")
    assert fetched.parts == {"result": body.encode()}
    there = tree["file_url"] is not None
    assert fetched.sources == ((Source("", name="a.pdf"),) if there else ())
    snapshot = gate.open_(fetched.parts, kind=Kind.UNSILOED_EXTRACT).snapshot
    assert (snapshot.status, len(snapshot.rows), snapshot.job_id) == (status, rows, JOB)


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"job_id":', b"[]", b'{"a":1,"a":2}'])
def test_what_cannot_be_read_is_brought_to_the_gate(body: bytes) -> None:
    with vendor({f"GET /extract/{JOB}": said(200, body)}) as one:
        fetched = EXTRACT.fetch(one.connection(), JOB, at=AT)
    assert fetched.parts == {"result": body} and fetched.sources == ()
    with pytest.raises(gate.Refused):
        gate.open_(fetched.parts, kind=Kind.UNSILOED_EXTRACT)


CLASSIFIED = {
    "success": True,
    "classification": "invoice",
    "confidence": 0.99,
    "page_results": [{"page": 1, "success": False, "error": "blank", "classification": "invoice", "confidence": 0.0}],
    "total_pages": 1,
    "processed_pages": 1,
}
CLASSIFIES: dict[str, tuple[dict[str, object], JobStatus, int]] = {
    "queued": ({"status": "queued", "progress": "Starting", "result": None}, JobStatus.QUEUED, 0),
    "processing": ({"status": "processing", "progress": "p", "result": None}, JobStatus.PROCESSING, 0),
    "completed": ({"status": "completed", "progress": "p", "result": CLASSIFIED}, JobStatus.PARTIAL, 1),
    "failed": ({"status": "failed", "progress": "p", "error": "bad", "result": None}, JobStatus.FAILED, 0),
}


@pytest.mark.parametrize("name", CLASSIFIES)
def test_a_classify_job_is_one_call_and_has_no_document(name: str) -> None:
    tree, status, rows = CLASSIFIES[name]
    body = json.dumps({"job_id": JOB, "error": None, **tree})
    with vendor({f"GET /classify/{JOB}": js(body)}) as one:
        fetched = CLASSIFY.fetch(one.connection(), JOB, at=AT)
        ask(one, f"GET /classify/{JOB}")
    assert fetched.parts == {"result": body.encode()} and fetched.sources == ()
    snapshot = gate.open_(fetched.parts, kind=Kind.UNSILOED_CLASSIFY).snapshot
    assert (snapshot.status, len(snapshot.rows)) == (status, rows)


def test_a_document_is_located_by_asking_the_job_again() -> None:
    with vendor({f"GET /extract/{JOB}": js(extract_job("completed"))}) as one:
        located = EXTRACT.locate(one.connection(), JOB, Source(""), at=AT)
        ask(one, f"GET /extract/{JOB}")
    assert located is not None and located.url == URL and located.headers == {}
    assert URL not in repr(located)


@pytest.mark.parametrize("file_url", [None, "", 7])
def test_a_document_that_is_there_no_more(file_url: object) -> None:
    with vendor({f"GET /extract/{JOB}": js(extract_job("completed", file_url=file_url))}) as one:
        assert EXTRACT.locate(one.connection(), JOB, Source(""), at=AT) is None


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 \x00\xff %%EOF")
    return path


def submission(path: Path, **more: object) -> Submission:
    return Submission(path=path, name="a.pdf", media_type="application/pdf", key="key-1", **more)  # type: ignore[arg-type]


QUEUED = {"job_id": JOB, "status": "queued", "message": "started", "quota_remaining": 1}


def test_a_document_is_handed_in_with_its_schema_and_one_key_for_every_try(document: Path) -> None:
    schema = '{"type":"object","properties":{"n":{"type":"number","minimum":0.10}}}'
    with vendor({"POST /v2/extract": [said(503), js(QUEUED)]}) as one:
        made = EXTRACT.submit(
            one.connection(),
            submission(document, schema=schema, schema_name="Invoice", options={"model": "delta", "other": "x"}),
            at=AT,
        )
        first, second = one.heard
    assert made == Submitted(JOB)
    for request in (first, second):
        assert request.headers["api-key"] == KEY
        assert request.headers["idempotency-key"] == "key-1"
        assert request.form() == {
            "schema_data": (None, "text/plain", schema.encode()),
            "model": (None, "text/plain", b"delta"),
            "enable_citations": (None, "text/plain", b"true"),
            "schema_name": (None, "text/plain", b"Invoice"),
            "pdf_file": ("a.pdf", "application/pdf", document.read_bytes()),
        }


def test_citations_can_be_switched_off(document: Path) -> None:
    with vendor({"POST /v2/extract": js(QUEUED)}) as one:
        EXTRACT.submit(
            one.connection(), submission(document, schema="{}", options={"enable_citations": "false"}), at=AT
        )
        assert one.heard[0].form()["enable_citations"][2] == b"false"


def test_personal_data_may_block_a_job(document: Path) -> None:
    blocked = {"job_id": None, "status": "pii_blocked", "blocked": "True", "reason": "pii_detected:high", "spans": []}
    with vendor({"POST /v2/extract": js(blocked)}) as one:
        made = EXTRACT.submit(one.connection(), submission(document, schema="{}"), at=AT)
    assert made == Submitted(None, blocked="pii_detected:high")


@pytest.mark.parametrize(
    ("answer", "blocked"),
    [({"job_id": None, "status": "pii_blocked"}, "pii_blocked"), ({"blocked": True, "reason": "r"}, "r")],
)
def test_however_it_says_that_it_made_none(document: Path, answer: dict[str, object], blocked: str) -> None:
    with vendor({"POST /classify": js(answer)}) as one:
        assert CLASSIFY.submit(one.connection(), submission(document, categories=("a",)), at=AT) == Submitted(
            None, blocked
        )


@pytest.mark.parametrize("client", [EXTRACT, CLASSIFY])
def test_what_lacks_what_it_needs_is_not_sent(document: Path, client: VendorClient) -> None:
    with vendor({}) as one, pytest.raises(adapter.RequestRefused):
        client.submit(one.connection(), submission(document), at=AT)
    assert one.heard == []


@pytest.mark.parametrize("answer", [{}, {"job_id": None, "status": "queued"}, {"detail": "x"}, []])
def test_an_answer_that_names_no_job_is_no_answer(document: Path, answer: object) -> None:
    with vendor({"POST /v2/extract": js(answer)}) as one, pytest.raises(adapter.BadPayload):
        EXTRACT.submit(one.connection(), submission(document, schema="{}"), at=AT)


def test_a_document_is_handed_in_to_be_classified(document: Path) -> None:
    with vendor({"POST /classify": js(QUEUED, 202)}) as one:
        made = CLASSIFY.submit(one.connection(), submission(document, categories=("invoice", "é")), at=AT)
        request = one.heard[0]
    assert made == Submitted(JOB)
    assert request.headers["idempotency-key"] == "key-1"
    assert request.form() == {
        "categories": (None, "text/plain", '[{"name":"invoice"},{"name":"é"}]'.encode()),
        "pdf_file": ("a.pdf", "application/pdf", document.read_bytes()),
    }


@pytest.mark.parametrize(
    ("answers", "lines"),
    [
        ({"GET /org/get_usage": js({"used": 1})}, ["GET /org/get_usage"]),
        (
            {
                "GET /org/get_usage": js({"detail": "Not Found"}, 404),
                "GET /extract/00000000-0000-0000-0000-000000000000": js({"detail": "Job not found"}, 404),
            },
            ["GET /org/get_usage", "GET /extract/00000000-0000-0000-0000-000000000000"],
        ),
    ],
)
@pytest.mark.parametrize("client", [EXTRACT, CLASSIFY])
def test_a_probe_is_harmless(client: object, answers: dict[str, bytes], lines: list[str]) -> None:
    with vendor(answers) as one:  # type: ignore[arg-type]
        assert "accepts the credential" in client.probe(one.connection(), at=AT)  # type: ignore[attr-defined]
        assert one.lines == lines


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (js({"detail": "Invalid API key"}, 401), adapter.AuthRefused),
        (said(200, b"<html>a website</html>"), adapter.BadPayload),
        (said(500), adapter.Unavailable),
    ],
)
def test_a_probe_that_fails(answer: bytes, kind: type[Exception]) -> None:
    with vendor({"GET /org/get_usage": answer}) as one, pytest.raises(kind):
        EXTRACT.probe(one.connection(), at=AT)


def test_nothing_is_written_back_and_nothing_listed() -> None:
    with vendor({}) as one:
        for client in (EXTRACT, CLASSIFY):
            assert client.can.writes_back == ()
            receipt = client.push(one.connection(), correction(base={}, row={}), way="corrections", at=AT)
            assert (receipt.accepted, receipt.said) == (False, "Unsiloed has no way to write back")
            with pytest.raises(NotImplementedError):
                client.list_jobs(one.connection(), cursor="", at=AT)
        with pytest.raises(NotImplementedError):
            CLASSIFY.locate(one.connection(), JOB, Source(""), at=AT)
        assert one.heard == []
