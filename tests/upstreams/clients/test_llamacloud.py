"""What is LlamaCloud's older API asked, exactly, and what is made of each of its answers?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.intake import gate
from reviewapp.upstreams import adapter, registry
from reviewapp.upstreams.clients import Listing, Source, Submission, Submitted
from tests.upstreams.clients.scripted import KEY, URL, correction, js, vendor
from tests.upstreams.servers import AT, said

CLIENT = registry.client(Kind.LLAMACLOUD)
JOB, AGENT, FILE, RUN = "job-1", "182bd5e5-agent", "file-1", "run-1"
BASE = "/api/v1/extraction"
AGENTS = f"GET {BASE}/extraction-agents"
GET_JOB, GET_RESULT, GET_RUN = (
    f"GET {BASE}/jobs/{JOB}",
    f"GET {BASE}/jobs/{JOB}/result",
    f"GET {BASE}/runs/by-job/{JOB}",
)
SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}}}


def job(status: str, **more: object) -> dict[str, object]:
    agent = {"id": AGENT, "name": "Invoices", "data_schema": SCHEMA}
    file = {"id": FILE, "name": "a.pdf"}
    return {
        "id": JOB,
        "status": status,
        "extraction_agent": agent,
        "error": None,
        "file_id": FILE,
        "file": file,
        **more,
    }


RESULT = (
    '{"data":{"total":12586.00},"extraction_agent_id":"182bd5e5-agent","run_id":"run-1","extraction_metadata":'
    '{"field_metadata":{"total":{"confidence":0.9,"citation":[]}}}}'
)
RAN = {"id": RUN, "status": "SUCCESS", "data_schema": SCHEMA, "created_at": "2026-03-10T10:00:00Z"}
MISSING = js({"detail": "Result not found"}, 404)


@pytest.mark.parametrize(
    ("word", "status"),
    [("SUCCESS", JobStatus.COMPLETED), ("PARTIAL_SUCCESS", JobStatus.PARTIAL), ("success", JobStatus.COMPLETED)],
)
def test_a_job_that_is_done_is_three_calls(word: str, status: JobStatus) -> None:
    answers = {GET_JOB: js(job(word)), GET_RESULT: js(RESULT), GET_RUN: js(RAN)}
    with vendor(answers) as one:  # type: ignore[arg-type]
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
        assert one.lines == [GET_JOB, GET_RESULT, GET_RUN]
        assert {request.headers["authorization"] for request in one.heard} == {f"Bearer {KEY}"}
    assert fetched.parts == {
        "result": RESULT.encode(),
        "job": json.dumps(job(word)).encode(),
        "run": json.dumps(RAN).encode(),
    }
    assert fetched.sources == (Source("", FILE, "a.pdf"),)
    snapshot = gate.open_(fetched.parts, kind=Kind.LLAMACLOUD).snapshot
    assert (snapshot.job_id, snapshot.status, snapshot.schema_name) == (JOB, status, "Invoices")
    assert len(snapshot.rows) == 1 and snapshot.schema is not None
    assert snapshot.created_at == "2026-03-10T10:00:00Z"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PENDING", JobStatus.QUEUED),
        ("ERROR", JobStatus.FAILED),
        ("CANCELLED", JobStatus.CANCELLED),
        ("THROTTLED", JobStatus.QUEUED),
        ("A_NEW_WORD", JobStatus.UNKNOWN),
    ],
)
def test_a_job_without_a_result_is_one_call_and_passes_the_gate(word: str, status: JobStatus) -> None:
    with vendor({GET_JOB: js(job(word, error="broken" if word == "ERROR" else None))}) as one:
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
        assert one.lines == [GET_JOB]
    assert set(fetched.parts) == {"job"}
    snapshot = gate.open_(fetched.parts, kind=Kind.LLAMACLOUD).snapshot
    assert (snapshot.job_id, snapshot.status, snapshot.raw_status, snapshot.rows) == (JOB, status, word, ())
    assert snapshot.error == ("broken" if word == "ERROR" else None)
    assert snapshot.file_name == "a.pdf"
    # Composing what has no rows changes nothing.
    payload = {part.name: part.text for part in gate.open_(fetched.parts, kind=Kind.LLAMACLOUD).parts}
    assert registry.adapter(Kind.LLAMACLOUD).compose(payload, {}) == payload


@pytest.mark.parametrize("parts", [{"job": job("SUCCESS")}, {"job": {"id": JOB}}, {"job": {"status": "PENDING"}}])
def test_a_job_alone_is_no_result(parts: dict[str, object]) -> None:
    with pytest.raises(gate.Refused):
        gate.open_({name: json.dumps(tree).encode() for name, tree in parts.items()}, kind=Kind.LLAMACLOUD)


def test_a_result_that_is_not_there_yet_is_waited_for() -> None:
    answers = {GET_JOB: js(job("SUCCESS")), GET_RESULT: MISSING}
    with vendor(answers) as one, pytest.raises(adapter.Unavailable, match="no result"):  # type: ignore[arg-type]
        CLIENT.fetch(one.connection(), JOB, at=AT)


def test_a_run_may_be_missing() -> None:
    answers = {GET_JOB: js(job("SUCCESS")), GET_RESULT: js(RESULT), GET_RUN: MISSING}
    with vendor(answers) as one:  # type: ignore[arg-type]
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
    assert set(fetched.parts) == {"job", "result"}
    assert gate.open_(fetched.parts, kind=Kind.LLAMACLOUD).snapshot.schema is not None  # the agent's


@pytest.mark.parametrize(
    ("file", "sources"),
    [
        ({"file_id": "pjb-1", "file": None}, ()),
        ({"file_id": None, "file": {"id": "dfl-1"}}, (Source("", "dfl-1"),)),
        ({"file_id": None, "file": None}, ()),
        ({"file_id": "f", "file": "odd"}, (Source("", "f"),)),
    ],
)
def test_which_document(file: dict[str, object], sources: tuple[Source, ...]) -> None:
    with vendor({GET_JOB: js(job("PENDING", **file))}) as one:
        assert CLIENT.fetch(one.connection(), JOB, at=AT).sources == sources


@pytest.mark.parametrize("broken", [GET_RESULT, GET_RUN])
def test_a_call_that_fails_fails_the_fetch(broken: str) -> None:
    answers = {GET_JOB: js(job("SUCCESS")), GET_RESULT: js(RESULT), GET_RUN: js(RAN), broken: said(500)}
    with vendor(answers) as one, pytest.raises(adapter.Unavailable):  # type: ignore[arg-type]
        CLIENT.fetch(one.connection(), JOB, at=AT)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b""])
def test_a_job_that_cannot_be_read_is_kept_as_what_it_is(body: bytes) -> None:
    with vendor({GET_JOB: said(200, body)}) as one, pytest.raises(adapter.BadPayload) as raised:
        CLIENT.fetch(one.connection(), JOB, at=AT)
    assert (raised.value.part, raised.value.data) == ("job", body)


def test_project_and_organization_are_said_with_every_request() -> None:
    line = f"{GET_JOB}?project_id=prj-1&organization_id=o%2F1"
    with vendor({line: js(job("PENDING"))}) as one:
        CLIENT.fetch(one.connection(project_id="prj-1", organization_id="o/1"), JOB, at=AT)
        assert one.lines == [line]


def test_jobs_are_listed_agent_by_agent() -> None:
    path = f"GET {BASE}/jobs?extraction_agent_id="
    answers = {f"{path}a1": js([{"id": "j1"}, {"id": "j2"}]), f"{path}a2": js([{"id": "j3"}, "odd", {}])}
    with vendor(answers) as one:  # type: ignore[arg-type]
        found = CLIENT.list_jobs(one.connection(extraction_agent_id="a1, a2,"), cursor="", at=AT)
        assert one.lines == list(answers)
    assert found == Listing(("j1", "j2", "j3"))


def test_without_an_agent_nothing_can_be_listed() -> None:
    with vendor({}) as one, pytest.raises(adapter.NotAllowed, match="extraction_agent_id"):
        CLIENT.list_jobs(one.connection(), cursor="", at=AT)
    assert one.heard == []


def test_a_fresh_url_each_time() -> None:
    line = f"GET /api/v1/files/{FILE}/content"
    with vendor({line: js({"url": URL, "expires_at": "2026-03-10T13:00:00Z", "form_fields": None})}) as one:
        located = CLIENT.locate(one.connection(), JOB, Source("", FILE), at=AT)
        assert one.lines == [line]
    assert located is not None and located.url == URL


@pytest.mark.parametrize("answer", [js({"detail": "File not found"}, 404), js({"url": None})])
def test_a_file_that_is_gone(answer: bytes) -> None:
    with vendor({f"GET /api/v1/files/{FILE}/content": answer}) as one:
        assert CLIENT.locate(one.connection(), JOB, Source("", FILE), at=AT) is None


@pytest.fixture
def what(tmp_path: Path) -> Submission:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 %%EOF")
    return Submission(path, "a.pdf", "application/pdf", "key-1", schema='{"type":"object","x":1.50}')


UPLOAD = "POST /api/v1/files"


@pytest.mark.parametrize("options", [{"extraction_agent_id": "a1,a2"}, {}])
def test_a_document_is_uploaded_and_read_with_the_agent_or_the_schema_alone(
    what: Submission, options: dict[str, str]
) -> None:
    answers = {
        UPLOAD: js({"id": FILE}),
        f"POST {BASE}/jobs": js({"id": JOB, "status": "PENDING"}),
        f"POST {BASE}/run": js({"id": JOB, "status": "PENDING"}),
    }
    with vendor(answers) as one:  # type: ignore[arg-type]
        made = CLIENT.submit(one.connection(**options), what, at=AT)
        upload, asked = one.heard
    assert made == Submitted(JOB)
    assert upload.form() == {"upload_file": ("a.pdf", "application/pdf", b"%PDF-1.7 %%EOF")}
    if options:
        assert asked.line == f"POST {BASE}/jobs"
        assert asked.body == (
            b'{"extraction_agent_id":"a1","file_id":"file-1","data_schema_override":{"type":"object","x":1.50}}'
        )
    else:
        assert asked.line == f"POST {BASE}/run"
        assert asked.body == (
            b'{"file_id":"file-1","data_schema":{"type":"object","x":1.50},'
            b'"config":{"cite_sources":true,"confidence_scores":true}}'
        )
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize("broken", [UPLOAD, f"POST {BASE}/jobs"])
@pytest.mark.parametrize(
    ("answer", "kind"), [(said(502), adapter.Uncertain), (b"", adapter.Uncertain), (said(429), adapter.RateLimited)]
)
def test_what_may_have_arrived_is_not_sent_again(
    what: Submission, broken: str, answer: bytes, kind: type[Exception]
) -> None:
    answers = {UPLOAD: js({"id": FILE}), f"POST {BASE}/jobs": js({"id": JOB}), broken: answer}
    with vendor(answers) as one:  # type: ignore[arg-type]
        with pytest.raises(kind):
            CLIENT.submit(one.connection(extraction_agent_id="a1"), what, at=AT)
        assert one.lines.count(broken) == 1


@pytest.mark.parametrize("schema", ["", "{not JSON"])
def test_without_anything_to_read_by_nothing_is_sent(tmp_path: Path, schema: str) -> None:
    with vendor({}) as one, pytest.raises(adapter.RequestRefused):
        CLIENT.submit(one.connection(), Submission(tmp_path, "a", "b", "c", schema=schema), at=AT)
    assert one.heard == []


@pytest.mark.parametrize(
    ("options", "line"), [({}, AGENTS), ({"extraction_agent_id": f"{AGENT},a2"}, f"{AGENTS}/{AGENT}")]
)
def test_a_probe_is_harmless(options: dict[str, str], line: str) -> None:
    with vendor({line: js([])}) as one:
        assert "accepts the credential" in CLIENT.probe(one.connection(**options), at=AT)
        assert one.lines == [line]


def test_a_probe_with_a_wrong_credential() -> None:
    with vendor({AGENTS: js({"detail": "Invalid token"}, 401)}) as one, pytest.raises(adapter.AuthRefused):
        CLIENT.probe(one.connection(), at=AT)


def test_a_result_of_this_api_cannot_be_changed() -> None:
    assert CLIENT.can.writes_back == ("agent_data",)
    with vendor({}) as one:
        assert not CLIENT.push(one.connection(), correction(base={}, row={}), way="extract_review", at=AT).accepted
        assert one.heard == []
