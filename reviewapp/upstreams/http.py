"""How is another server called? The one outbound client: pulls, files and webhooks all go through it.

What it promises, whatever the other side does:

* It connects only to addresses that `addresses.forbidden` has nothing against, on hosts of the caller's `Reach`. A name is
  looked up once in a call, and one forbidden address among its answers refuses the call. No redirect is followed, no
  proxy, cookie, netrc or other setting of the environment is looked at.
* It ends within `Limits.seconds`, all tries and waits together, and never holds more than `Limits.body`.
* It repeats what is worth it: 408, 425, 429, 500, 502, 503, 504 and broken connections; a request that is not
  repeatable only while no byte of it was sent. Waits are uniform(0, 0.5 s x 2^n) ("full jitter"), at least what
  Retry-After asks. A wait that would end after the deadline is not begun: the error carries `retry_at`.
* It raises `failures.CallFailed` alone for what others do, with nothing secret in it.

httpx builds the request, httpcore speaks HTTP/1.1; httpx.Client is left out, because nothing that it adds is wanted
here: redirects, cookies, proxies, and a log line with the whole URL. A body that ends with the connection and tells no
length (RFC 9112, 6.3) may be cut over plain http without a sign: whoever reads it must notice (the JSON gate, a PDF's end).

Time and chance come in from the edge: `Client(pace=Pace(time.monotonic, time.sleep, random.uniform))`, `at=`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from .bodies import InMemory, IntoFile
from .calls import Call, Means
from .failures import CallFailed
from .limits import FILE, JSON, WEBHOOK, Limits, Pace
from .requests import Request, Upload
from .targets import Reach

__all__ = [
    "FILE", "JSON", "WEBHOOK", "Answer", "CallFailed", "Client", "Download", "Limits", "Means", "Pace", "Reach", "Request",
    "Upload",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `headers`: found in any case, values decoded as they came. `cut`: the body went on."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A whole answer whose body is in the caller's file."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    size: int
    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Client(Means):
    """Calls other servers, in any number of threads."""

    def send(self, request: Request, *, reach: Reach, at: datetime, limits: Limits = JSON) -> Answer:
        """The answer to a request, when its status is 2xx or in `request.accept`. Raises CallFailed.

        `at`: now, with a zone; moments in headers are compared with it.
        """
        body = InMemory()
        call = Call(request, means=self, reach=reach, limits=limits, at=at, sink=body)
        outcome = call.settle()
        if isinstance(outcome, CallFailed):
            raise outcome
        return Answer(outcome.status, outcome.headers, body.taken(), call.elapsed(), outcome.cut)

    def download(
        self, request: Request, *, into: BinaryIO, reach: Reach, at: datetime, limits: Limits = FILE
    ) -> Download:
        """As `send`, with the body written to the beginning of `into`, an empty binary file that can be seeked.

        Raises CallFailed, after which `into` is empty again, and OSError when it cannot be written.
        """
        if limits.cut:
            raise ValueError("half a file is no file")
        body = IntoFile(into)
        call = Call(request, means=self, reach=reach, limits=limits, at=at, sink=body)
        outcome = call.settle()
        if isinstance(outcome, CallFailed):
            body.restart()
            raise outcome
        return Download(outcome.status, outcome.headers, body.size, body.sha256, call.elapsed())
