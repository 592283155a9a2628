"""A plain client for the simulator's tests: whole answers over http.client, and bytes as they stand on the wire."""

from __future__ import annotations

import http.client
import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reviewapp.ops.simulator import KEYS, Simulator, Vendor

BOUNDARY = "simulated-boundary"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def credentials(vendor: str) -> dict[str, str]:
    if vendor == "unsiloed":
        return {"api-key": KEYS[Vendor.UNSILOED]}
    return {"Authorization": f"Bearer {KEYS[Vendor(vendor)]}"} if vendor in list(Vendor) else {}


def ask(
    sim: Simulator,
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    key: bool = True,
) -> Reply:
    """`path`: begins with the vendor's name, whose key is shown unless `key` is false. `body`: bytes, or JSON."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    shown = credentials(path.split("/")[1]) if key else {}
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sim.url).port or 0, timeout=10)
    try:
        connection.request(method, path, data, {**shown, **(headers or {})})
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def get(sim: Simulator, path: str, **more: Any) -> Reply:
    return ask(sim, "GET", path, **more)


def hand_in(
    sim: Simulator, path: str, *, file: tuple[str, str, bytes], headers: dict[str, str] | None = None, **texts: str
) -> Reply:
    """A multipart form: one file (field, name, bytes) and texts."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}'.encode() for name, text in texts.items()]
    field, name, data = file
    head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n'
    parts.append(head.encode() + data)
    mark = f"--{BOUNDARY}".encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    return ask(
        sim,
        "POST",
        path,
        body,
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", **(headers or {})},
    )


@dataclass(frozen=True)
class Wire:
    """What came over a connection: at most `most` bytes of it are kept, `size` is all. `ended`: "closed", "reset", "held"
    when the time was up, "enough" when it was more than `most`."""

    data: bytes
    size: int
    ended: str
    seconds: float

    @property
    def head(self) -> str:
        return self.data.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def status(self) -> int:
        return int(self.head.split(" ")[1])

    @property
    def headers(self) -> dict[str, str]:
        pairs = (line.partition(": ") for line in self.head.split("\r\n")[1:])
        return {name.lower(): value for name, _, value in pairs}

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]


def wire(sim: Simulator, path: str, *, seconds: float = 5.0, most: int = 1 << 20, method: str = "GET") -> Wire:
    """One request by hand, and everything that comes back for so long."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 0"]
    lines += [f"{name}: {value}" for name, value in credentials(path.split("/")[1]).items()]
    started = time.monotonic()
    data, size, ended = bytearray(), 0, "held"
    with socket.create_connection(("127.0.0.1", urlsplit(sim.url).port or 0)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        with suppress(TimeoutError):
            while (left := started + seconds - time.monotonic()) > 0:
                connection.settimeout(left)
                try:
                    piece = connection.recv(1 << 18)
                except ConnectionResetError:
                    ended = "reset"
                    break
                if not piece:
                    ended = "closed"
                    break
                size += len(piece)
                data += piece[: max(0, most - len(data))]
    return Wire(bytes(data), size, ended, time.monotonic() - started)
