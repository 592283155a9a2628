"""Is a credential or a presigned URL ever told: by an error, its frames, a log line, or any object's representation?"""

from __future__ import annotations

import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reviewapp.extraction.model import Kind
from reviewapp.upstreams import registry
from reviewapp.upstreams.adapter import BadPayload, UpstreamError
from reviewapp.upstreams.clients import Connection, Source, Submission, VendorClient
from reviewapp.upstreams.llamacloud_v2 import client as llamacloud_v2
from tests.upstreams.clients.scripted import KEY, QUERY, URL, WORD, Vendor, correction
from tests.upstreams.servers import AT, Play, Server, always, said

CLIENTS: dict[str, VendorClient] = {
    **{kind.value: registry.client(kind) for kind in Kind},
    "llamacloud_v2": llamacloud_v2.Client(),
}
OPTIONS = {"extraction_agent_id": "a1", "deployment_name": "d", "schema_id": "s"}
DECISION = correction(base={"a": "1"}, row={"a": "2"}, document_id="doc-1")

ECHO = f"your key {KEY}, Bearer {KEY}, {URL} and /x?{QUERY} {json.dumps({'url': URL})}".encode()
REPLIES: dict[str, Play] = {
    **{f"text {status}": always(said(status, ECHO)) for status in (200, 302, 400, 401, 403, 404, 409, 429, 500, 503)},
    **{
        f"json {status}": always(
            said(
                status,
                json.dumps({"detail": {"message": ECHO.decode(), "code": KEY}, "url": URL, "file_url": URL}).encode(),
            )
        )
        for status in (200, 400, 402, 404, 409, 422, 503)
    },
    "a list": always(said(200, json.dumps([URL, KEY]).encode())),
    "cut JSON": always(said(200, b'{"url":"' + URL.encode())),
    "twice the same": always(said(200, f'{{"{URL}":1,"{URL}":2,"url":"{URL}"}}'.encode())),
    "a number": always(said(200, f'{{"url":"{URL}","n":1e99999}}'.encode())),
    "nothing": always(b""),
    "no HTTP": always(ECHO),
}


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged at any level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def calls(client: VendorClient, document: Path) -> dict[str, Callable[[Connection], Any]]:
    """Everything that can be asked of a client."""
    what = Submission(document, "a.pdf", "application/pdf", "key-1", schema="{}", categories=("a",))
    source = Source("", "file-1")
    found: dict[str, Callable[[Connection], Any]] = {
        "probe": lambda to: client.probe(to, at=AT),
        "fetch": lambda to: client.fetch(to, "job-1", at=AT),
    }
    if client.can.submits:
        found["submit"] = lambda to: client.submit(to, what, at=AT)
    if client.can.lists_jobs:
        found["list"] = lambda to: client.list_jobs(to, cursor="c", at=AT)
    if client.can.has_documents:
        found["locate"] = lambda to: client.locate(to, "job-1", source, at=AT)
    for way in client.can.writes_back:
        found[way] = lambda to, way=way: client.push(to, DECISION, way=way, at=AT)  # type: ignore[misc]
    return found


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 %%EOF")
    return path


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("reply", REPLIES)
def test_nothing_secret_is_told(kind: str, reply: str, document: Path) -> None:
    for name, call in calls(CLIENTS[kind], document).items():
        with logged() as log, Server(REPLIES[reply]) as server:
            to = Vendor(server, {}).connection(**OPTIONS)
            told = [repr(to)]
            try:
                told.append(repr(call(to)))
            except UpstreamError as error:
                told += [str(error), repr(error), *_told(error)]
                assert error.__cause__ is None and error.__context__ is None, name
                assert name != "locate" or not isinstance(error, BadPayload) or error.data == b""
        told.append(log.getvalue())
        assert WORD not in "\n".join(told), (name, [line for line in told if WORD in line])


def _told(error: UpstreamError) -> list[str]:
    """What a report with every frame's variables shows."""
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    found = ["".join(frames.format())]
    pickled = pickle.loads(pickle.dumps(error))
    return [*found, str(pickled), *(value for key, value in vars(pickled).items() if isinstance(value, str))]
