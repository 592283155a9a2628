"""A vendor of a few lines: what it answers to which request, and what it was asked, exactly."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Row
from reviewapp.upstreams import http
from reviewapp.upstreams.clients import Change, Connection, Correction
from tests.upstreams.servers import HERE, FakePace, Server, client, said

#: Nothing of these may ever be told.
KEY = "PLANTED-credential-0001"
QUERY = "X-Amz-Signature=PLANTEDsignature0002&X-Amz-Expires=3600"
URL = f"https://files.example/a%20b.pdf?{QUERY}"
WORD = "PLANTED"

ROW = "8f0c6f1e-row"


@dataclass(frozen=True)
class Heard:
    """One request. `headers`: by lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.target}"

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, tuple[str | None, str, bytes]]:
        """Each part of a multipart body: (file name, media type, bytes)."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = BytesParser(policy=HTTP).parsebytes(head + self.body)
        return {
            str(part.get_param("name", header="content-disposition")): (
                part.get_filename(),
                part.get_content_type(),
                part.get_payload(decode=True) or b"",
            )
            for part in parts.iter_parts()
        }


Reply = bytes | Callable[[Heard], bytes]


@dataclass
class Vendor:
    """`answers`: by "METHOD /path?query", each the one after the other, the last for ever."""

    server: Server
    answers: Mapping[str, list[Reply]]
    options: dict[str, str] = field(default_factory=dict)

    @property
    def heard(self) -> list[Heard]:
        return [heard(data) for data in self.server.heard]

    @property
    def lines(self) -> list[str]:
        return [one.line for one in self.heard]

    def connection(self, *, credential: str = KEY, **options: str) -> Connection:
        return Connection(
            base_url=self.server.url.rstrip("/"),
            credential=credential,
            client=calls(),
            reach=HERE,
            file_reach=HERE,
            options={**self.options, **options},
        )


def calls() -> http.Client:
    """Waits without waiting."""
    return client(pace=FakePace().pace)


def heard(data: bytes) -> Heard:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Heard(method, target, headers, body)


@contextmanager
def vendor(answers: Mapping[str, Reply | list[Reply]], **options: str) -> Iterator[Vendor]:
    """A request that is not among the answers gets 418, which no client takes for anything."""
    script = {line: list(found) if isinstance(found, list) else [found] for line, found in answers.items()}

    def play(connection: socket.socket, request: bytes) -> None:
        asked = heard(request)
        left = script.get(asked.line)
        if left is None:
            connection.sendall(said(418, f"nobody asked for {asked.line}".encode()))
            return
        reply = left.pop(0) if len(left) > 1 else left[0]
        connection.sendall(reply(asked) if callable(reply) else reply)

    with Server(play) as server:
        yield Vendor(server, script, dict(options))


def js(tree: object, status: int = 200, **headers: str) -> bytes:
    """A JSON answer; a text is sent as it stands, for numbers that must keep theirs."""
    text = tree if isinstance(tree, str) else json.dumps(tree)
    return said(status, text.encode(), Content_Type="application/json", **headers)


def correction(
    *changes: Change,
    base: Json,
    row: Json,
    outcome: str = "approved",
    key: str = "0",
    job_id: str = "job-1",
    **more: Any,
) -> Correction:
    return Correction(
        job_id=job_id,
        row_id=ROW,
        outcome=outcome,
        reason=more.pop("reason", ""),
        changes=changes,
        base=Row(key=key, values=base, **more),
        row=Row(key=key, values=row, **more),
    )
