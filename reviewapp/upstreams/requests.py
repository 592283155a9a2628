"""What is asked of another server? One request, checked before it is sent, and what of it is secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import unquote, unquote_plus

from .failures import NotAllowed

#: Asking twice is asking once (RFC 9110, 9.2.2).
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
METHODS = IDEMPOTENT | {"POST", "PATCH"}
#: Headers that the client alone writes: where a request goes, how its body and the answer's body are framed.
OURS = {
    "host", "connection", "keep-alive", "upgrade", "content-length", "transfer-encoding", "te", "trailer", "expect",
    "accept-encoding",
}  # fmt: skip
#: Headers whose values are no secret; of every other header the value is cut out of errors.
_PLAIN = {"accept", "accept-language", "content-type", "user-agent", "webhook-id", "webhook-timestamp"}

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
#: Visible ASCII, with spaces and tabs inside only (RFC 9110, 5.5, without obs-text).
_VALUE = re.compile(r"|[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?", re.ASCII)
_SHORTEST = 4
_SHORTEST_WORD = 8


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form. `data`: bytes, or a seekable file that is read from its beginning on every try."""

    name: str
    data: bytes | BinaryIO = field(repr=False)
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One call. `content` is the body, or `form` and `uploads` are (multipart when there are uploads).

    `repeatable`: whether sending it twice is harmless; None: by its method. A request that is not is never sent again
    once a byte of it may have arrived, whatever was answered. `accept`: statuses beside 2xx, 3xx excepted, that are
    answers to the caller and no errors. `path_is_secret`: as in many webhooks, whoever knows the path may post there.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    repeatable: bool | None = None
    accept: frozenset[int] = frozenset()
    path_is_secret: bool = False

    def __repr__(self) -> str:
        return f"<Request {self.method}>"

    @property
    def may_be_repeated(self) -> bool:
        return self.method in IDEMPOTENT if self.repeatable is None else self.repeatable

    def check(self) -> None:
        """Raise NotAllowed for a method or header that cannot be sent as it is; its text repeats no value."""
        if self.method not in METHODS:
            raise NotAllowed("the request's method is none of ours")
        if self.content is not None and (self.form or self.uploads):
            raise NotAllowed("the request has two bodies")
        for name, value in self.headers.items():
            if not _TOKEN.fullmatch(name):
                raise NotAllowed("the name of a header holds characters that cannot be sent")
            if name.lower() in OURS or name.lower().startswith("proxy-"):
                raise NotAllowed(f"the header {name} is written by the client alone")
            if not _VALUE.fullmatch(value):
                raise NotAllowed(f"the value of the header {name} holds characters that cannot be sent")

    def secrets(self) -> frozenset[str]:
        """Texts that an error may not repeat even when the server does: headers' values and what the query says."""
        found = set()
        for name, value in self.headers.items():
            if name.lower() not in _PLAIN:
                found |= {value, *(word for word in re.split(r"[\s,;=]+", value) if len(word) >= _SHORTEST_WORD)}
        place, _, query = self.url.partition("#")[0].partition("?")
        found.add(query)
        if self.path_is_secret:
            found |= {part for part in place.split("/")[3:] if len(part) >= _SHORTEST_WORD}
        for pair in query.split("&"):
            value = pair.partition("=")[2]
            found |= {text for text in (value, unquote(value), unquote_plus(value)) if len(text) >= _SHORTEST_WORD}
        return frozenset(text for text in found if len(text) >= _SHORTEST)
