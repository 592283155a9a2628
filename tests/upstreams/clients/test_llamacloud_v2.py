"""What is LlamaCloud's current API asked, exactly, and what is made of each of its answers?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.upstreams import adapter
from reviewapp.upstreams.clients import Listing, Source, Submission, Submitted
from reviewapp.upstreams.llamacloud_v2.client import Client
from tests.upstreams.clients.scripted import KEY, URL, correction, js, vendor
from tests.upstreams.servers import AT, said

CLIENT = Client()
JOB, FILE = "ext-1", "dfl-1"
PATH = "/api/v2/extract"
GET_JOB = f"GET {PATH}/{JOB}?expand=extract_metadata&expand=configuration"
FILES = "/api/v1/beta/files"


@pytest.mark.parametrize(
    ("named", "sources"),
    [
        ('"file_input":"dfl-1"', (Source("", FILE),)),
        ('"document_input_value":"dfl-1"', (Source("", FILE),)),
        ('"file_input":"pjb-1"', ()),
        ('"file_input":null', ()),
    ],
)
@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "THROTTLED"])
def test_a_job_is_one_call(named: str, sources: tuple[Source, ...], status: str) -> None:
    body = f'{{"id":"ext-1","status":"{status}","extract_result":{{"total":12586.00}},{named}}}'
    with vendor({GET_JOB: js(body)}) as one:
        fetched = CLIENT.fetch(one.connection(), JOB, at=AT)
        assert one.lines == [GET_JOB]
        assert one.heard[0].headers["authorization"] == f"Bearer {KEY}"
    assert fetched.parts == {"result": body.encode()}
    assert fetched.sources == sources


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]"])
def test_what_cannot_be_read_is_brought_to_the_gate(body: bytes) -> None:
    with vendor({GET_JOB: said(200, body)}) as one:
        assert CLIENT.fetch(one.connection(), JOB, at=AT).parts == {"result": body}


@pytest.mark.parametrize(
    ("cursor", "options", "query"),
    [
        ("", {}, "page_size=100"),
        ("t/2", {}, "page_size=100&page_token=t%2F2"),
        ("", {"configuration_id": "cfg-1", "project_id": "p"}, "page_size=100&configuration_id=cfg-1&project_id=p"),
    ],
)
def test_jobs_are_listed_page_by_page(cursor: str, options: dict[str, str], query: str) -> None:
    items = [{"id": "ext-2"}, {"id": "ext-1"}, "odd"]
    line = f"GET {PATH}?{query}"
    with vendor({line: js({"items": items, "next_page_token": "n", "total_size": 2})}) as one:
        assert CLIENT.list_jobs(one.connection(**options), cursor=cursor, at=AT) == Listing(("ext-2", "ext-1"), "n")
        assert one.lines == [line]


@pytest.mark.parametrize("page", [{"items": [], "next_page_token": None}, {"items": None}, {}])
def test_a_list_that_ends(page: dict[str, object]) -> None:
    with vendor({f"GET {PATH}?page_size=100": js(page)}) as one:
        assert CLIENT.list_jobs(one.connection(), cursor="", at=AT) == Listing(())


@pytest.mark.parametrize(
    ("answer", "url"),
    [
        (js({"url": URL, "expires_at": "2026-03-10T13:00:00Z"}), URL),
        (js({"detail": "gone"}, 404), None),
        (js({}), None),
    ],
)
def test_a_fresh_url_each_time(answer: bytes, url: str | None) -> None:
    line = f"GET {FILES}/{FILE}/content"
    with vendor({line: answer}) as one:
        located = CLIENT.locate(one.connection(), JOB, Source("", FILE), at=AT)
        assert one.lines == [line]
    assert (located.url if located else None) == url


def submission(folder: Path, **more: object) -> Submission:
    path = folder / "a.pdf"
    path.write_bytes(b"%PDF-1.7 %%EOF")
    return Submission(path, "a.pdf", "application/pdf", "key-1", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "options", "body"),
    [
        (
            {"schema": '{"type":"object","x":1.50}', "options": {"tier": "agentic", "odd": "x"}},
            {"configuration_id": "cfg-1"},
            b'{"file_input":"dfl-1","configuration":{"data_schema":{"type":"object","x":1.50},"cite_sources":true,'
            b'"confidence_scores":true,"tier":"agentic"}}',
        ),
        ({}, {"configuration_id": "cfg-1"}, b'{"file_input":"dfl-1","configuration_id":"cfg-1"}'),
        ({"options": {"configuration_id": "cfg-2"}}, {}, b'{"file_input":"dfl-1","configuration_id":"cfg-2"}'),
    ],
)
def test_a_document_is_uploaded_and_read(
    tmp_path: Path, more: dict[str, object], options: dict[str, str], body: bytes
) -> None:
    answers = {f"POST {FILES}": js({"id": FILE}), f"POST {PATH}": js({"id": JOB, "status": "PENDING"})}
    with vendor(answers) as one:  # type: ignore[arg-type]
        assert CLIENT.submit(one.connection(**options), submission(tmp_path, **more), at=AT) == Submitted(JOB)
        upload, asked = one.heard
    assert upload.form() == {
        "purpose": (None, "text/plain", b"extract"),
        "external_file_id": (None, "text/plain", b"key-1"),
        "file": ("a.pdf", "application/pdf", b"%PDF-1.7 %%EOF"),
    }
    assert asked.body == body


@pytest.mark.parametrize("schema", ["", "{"])
def test_without_anything_to_read_by_nothing_is_sent(tmp_path: Path, schema: str) -> None:
    with vendor({}) as one, pytest.raises(adapter.RequestRefused):
        CLIENT.submit(one.connection(), submission(tmp_path, schema=schema), at=AT)
    assert one.heard == []


@pytest.mark.parametrize("broken", [f"POST {FILES}", f"POST {PATH}"])
@pytest.mark.parametrize(
    ("answer", "kind"), [(said(500), adapter.Uncertain), (b"", adapter.Uncertain), (said(503), adapter.Unavailable)]
)
def test_what_may_have_arrived_is_not_sent_again(
    tmp_path: Path, broken: str, answer: bytes, kind: type[Exception]
) -> None:
    answers = {f"POST {FILES}": js({"id": FILE}), f"POST {PATH}": js({"id": JOB}), broken: answer}
    with vendor(answers) as one:  # type: ignore[arg-type]
        with pytest.raises(kind):
            CLIENT.submit(one.connection(), submission(tmp_path, schema="{}"), at=AT)
        assert one.lines.count(broken) == 1


def test_an_answer_without_an_id_makes_no_job(tmp_path: Path) -> None:
    with vendor({f"POST {FILES}": js({"name": "x"})}) as one, pytest.raises(adapter.BadPayload, match="no id"):
        CLIENT.submit(one.connection(), submission(tmp_path, schema="{}"), at=AT)


def test_a_probe_is_harmless() -> None:
    with vendor({f"GET {PATH}?page_size=1": js({"items": []})}) as one:
        assert "accepts the credential" in CLIENT.probe(one.connection(), at=AT)


def test_ways_that_there_are() -> None:
    assert CLIENT.can.writes_back == ("extract_review", "agent_data")
    with vendor({}) as one:
        assert not CLIENT.push(one.connection(), correction(base={}, row={}), way="corrections", at=AT).accepted
        assert one.heard == []
