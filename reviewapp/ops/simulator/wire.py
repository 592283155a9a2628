"""How does HTTP/1.1 pass over a socket that we hold ourselves? One request is read, one answer is written, then it closes.

Our own few lines in place of a server library, because faults need the socket: half a head, a length that is wrong.
"""

from __future__ import annotations

import http
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from reviewapp.extraction import jsontext

#: Every answer says that nobody real gave it.
MARK = ("x-simulated", "reviewapp")
_MOST_HEAD = 64 * 1024
_MOST_BODY = 110 * 1024 * 1024
_PIECE = 64 * 1024


class Unreadable(ValueError):
    """What came over the socket is no request."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as read. `target`: path and query as sent; `path`: decoded; `headers`: by lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.target.partition("?")[2], keep_blank_values=True)

    def asked(self, name: str, default: str = "") -> str:
        """The last value of a parameter of the query."""
        return self.query.get(name, [default])[-1]

    def json(self) -> jsontext.Json:
        """The body as JSON with every number's text kept. Raises jsontext.BadJson."""
        return jsontext.parse(self.body or b"{}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to be written in the honest way: with its length, and closed after it."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self, *, length: int | None = None, framed: bool = True) -> bytes:
        """Status line and headers. `length`: told in place of the body's own; without `framed` none is told."""
        lines = {"server": "reviewapp-simulator", **dict([MARK]), **self.headers, "connection": "close"}
        if framed and self.status != http.HTTPStatus.NO_CONTENT:
            lines["content-length"] = str(len(self.body) if length is None else length)
        text = f"HTTP/1.1 {self.status} {phrase(self.status)}\r\n"
        text += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return (text + "\r\n").encode("latin-1")


def phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Said"


def said(status: int, tree: Any, **headers: str) -> Answer:
    """A JSON answer; the tree's numbers come out as they went in. Underscores in headers' names are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, jsontext.dump(tree).encode(), {"content-type": "application/json", **named})


def read(connection: socket.socket) -> Request | None:
    """The connection's request; None when it was closed without one. Raises Unreadable and OSError."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(_PIECE)
        if not more:
            if data:
                raise Unreadable("the head ends early")
            return None
        data += more
        if len(data) > _MOST_HEAD + _PIECE:
            raise Unreadable("the head is too long")
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Unreadable("the first line is none of HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise Unreadable("a header without a colon")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    return Request(words[0], words[1], headers, _body(connection, headers, rest))


def _body(connection: socket.socket, headers: Mapping[str, str], rest: bytes) -> bytes:
    taken = bytearray(rest)

    def more() -> None:
        piece = connection.recv(_PIECE)
        if not piece:
            raise Unreadable("the body ends early")
        taken.extend(piece)
        if len(taken) > _MOST_BODY:
            raise Unreadable("the body is too long")

    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunks(taken, more)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _MOST_BODY:
        raise Unreadable("the body's length cannot be read or is too large")
    while len(taken) < int(length):
        more()
    return bytes(taken[: int(length)])


def _chunks(taken: bytearray, more: Any) -> bytes:
    body, place = bytearray(), 0
    while True:
        while (end := taken.find(b"\r\n", place)) < 0:
            more()
        try:
            size = int(taken[place:end].split(b";")[0], 16)
        except ValueError:
            raise Unreadable("a chunk without a size") from None
        while len(taken) < end + 2 + size + 2:
            more()
        if size == 0:
            return bytes(body)
        body += taken[end + 2 : end + 2 + size]
        place = end + 2 + size + 2


def form(request: Request) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """A multipart or plain form: texts by name, and files (name, bytes) by name. Empty when it is neither."""
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    texts: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    if kind.startswith("application/x-www-form-urlencoded"):
        return {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}, files
    if not kind.startswith("multipart/form-data") or not boundary:
        return texts, files
    mark = b"--" + boundary.partition(";")[0].strip('" ').encode("latin-1")
    for part in (b"\r\n" + request.body).split(b"\r\n" + mark)[1:]:
        head, _, data = part.partition(b"\r\n\r\n")
        words = _words(head.decode("utf-8", "replace"))
        if "filename" in words:
            files[words.get("name", "")] = (words["filename"].replace("\\", "/").rpartition("/")[2], data)
        elif "name" in words:
            texts[words["name"]] = data.decode("utf-8", "replace")
    return texts, files


def _words(head: str) -> dict[str, str]:
    """What the Content-Disposition of a part says."""
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            pairs = (word.strip().partition("=") for word in value.split(";")[1:])
            return {key.lower(): text.strip('"') for key, _, text in pairs}
    return {}


def tree(text: str) -> Any:
    """A JSON text out of a form; None when it is none."""
    try:
        return jsontext.parse(text)
    except jsontext.BadJson:
        return None
