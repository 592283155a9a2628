"""A receiver of webhooks on this machine, and what is needed to have something delivered to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import transaction

from reviewapp.audit import trail
from reviewapp.delivery import destinations, outbox, push
from reviewapp.delivery.models import Delivery, Destination
from reviewapp.results import ledger
from reviewapp.results.models import Final, ResultRow
from reviewapp.upstreams.http import Limits
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.upstreams import servers

LOOPBACK = "127.0.0.0/8"
OUTCOMES = ("approved", "rejected", "passed")
#: Nobody waits long in a test; what is told of time is the schedule's, at moments that the test names.
TERMS = push.Terms(limits=Limits(seconds=5.0, body=64 * 1024, tries=1, cut=True), lease=60.0)


@dataclass(frozen=True)
class Heard:
    """One request as it came in."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`answer`: request -> status, headers, body; `heard`: what came, in order."""

    port: int
    heard: list[Heard] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/a-path-that-is-a-key"


Answer = Callable[[Heard], tuple[int, Mapping[str, str], bytes]]


def always(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda heard: (status, named, body)


def in_turn(*statuses: int) -> Answer:
    """The statuses one after the other, the last one for ever."""
    left = list(statuses)
    return lambda heard: (left.pop(0) if len(left) > 1 else left[0], {}, b"")


@contextmanager
def receiving(answer: Answer) -> Iterator[Receiver]:
    """Listens for the block's time. An answer may take its time: each connection has a thread."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # whoever sent it ended in the middle: no message has arrived (RFC 9112, section 8)
            heard = Heard({name.lower(): value for name, value in self.headers.items()}, body)
            with lock:
                receiver.heard.append(heard)
            status, headers, said = answer(heard)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            except OSError:
                pass  # whoever asked is gone

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def create_destination(
    url: str = "https://example.com/hooks/abcdefgh", *, slug: str = "books", **over: Any
) -> Destination:
    wanted = {"name": slug.title(), "outcomes": OUTCOMES, "private": LOOPBACK, "url": url, **over}
    made, _secret = destinations.add_webhook(
        slug=slug, wanted=destinations.Wanted(**wanted), at=factories.AT, by=trail.SYSTEM, via=factories.VIA
    )
    return made


def create_write_back(upstream: Upstream, way: str, *, slug: str = "", **over: Any) -> Destination:
    """Decisions on their way back to that upstream."""
    slug = slug or f"back-{way}".replace("_", "-")
    wanted = {"name": slug.title(), "outcomes": OUTCOMES[:2], "upstream": upstream, "way": way, **over}
    return destinations.add_write_back(
        slug=slug, wanted=destinations.Wanted(**wanted), at=factories.AT, by=trail.SYSTEM, via=factories.VIA
    )


def finish(row: ResultRow, *, outcome: str = "passed", at: datetime = factories.AT) -> Final:
    with transaction.atomic():
        return ledger.finish(row, outcome=Final.Outcome(outcome), at=at)


def create_rows(number: int = 1) -> list[ResultRow]:
    """Rows of as many documents, not yet ended."""
    rows = factories.take_in(factories.talonic([{"values": {"total": n}} for n in range(number)])).rows
    return list(rows)


def deliveries(destination: Destination | None = None, *, documents: int = 1, each: int = 1) -> list[Delivery]:
    """`each` deliveries for each of so many documents, on their way."""
    for row in create_rows(documents):
        for n in range(each):
            finish(row, at=factories.AT + timedelta(seconds=n))
    outbox.run(at=factories.AT)
    return list(Delivery.objects.order_by("id"))


def run(at: datetime = factories.AT, **over: Any) -> push.Pushed:
    """One run of a worker at that moment."""
    over = {"client": servers.client(), "worker": "w", "terms": TERMS, **over}
    return push.run(at=at, **over)
