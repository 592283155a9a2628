"""How does a vendor tell that a job has ended? Signed as Talonic and LlamaCloud sign; Unsiloed's is an unsigned hint.

The event says that something happened and never what was read: whoever gets it asks.
"""

from __future__ import annotations

import hashlib
import hmac
import queue
import random
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime

from reviewapp.extraction import jsontext
from reviewapp.upstreams import addresses
from reviewapp.upstreams.http import WEBHOOK, CallFailed, Client, Pace, Reach, Request

from .jobs import Clock, Job, Shape, Tree, Vendor, iso

#: Seconds before each attempt.
DELAYS = (0.0, 1.0, 5.0)
_ANYWHERE = Reach(
    hosts=frozenset({"*:*"}),
    plain_http=True,
    private=addresses.private_ranges("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where one vendor's events go."""

    vendor: Vendor
    url: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event, frozen: every attempt sends the same bytes. `headers`: with the signature."""

    id: str
    kind: str
    body: bytes
    headers: dict[str, str]


def event(job: Job, *, word: str, at: datetime, secret: str) -> Event:
    """What a vendor says about a job that came to the state `word`, the vendor's own."""
    event_id = str(uuid.uuid4())
    if job.shape.vendor is Vendor.TALONIC:
        kind = {"failed": "job.failed", "cancelled": "job.cancelled"}.get(word, "job.completed")
        tree: Tree = {"event": kind, "idempotency_key": event_id, "data": {"job_id": job.id, "status": word}}
        body = _bytes({**tree, "created_at": iso(at)})
        headers = {
            "X-Talonic-Signature": signature(body, secret),
            "X-Talonic-Event": kind,
            "X-Talonic-Delivery-Id": event_id,
            "X-Talonic-Timestamp": iso(at),
        }
    elif job.shape.vendor is Vendor.LLAMACLOUD:
        kind = {
            "ERROR": "extract.error",
            "FAILED": "extract.error",
            "PARTIAL_SUCCESS": "extract.partial_success",
            "CANCELLED": "extract.cancelled",
        }.get(word, "extract.success")
        tree = {"event_id": event_id, "event_type": kind, "timestamp": iso(at), "data": {"job_id": job.id}}
        body = _bytes(tree)
        headers = {"LC-Signature": signature(body, secret)}
    else:
        kind = "job"
        place = "classify" if job.shape is Shape.CLASSIFY else "extract"
        result_url = f"/{place}/{job.id}"
        body = _bytes({"job_id": job.id, "status": word, "result_url": result_url, "timestamp": iso(at)})
        headers = {}
    return Event(event_id, kind, body, {"content-type": "application/json", **headers})


def signature(body: bytes, secret: str) -> str:
    """Both vendors: HMAC-SHA256 of the body as it is sent."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _bytes(tree: Tree) -> bytes:
    return jsontext.dump(tree).encode()


class Sender:
    """Sends events one after the other in a thread of its own. `failed`: what no attempt could deliver."""

    def __init__(self, hooks: tuple[Hook, ...], clock: Clock) -> None:
        self.hooks = hooks
        self.failed: list[tuple[str, str]] = []
        self._clock = clock
        self._waiting: queue.Queue[tuple[Hook, Event] | None] = queue.Queue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        if hooks:
            self._thread.start()

    def send(self, vendor: Vendor, event: Event) -> int:
        """Queue an event for every hook of its vendor; how many those are."""
        fitting = [hook for hook in self.hooks if hook.vendor is vendor]
        for hook in fitting:
            self._waiting.put((hook, event))
        return len(fitting)

    def close(self) -> None:
        self._ending.set()
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join(WEBHOOK.seconds + 1)

    def _run(self) -> None:
        client = Client(pace=Pace(time.monotonic, time.sleep, random.uniform))
        while (one := self._waiting.get()) is not None:
            self._deliver(client, *one)

    def _deliver(self, client: Client, hook: Hook, event: Event) -> None:
        said = "never tried"
        for delay in DELAYS:
            if self._ending.wait(delay):
                return
            try:
                request = Request("POST", hook.url, headers=event.headers, content=event.body)
                client.send(request, reach=_ANYWHERE, at=self._clock.now(), limits=WEBHOOK)
                return
            except CallFailed as failure:
                said = str(failure)
        self.failed.append((event.id, said))
